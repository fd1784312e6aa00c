"""The search box: what each register finds, fast at a million rows.

Below row-level security only range comparisons use an index (LIKE does not). So a wide scope
searches large registers by the beginning of a code or name; the enterprises of a province and
whatever one plant holds are few enough to be searched anywhere in their key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.errors import Text
from anlan.base.search_key import typed
from anlan.modules.registry import queries

_TOP = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Source:
    """One searchable register. `find(actor, text)` returns ordered rows, not yet cut."""

    key: str
    label: Text
    icon: str
    find: Callable[[Actor, str], QuerySet[Any]]
    title: Callable[[Any], str]
    subtitle: Callable[[Any], str]
    order: int
    level: str = ""


def is_narrow(actor: Actor) -> bool:
    """Tell whether somebody sees one plant (or a few), not an area."""
    scope = actor.scope
    return not scope.everything and all("/e" in prefix for prefix in scope.prefixes)


def begins(field: str, text: str) -> Q:
    """Return the range of texts that begin with `text`; the index of `field` serves it."""
    return Q(**{f"{field}__gte": text, f"{field}__lt": text + _TOP})


def _search(
    query: Callable[[Actor], QuerySet[Any]], *beginnings: str
) -> Callable[[Actor, str], QuerySet[Any]]:
    """Search anywhere in a narrow scope, by the beginning of these columns in a wide one."""

    def find(actor: Actor, text: str) -> QuerySet[Any]:
        rows = query(actor)
        if is_narrow(actor):
            return rows.filter(search_key__contains=typed(text)).order_by(beginnings[0], "pk")
        condition = Q(pk__in=[])
        for column in beginnings:
            for variant in {text.strip(), text.strip().upper()}:
                condition |= begins(column, variant)
        return rows.filter(condition).order_by(beginnings[0], "pk")

    return find


def _everywhere(query: Callable[[Actor], QuerySet[Any]]) -> Callable[[Actor, str], QuerySet[Any]]:
    def find(actor: Actor, text: str) -> QuerySet[Any]:
        return query(actor).filter(search_key__contains=typed(text)).order_by("name", "pk")

    return find


def _owner(row: Any) -> str:
    return str(row.enterprise.name)


SOURCES = (
    Source(
        "enterprises",
        _("Enterprises"),
        "building-factory-2",
        _everywhere(queries.enterprises),
        lambda row: row.name,
        lambda row: row.unified_social_credit_code,
        10,
        "mhi_level",
    ),
    Source(
        "units",
        _("Major hazard installations"),
        "alert-octagon",
        _everywhere(queries.units),
        lambda row: row.name,
        lambda row: f"{row.code} · {row.enterprise.name}",
        20,
        "level",
    ),
    Source(
        "equipment",
        _("Equipment"),
        "engine",
        _search(queries.equipment, "code"),
        lambda row: f"{row.code} {row.name}",
        _owner,
        30,
    ),
    Source(
        "chemicals",
        _("Chemicals"),
        "flask",
        _search(queries.chemicals, "name"),
        lambda row: row.name,
        _owner,
        40,
    ),
    Source(
        "people",
        _("People"),
        "users",
        _search(queries.people, "name"),
        lambda row: row.name,
        lambda row: f"{row.post} · {row.enterprise.name}",
        50,
    ),
    Source(
        "licences",
        _("Licences and certificates"),
        "certificate",
        _search(queries.licences, "number"),
        lambda row: row.number,
        lambda row: f"{row.get_kind_display()} · {row.enterprise.name}",
        60,
    ),
)
