"""What history says about judgements and commitments."""

from django.utils.translation import gettext_lazy as _

from anlan.base.audit.events import Event

CHAIN_CHANGED = Event("commitment.chain_changed", _("Level of the chain changed"))
STARTED = Event("commitment.started", _("Commitment of the day begun"))
PREPARED = Event("commitment.prepared", _("Figures of the commitment changed"))
SIGNED = Event("commitment.signed", _("Judgement signed"))
WITHDRAWN = Event("commitment.withdrawn", _("Judgement withdrawn"))
PUBLISHED = Event("commitment.published", _("Commitment published"))
CORRECTED = Event("commitment.corrected", _("Commitment taken back for correction"))
