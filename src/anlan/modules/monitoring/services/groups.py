"""Groups of tags watched together: entered, changed, removed."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.clock import now
from anlan.base.errors import Problems
from anlan.modules.monitoring import events, policy
from anlan.modules.monitoring.choices import GroupState
from anlan.modules.monitoring.models import WatchGroup
from anlan.modules.monitoring.queries import groups as queries
from anlan.modules.registry.models import Enterprise
from anlan.modules.registry.services import rows

FEWEST, MOST = 3, 60
FIELDS = (
    "name", "installation", "tags", "interval_s", "train_hours", "train_to", "false_alarms",
    "margin", "hold_s", "refit_days", "in_use", "note",
)  # fmt: skip
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "train_hours": (1, 2160),
    "false_alarms": (0.05, 10),
    "margin": (1, 10),
    "hold_s": (0, 86_400),
    "refit_days": (0, 730),
}
_APART = re.compile(r"[,，;；、\s]+")


def _check(values: rows.Values, problems: Problems) -> None:
    for name, (low, high) in _BOUNDS.items():
        value = values.get(name)
        if value is None or not low <= value <= high:
            problems.add(name, _("must lie between %(low)g and %(high)g")
                         % {"low": low, "high": high})  # fmt: skip
    until = values.get("train_to")
    if until is not None and until > now():
        problems.add("train_to", _("lies in the future"))
    if not FEWEST <= len(values.get("tags") or ()) <= MOST:
        problems.add("tags", _("A group has %(low)s to %(high)s tags.")
                     % {"low": FEWEST, "high": MOST})  # fmt: skip


def _forget(actor: Actor, plans: Sequence[Any]) -> None:
    """Take the model from groups of which tags or interval changed: it no longer fits them."""
    ids = [plan.instance.pk for plan in plans if {"tags", "interval_s"} & plan.before.keys()]
    if ids:
        WatchGroup.objects.for_actor(actor).filter(pk__in=ids).update(
            fitted=None, numbers=[], fitted_at=None, fit={}, state=GroupState.UNFITTED, t2=None,
            q=None, parts=[], missing=[], above_since=None, judged_at=None, known_at=None,
        )  # fmt: skip


GROUP = rows.Register(
    model=WatchGroup,
    permission=policy.GROUP_EDIT,
    created=events.GROUP_CREATED,
    changed=events.GROUP_CHANGED,
    removed=events.GROUP_REMOVED,
    fields=FIELDS,
    key=("name",),
    searched=("name",),
    check=_check,
    inherits=("installation",),
    after_write=_forget,
)


def group_create(actor: Actor, values: Mapping[str, Any]) -> WatchGroup:
    """Enter a group. Raises BadInput, Forbidden."""
    given = dict(values)
    owner = given.get("enterprise") or actor.own_enterprise_id
    given["tags"] = _known(actor, owner, given.get("tags", ()), given.get("interval_s", 60))
    return rows.create_row(actor, GROUP, given)


def group_update(
    actor: Actor, pk: UUID | str, values: Mapping[str, Any], expected_version: int | None = None
) -> WatchGroup:
    """Change a group; other tags or another interval take its model away.

    Raises NotYours, Forbidden, BadInput, ChangedMeanwhile.
    """
    row, given = queries.group_one(actor, pk), dict(values)
    if "tags" in given:
        every = given.get("interval_s", row.interval_s)
        given["tags"] = _known(actor, row.enterprise_id, given["tags"], every)
    return rows.update_row(actor, GROUP, pk, given, expected_version)


def group_remove(
    actor: Actor, pk: UUID | str, reason: str = "", expected_version: int | None = None
) -> WatchGroup:
    """Take a group out of the lists; nothing judges it any more."""
    return rows.remove_row(actor, GROUP, pk, reason, expected_version)


def _known(actor: Actor, owner: Any, given: Sequence[str], interval_s: Any) -> list[str]:
    """Return the tags one by one, each once. Raises BadInput naming those that will not do."""
    tags = list(dict.fromkeys(tag for line in given for tag in _APART.split(line) if tag))
    problems = Problems()
    if not owner or not tags:
        return tags
    # Who may not see the enterprise hears of it from the register, with the same words as ever.
    if not Enterprise.objects.for_actor(actor).filter(pk=owner).exists():
        return tags
    found = queries.points_of(actor, owner, tags[: MOST + 1])
    lost = [tag for tag, point in zip(tags, found, strict=False) if point is None]
    if lost:
        problems.add("tags", _("No such tag: %(tags)s.") % {"tags": ", ".join(lost)})
    slow = [one.tag for one in found if one and one.sampling_seconds > int(interval_s or 60)]
    if slow:
        problems.add(
            "tags",
            _("Slower than the interval: %(tags)s.") % {"tags": ", ".join(slow)},
            _("Choose a longer interval, or leave them out."),
        )
    problems.raise_if_any()
    return tags
