"""Columns and filters that several lists share."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.clock import today
from anlan.base.lists import Column, Filter
from anlan.modules.registry import queries
from anlan.modules.registry.choices import remind_days
from anlan.modules.registry.rules import validity
from anlan.modules.registry.ui.addresses import enterprise_url

VALIDITY = (
    ("expired", _("Expired")),
    ("due", _("Due for renewal")),
    ("valid", _("Valid")),
    ("none", _("No end date")),
)
VALIDITY_ICONS = {
    "expired": "calendar-off",
    "due": "hourglass",
    "valid": "circle-check",
    "none": "infinity",
}
VALIDITY_TONES = {"valid": "done", "due": "work"}
OPERATING_TONES = {"in_use": "done", "standby": "work", "stopped": "idle", "scrapped": "outline"}
OPERATING_ICONS = {
    "in_use": "circle-check",
    "standby": "player-pause",
    "stopped": "player-stop",
    "scrapped": "trash",
}


def of_one_enterprise(actor: Actor) -> bool:
    """Tell whether everything the actor sees belongs to one enterprise."""
    return actor.only_enterprise_id is not None


def enterprise_column() -> Column:
    """The enterprise of a row, linked to its file; hidden where every row would repeat it."""
    return Column(
        "enterprise",
        _("enterprise"),
        value="enterprise.name",
        sort=None,
        link=enterprise_url,
        same_for=of_one_enterprise,
    )


def enterprise_filter() -> Filter:
    """The enterprise of a row."""
    return Filter(
        "enterprise",
        _("enterprise"),
        kind="relation",
        field="enterprise",
        chooser="enterprises",
        same_for=of_one_enterprise,
    )


def place_filters(*, pinned: bool = False) -> list[Filter]:
    """The county and the park of a row's enterprise."""
    return [
        Filter(
            "area",
            _("area"),
            kind="relation",
            field="enterprise__parent",
            chooser="areas",
            pinned=pinned,
            same_for=of_one_enterprise,
        ),
        Filter(
            "park",
            _("park"),
            kind="relation",
            field="enterprise__park",
            chooser="parks",
            nullable=True,
            pinned=pinned,
            same_for=of_one_enterprise,
        ),
    ]


def validity_of(row: Any) -> str:
    """Judge a licence or qualification today."""
    reminder = getattr(row, "remind_on", None)
    return validity(row.valid_until, today(), reminder or _default_reminder(row))


def _default_reminder(row: Any) -> Any:
    from datetime import timedelta

    if row.valid_until is None:
        return None
    days = remind_days(None) if not hasattr(row, "remind_on") else remind_days(row.kind)
    return row.valid_until - timedelta(days=days)


def validity_column() -> Column:
    """Whether a document still holds, as a badge."""
    return Column(
        "validity",
        _("validity"),
        kind="badge",
        value=validity_of,
        choices=VALIDITY,
        icon=VALIDITY_ICONS,
        tone=VALIDITY_TONES,
    )


def validity_filter(due: Any) -> Filter:
    """Filter by validity; `due(day)` is the condition of being due for renewal."""

    def condition(values: tuple[str, ...]) -> Q:
        day = today()
        each = {
            "expired": queries.expired(day),
            "due": due(day),
            "valid": Q(valid_until__gte=day) & ~due(day),
            "none": Q(valid_until__isnull=True),
        }
        found = Q(pk__in=[])
        for value in values:
            found |= each.get(value, Q(pk__in=[]))
        return found

    return Filter("validity", _("validity"), choices=VALIDITY, condition=condition)


def yes_filter(key: str, label: Any, word: Any, condition: Any) -> Filter:
    """A filter with one choice, for what is no column; `condition()` is made when asked."""
    return Filter(
        key,
        label,
        choices=(("yes", word),),
        condition=lambda values: condition() if "yes" in values else Q(),
        pinned=False,
    )
