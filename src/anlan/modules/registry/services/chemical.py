"""Chemicals of an enterprise."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.errors import Problems
from anlan.modules.registry import events, policy
from anlan.modules.registry.choices import category_symbols
from anlan.modules.registry.models import Chemical, Inventory
from anlan.modules.registry.rules_mixture import mixture_fault, read_component
from anlan.modules.registry.services import rows
from anlan.modules.registry.services.checks import check_cas, check_not_negative
from anlan.modules.registry.services.enterprise_facts import enterprise_facts_refresh
from anlan.modules.registry.services.recalculation import units_changed

_GRADED_BY = {
    "name",
    "cas",
    "categories",
    "hazard_classes",
    "components",
    "mixture_of",
    "same_class",
    "boiling_point_c",
    "flash_point_c",
}


def _check(values: rows.Values, problems: Problems) -> None:
    if values.get("cas"):
        check_cas(values["cas"], problems)
    if values.get("precursor_class") not in (None, 1, 2, 3):
        problems.add(
            "precursor_class",
            _("A precursor chemical is of class 1, 2 or 3."),
            _("Leave it empty if it is none."),
        )
    check_not_negative(values, problems, "density_t_m3")
    known = category_symbols()
    for symbol in values.get("categories") or []:
        if symbol not in known:
            problems.add(
                "categories",
                _("“%(symbol)s” is no category of GB 18218-2018.") % {"symbol": symbol},
                _("Use the symbols of table 2: J1 to J5, W1.1 to W11."),
            )

    _check_mixture(values, problems)


def _complete(values: rows.Values, given: frozenset[str]) -> None:
    """Write components one way, so that the same mixture reads the same everywhere."""
    read = [(text, read_component(text)) for text in values.get("components") or []]
    values["components"] = [str(found) if found else text for text, found in read]


def _check_mixture(values: rows.Values, problems: Problems) -> None:
    pure = values.get("mixture_of") or ""
    fault, about = mixture_fault(values.get("components") or [], pure)
    if fault:
        field = "mixture_of" if fault == "not_among" else "components"
        text, remedy = _MIXTURE_FAULTS[fault]
        problems.add(field, text % {"text": about}, remedy)
    if values.get("same_class") is not None and not pure:
        problems.add(
            "mixture_of",
            _("Say which pure substance the mixture shares its hazard class with."),
            _("Name one of its components, or leave the class question open."),
        )


_MIXTURE_FAULTS = {
    "shape": (
        _("“%(text)s” is no component with its share."),
        _("Write a name and percent by mass, such as “甲醇 40%” or “甲醇 30–50%”."),
    ),
    "range": (
        _("The share of “%(text)s” must lie between 0 and 100 percent."),
        _("Write the lower figure of a range first."),
    ),
    "repeated": (_("“%(text)s” is named twice."), _("Add the shares up in one line.")),
    "too_much": (
        _("The components add up to %(text)s percent at least."),
        _("More than 100 percent cannot be; see section 3 of the safety data sheet."),
    ),
    "not_among": (
        _("“%(text)s” is none of the components."),
        _("Name a component as it is written there."),
    ),
}


def _after(actor: Actor, plans: Sequence[rows.Plan]) -> None:
    enterprise_facts_refresh(
        p.instance.enterprise_id for p in plans if {"is_key_regulated", "removed"} & p.after.keys()
    )
    altered = [p.instance.pk for p in plans if p.before and _GRADED_BY & p.after.keys()]
    if altered:
        held = Inventory.objects.for_actor(actor).filter(chemical__in=altered, removed_at=None)
        units_changed(held.values_list("unit_id", flat=True).distinct(), "chemical")


CHEMICAL = rows.Register(
    model=Chemical,
    permission=policy.CHEMICAL_EDIT,
    created=events.CHEMICAL_CREATED,
    changed=events.CHEMICAL_CHANGED,
    removed=events.CHEMICAL_REMOVED,
    fields=(
        "name",
        "name_en",
        "alias",
        "cas",
        "catalogue_number",
        "use",
        "hazard_classes",
        "categories",
        "components",
        "mixture_of",
        "same_class",
        "physical_state",
        "density_t_m3",
        "flash_point_c",
        "boiling_point_c",
        "is_key_regulated",
        "is_highly_toxic",
        "is_explosive_precursor",
        "precursor_class",
        "registration_number",
        "safety_code",
        "note",
    ),
    key=("name",),
    searched=("name", "name_en", "alias", "cas", "registration_number"),
    check=_check,
    complete=_complete,
    used_by=((Inventory, "chemical"),),
    after_write=_after,
)


def chemical_create(actor: Actor, values: Mapping[str, Any]) -> Chemical:
    """Enter a chemical; `values["enterprise"]` left out means the actor's own."""
    return rows.create_row(actor, CHEMICAL, values)


def chemical_update(
    actor: Actor, pk: UUID | str, values: Mapping[str, Any], expected_version: int | None = None
) -> Chemical:
    """Change a chemical. Raises NotYours, Forbidden, BadInput, ChangedMeanwhile."""
    return rows.update_row(actor, CHEMICAL, pk, values, expected_version)


def chemical_remove(
    actor: Actor, pk: UUID | str, reason: str = "", expected_version: int | None = None
) -> Chemical:
    """Take a chemical out of the lists; its history stays. Raises StillUsed."""
    return rows.remove_row(actor, CHEMICAL, pk, reason, expected_version)


def chemical_upsert_many(actor: Actor, given: Sequence[Mapping[str, Any]]) -> rows.Upserted:
    """Create or update by natural key, all or none. Raises BadInput with every problem."""
    return rows.upsert_rows(actor, CHEMICAL, given)
