"""How the steps of the chain appear among everything that recurs."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.base.duties import kinds

KIND = "commitment"


def _address(subject_id: UUID) -> str:
    return f"/commitment/step/{subject_id}/"


kinds.register(KIND, _("Safety-risk commitment"), url_of=_address, icon="speakerphone")
