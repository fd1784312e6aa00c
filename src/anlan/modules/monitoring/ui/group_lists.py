"""The list of groups of tags, and what their form asks."""

from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.lists import Column, Filter, ListPage, View
from anlan.modules.monitoring import policy
from anlan.modules.monitoring.choices import GroupState
from anlan.modules.monitoring.models import WatchGroup
from anlan.modules.monitoring.queries import groups as queries
from anlan.modules.monitoring.services import groups
from anlan.modules.registry.ui.columns import enterprise_column, enterprise_filter
from anlan.modules.registry.ui.kinds import Group, Kind

TONES = {
    GroupState.UNFITTED: "outline", GroupState.NORMAL: "done", GroupState.ABOVE: "work",
    GroupState.UNUSUAL: "work", GroupState.UNKNOWN: "idle",
}  # fmt: skip
ICONS = {
    GroupState.UNFITTED: "circle-dashed", GroupState.NORMAL: "circle-check",
    GroupState.ABOVE: "hourglass", GroupState.UNUSUAL: "alert-triangle",
    GroupState.UNKNOWN: "cloud-off",
}  # fmt: skip

GROUP = Kind(
    "groups",
    _("group of tags"),
    _("Enter a group of tags"),
    "wave-sine",
    queries.groups,
    groups.GROUP,
    groups.group_create,
    groups.group_update,
    groups.group_remove,
    (
        Group(_("Group of tags"), ("name", "installation", "tags", "interval_s", "in_use")),
        Group(_("Normal operation"), ("train_hours", "train_to", "refit_days")),
        Group(_("When it is unusual"), ("false_alarms", "margin", "hold_s")),
        Group(_("Remarks"), ("note",)),
    ),
    help={
        "tags": _("3 to 60 tags that move together. Several can be pasted at once."),
        "interval_s": _("Means over this time are compared; no tag may be slower."),
        "train_hours": _("Ordinary operation in all its states, a day or more."),
        "train_to": _("Left empty: until the group is fitted. Times of alarms are left out."),
        "refit_days": _(
            "An older fit is made anew at night if the group was calm; 0: never. A slow drift"
            " would be learnt with it."
        ),
        "false_alarms": _("How often normal values of the training period lie beyond."),
        "margin": _("Widens the limits: tomorrow differs from the training period."),
        "hold_s": _("How long a limit must be exceeded without a break to count."),
        "in_use": _("One that is not in use is neither judged nor part of the index."),
    },
)


def group_url(row: Any) -> str:
    """Return the address of a group's page."""
    return reverse("monitoring:groups_show", args=[row.pk])


def figure(share: float | None) -> str:
    """Return a statistic as a share of its limit."""
    return "" if share is None else f"{share:.2f}" if share < 100 else f"{share:.0f}"


def _create(name: str, actor: Actor) -> str:
    return reverse(name) if actor.own_enterprise_id else ""


GROUPS = ListPage(
    key="monitoring.groups",
    title=_("Unusual operation"),
    query=queries.groups,
    columns=[
        Column.of(WatchGroup, "name", fixed=True, wide=True),
        Column("state", _("state"), kind="badge", choices=GroupState.choices, tone=TONES,
               icon=ICONS),
        Column("parts", _("what has a part in it"), sort=None,
               value=lambda row: ", ".join(tag for tag, _share in row.parts[:4])
               if row.state in (GroupState.ABOVE, GroupState.UNUSUAL) else ""),
        Column("t2", _("T² / limit"), value=lambda row: figure(row.t2), sort="t2"),
        Column("q", _("Q / limit"), value=lambda row: figure(row.q), sort="q"),
        Column("installation", _("MHI unit"), value="installation.name", sort=None),
        enterprise_column(),
        Column.of(WatchGroup, "above_since"),
        Column.of(WatchGroup, "fitted_at"),
        Column.of(WatchGroup, "judged_at", shown=False),
    ],
    filters=[
        Filter.of(WatchGroup, "state"),
        Filter.of(WatchGroup, "in_use"),
        enterprise_filter(),
    ],
    search=("search_key",),
    search_hint=_("Name of the group"),
    order=("name", "pk"),
    views=[
        View("all", _("All"), {}),
        View("unusual", _("Unusual"), {"state": [str(GroupState.UNUSUAL)]}),
        View("unfitted", _("Not fitted"), {"state": [str(GroupState.UNFITTED)]}),
        View("unknown", pgettext_lazy("group of tags", "Unknown"),
             {"state": [str(GroupState.UNKNOWN)]}),
    ],
    row_url=group_url,
    create_url=partial(_create, "monitoring:groups_new"),
    create_label=_("Enter a group of tags"),
    create_permission=policy.GROUP_EDIT,
    first_step=_("Enter tags that move together, and fit the group on ordinary operation."),
    nav="monitoring.groups",
)  # fmt: skip
