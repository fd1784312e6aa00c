"""What the review duty is called and where it leads; what takes files."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.base import duties
from anlan.base.files.kinds import takes_files
from anlan.modules.risk.models import SitePlan
from anlan.modules.risk.policy import RISK_EDIT
from anlan.modules.risk.services.editions import REVIEW


def _address(object_id: UUID) -> str:
    return reverse("risk:editions", args=[object_id])


def install() -> None:
    """Register both; called once when the app starts."""
    duties.register(REVIEW, _("Review of a risk analysis"), url_of=_address, icon="refresh")
    takes_files(SitePlan, permission=RISK_EDIT)
