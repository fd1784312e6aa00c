"""What the forms of the four registers of the chain show."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.modules.registry import services as registry
from anlan.modules.registry.services import rows
from anlan.modules.registry.ui.forms import choose_from
from anlan.modules.registry.ui.kinds import Group, Kind
from anlan.modules.risk import queries
from anlan.modules.risk.models import RiskEvent, RiskObject, RiskUnit
from anlan.modules.risk.services import chain

PARENTS = {"units": "object", "events": "unit", "measures": "event"}
"""The reference of each register to the one above it."""


def _services(register: registry.Register) -> tuple[Any, Any, Any]:
    def create(actor: Actor, values: Mapping[str, Any]) -> Any:
        return rows.create_row(actor, register, values)

    def update(
        actor: Actor, pk: UUID, values: Mapping[str, Any], expected_version: int | None = None
    ) -> Any:
        return rows.update_row(actor, register, pk, values, expected_version)

    def remove(
        actor: Actor, pk: UUID, reason: str = "", expected_version: int | None = None
    ) -> Any:
        return rows.remove_row(actor, register, pk, reason, expected_version)

    return create, update, remove


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "objects",
            _("risk analysis object"),
            _("Add an object"),
            "cylinder",
            queries.objects,
            chain.OBJECT,
            *_services(chain.OBJECT),
            (
                Group(
                    _("Risk analysis object"),
                    ("code", "name", "kind", "mhi_unit", "facility", "head", "hazards"),
                ),
                Group(pgettext_lazy("risk form", "Position"), ("longitude", "latitude", "note")),
            ),
            help={
                "code": _("For a major hazard installation, its code of the registration system.")
            },
        ),
        Kind(
            "units",
            _("risk analysis unit"),
            _("Add a unit"),
            "building-factory-2",
            queries.units,
            chain.UNIT,
            *_services(chain.UNIT),
            (
                Group(
                    _("Risk analysis unit"),
                    ("object", "code", "name", "unit_type", "head", "nfc_id", "route"),
                ),
                Group(pgettext_lazy("risk form", "Position"), ("longitude", "latitude", "note")),
            ),
            help={
                "code": _("Printed on the label of the point that people scan."),
                "route": _("Smaller numbers come first on a round."),
                "unit_type": _("Decides which template is offered."),
            },
        ),
        Kind(
            "events",
            _("risk event"),
            _("Add an event"),
            "alert-triangle",
            queries.events,
            chain.EVENT,
            *_services(chain.EVENT),
            (
                Group(
                    _("Risk event"),
                    ("unit", "code", "name", "causes", "consequences", "control_level", "note"),
                ),
            ),
            help={"control_level": _("Left empty, it follows from the residual level.")},
        ),
        Kind(
            "measures",
            _("control measure"),
            _("Add a measure"),
            "shield-check",
            queries.measures,
            chain.MEASURE,
            *_services(chain.MEASURE),
            (
                Group(
                    _("Control measure"),
                    (
                        "event",
                        "code",
                        "text",
                        "class2",
                        "class3",
                        "responsible_department",
                        "post",
                    ),
                ),
                Group(
                    _("How it is verified"),
                    ("verification", "tag", "inspection_content", "photo"),
                ),
                Group(
                    _("Reading on the spot"),
                    ("quantity", "reading_unit", "low", "high", "cycle_n", "cycle_unit", "note"),
                ),
            ),
            help={
                "responsible_department": _(
                    "Who keeps it up and gets its tasks; left empty, the department of the unit."
                ),
                "tag": _("Only for automatic monitoring, such as TI-2204."),
                "inspection_content": _(
                    "Only for hazard inspection; left empty, the measure's own words are taken."
                ),
                "low": _("A reading outside these limits is abnormal."),
            },
        ),
    )
}

choose_from(RiskObject, queries.objects)
choose_from(RiskUnit, lambda actor: queries.units(actor).select_related(None))
choose_from(RiskEvent, lambda actor: queries.events(actor).select_related(None))
