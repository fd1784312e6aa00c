"""What history says about uploads."""

from django.utils.translation import gettext_lazy as _

from anlan.base.audit.events import Event

ENDPOINT_SAVED = Event("exchange.endpoint_saved", _("Upload endpoint saved"))
UPLOADED = Event("exchange.uploaded", _("Data uploaded"))
SENT_AGAIN = Event("exchange.sent_again", _("Rejected rows queued again"))
