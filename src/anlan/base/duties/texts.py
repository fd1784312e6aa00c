"""What the product itself says of duties and keeps with a row."""

from django.utils.translation import gettext_lazy as _

from anlan.base import phrases

CARRIED_OUT = phrases.declare("duties.carried_out", _("Carried out"))
