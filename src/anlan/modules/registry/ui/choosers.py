"""What select boxes may offer of the registers."""

from typing import Any

from anlan.base.actors.roles import OrganisationKind
from anlan.base.lists import Chooser, register_chooser
from anlan.modules.registry import queries


def _within(rows: Any, value: str) -> Any:
    return rows.filter(enterprise=value)


register_chooser(
    Chooser(
        "enterprises",
        lambda actor: queries.enterprises(actor).order_by("name", "pk"),
        label=lambda row: row.name,
        note=lambda row: row.unified_social_credit_code,
    )
)
register_chooser(
    Chooser(
        "units",
        lambda actor: queries.units(actor).order_by("name", "pk"),
        label=lambda row: row.name,
        note=lambda row: f"{row.code} · {row.enterprise.name}",
        within=_within,
    )
)
register_chooser(
    Chooser(
        "facilities",
        lambda actor: queries.facilities(actor).order_by("code", "pk"),
        label=lambda row: row.name,
        note=lambda row: f"{row.code} · {row.enterprise.name}",
        within=_within,
    )
)
register_chooser(
    Chooser(
        "chemicals",
        lambda actor: queries.chemicals(actor).order_by("name", "pk"),
        label=lambda row: row.name,
        note=lambda row: f"{row.cas} · {row.enterprise.name}",
        within=_within,
    )
)
register_chooser(
    Chooser(
        "people",
        lambda actor: queries.people(actor).order_by("number", "pk"),
        label=lambda row: row.name,
        note=lambda row: f"{row.number} · {row.post}",
        within=_within,
    )
)
register_chooser(
    Chooser("areas", queries.areas_for_enterprises, label=lambda row: row.name, search=("name",))
)
register_chooser(
    Chooser(
        "parks",
        lambda actor: queries.places_of_kind(actor, OrganisationKind.PARK),
        label=lambda row: row.name,
        search=("name",),
    )
)
