"""What history says about special ledgers."""

from django.utils.translation import gettext_lazy as _

from anlan.base.audit.events import Event

PUT_ON = Event("ledgers.put_on", _("Put on a special ledger"))
CHANGED = Event("ledgers.changed", _("Special ledger changed"))
TAKEN_OFF = Event("ledgers.taken_off", _("Taken off a special ledger"))
