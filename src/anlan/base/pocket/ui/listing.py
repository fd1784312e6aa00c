"""The list of phones: who last used one, when it was heard of, what is missing."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.base.lists import Column, Filter, ListPage, View
from anlan.base.pocket.models import Device, DeviceUser
from anlan.base.pocket.policy import SEE_DEVICES
from anlan.base.pocket.queries import devices_of


def _unsent(device: Device) -> int:
    return max(0, device.sealed_seq - device.last_seq)


def _state(device: Device) -> str:
    return "blocked" if device.revoked_at else "in_use"


_STATES = [("in_use", _("In use")), ("blocked", _("Blocked"))]


def _search(rows: QuerySet[Device], text: str) -> QuerySet[Device]:
    users = DeviceUser.objects.unscoped("joined to phones the actor sees").filter(
        device=OuterRef("pk"), user__display_name__icontains=text
    )
    return rows.filter(Q(label__icontains=text) | Exists(users))


DEVICES = ListPage(
    key="pocket.devices",
    title=_("Phones"),
    query=devices_of,
    columns=[
        Column("label", _("phone"), link=lambda row: reverse("pocket:device", args=[row.pk]),
               fixed=True, wide=True),
        Column("last_user", _("last used by")),
        Column("last_contact", _("last contact"), kind="datetime", sort="last_contact"),
        Column("last_seq", _("received up to"), kind="number", sort="last_seq"),
        Column("unsent", _("sealed, not received"), kind="number", value=_unsent),
        Column("open_gaps", _("missing numbers"), kind="number", sort="open_gaps"),
        Column("open_submissions", _("to look at"), kind="number", sort="open_submissions"),
        Column("state", _("state"), kind="badge", value=_state, choices=_STATES,
               tone={"in_use": "done", "blocked": "outline"},
               icon={"in_use": "circle-check", "blocked": "lock"}),
    ],
    filters=[Filter("last_contact", _("last contact"), kind="date", field="last_contact__date")],
    search=_search,
    search_hint=_("Phone or person"),
    order=("-last_contact", "pk"),
    views=[
        View("all", _("All"), {}),
    ],
    row_url=lambda row: reverse("pocket:device", args=[row.pk]),
    first_step=_("A phone appears here when somebody opens Pocket on it for the first time."),
    nav="pocket.devices",
    permission=SEE_DEVICES,
)  # fmt: skip
