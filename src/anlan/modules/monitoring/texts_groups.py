"""What the product says of fits and keeps with them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.base import phrases

OLD_FIT = phrases.declare("monitoring.old_fit", _("The fit was older than %(n)s days."))


def worded(fit: dict[str, Any]) -> dict[str, Any]:
    """Return what a fit tells of itself with its reason in the active language; empty for none."""
    return {**fit, "why": str(phrases.Phrase(fit["why"]))} if fit.get("why") else fit
