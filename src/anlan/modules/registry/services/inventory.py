"""Design maximum of a chemical at a place of a unit."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.errors import Problems
from anlan.modules.registry import events, policy
from anlan.modules.registry.choices import category_symbols
from anlan.modules.registry.models import Inventory
from anlan.modules.registry.models.chemical import QuantityBasis
from anlan.modules.registry.rules import design_maximum
from anlan.modules.registry.services import rows
from anlan.modules.registry.services.recalculation import units_changed

_FACTORS = ("volume_m3", "fill_factor", "density_t_m3")
_GRADED_BY = {"chemical", "unit", "quantity_t", "category", "removed"}


def _complete(values: rows.Values, given: frozenset[str]) -> None:
    """A quantity whose basis is volume × fill × density is never typed in; it follows."""
    if values.get("basis") != QuantityBasis.COMPUTED:
        return
    chemical = values.get("chemical")
    if values.get("density_t_m3") is None and chemical is not None:
        values["density_t_m3"] = chemical.density_t_m3
    factors = [values.get(name) for name in _FACTORS]
    if all(factor is not None for factor in factors):
        values["quantity_t"] = design_maximum(*factors)  # type: ignore[arg-type]


def _check(values: rows.Values, problems: Problems) -> None:
    if values.get("basis") == QuantityBasis.COMPUTED:
        for name in _FACTORS:
            if values.get(name) is None:
                problems.add(
                    name,
                    _("Volume, fill factor and density are all needed to compute the quantity."),
                    _("Enter it, or choose “stated by design documents”."),
                )
    elif values.get("quantity_t") is None:
        problems.add("quantity_t", _("Enter the design maximum in tonnes."))
    for name in ("volume_m3", "density_t_m3"):
        if values.get(name) is not None and values[name] <= 0:
            problems.add(name, _("must be above zero"))
    if values.get("quantity_t") is not None and values["quantity_t"] < 0:
        problems.add("quantity_t", _("must not be below zero"))
    fill = values.get("fill_factor")
    if fill is not None and not 0 < fill <= 1:
        problems.add(
            "fill_factor",
            _("A fill factor lies above 0 and is at most 1."),
            _("Write 85% as 0.85."),
        )
    if values.get("category") and values["category"] not in category_symbols():
        problems.add(
            "category",
            _("“%(symbol)s” is no category of GB 18218-2018.") % {"symbol": values["category"]},
            _("Use the symbols of table 2: J1 to J5, W1.1 to W11."),
        )


def _after(actor: Actor, plans: Sequence[rows.Plan]) -> None:
    units = set()
    for plan in plans:
        if plan.action == "create" or _GRADED_BY & plan.after.keys():
            units |= {plan.instance.unit_id, plan.moved_from.get("unit")}
    units_changed(units, "inventory")


INVENTORY = rows.Register(
    model=Inventory,
    permission=policy.INVENTORY_EDIT,
    created=events.INVENTORY_CREATED,
    changed=events.INVENTORY_CHANGED,
    removed=events.INVENTORY_REMOVED,
    fields=(
        "unit",
        "chemical",
        "equipment",
        "place",
        "basis",
        "volume_m3",
        "fill_factor",
        "density_t_m3",
        "quantity_t",
        "category",
        "source",
        "note",
    ),
    key=("unit", "chemical", "place"),
    searched=("chemical", "place", "unit"),
    check=_check,
    complete=_complete,
    inherits=("unit",),
    derived=("quantity_t",),
    after_write=_after,
)


def inventory_create(actor: Actor, values: Mapping[str, Any]) -> Inventory:
    """Enter an inventory row; `values["enterprise"]` left out means the actor's own."""
    return rows.create_row(actor, INVENTORY, values)


def inventory_update(
    actor: Actor, pk: UUID | str, values: Mapping[str, Any], expected_version: int | None = None
) -> Inventory:
    """Change an inventory row. Raises NotYours, Forbidden, BadInput, ChangedMeanwhile."""
    return rows.update_row(actor, INVENTORY, pk, values, expected_version)


def inventory_remove(
    actor: Actor, pk: UUID | str, reason: str = "", expected_version: int | None = None
) -> Inventory:
    """Take an inventory row out of the lists; its history stays. Raises StillUsed."""
    return rows.remove_row(actor, INVENTORY, pk, reason, expected_version)


def inventory_upsert_many(actor: Actor, given: Sequence[Mapping[str, Any]]) -> rows.Upserted:
    """Create or update by natural key, all or none. Raises BadInput with every problem."""
    return rows.upsert_rows(actor, INVENTORY, given)
