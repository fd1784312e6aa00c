"""Forms of the registers, made from the declared groups; rules live in the services."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import OrganisationKind
from anlan.base.errors import BadInput
from anlan.modules.registry import choices, policy, queries
from anlan.modules.registry.models import (
    Chemical,
    Enterprise,
    Equipment,
    Facility,
    Inventory,
    MhiUnit,
    Person,
    Site,
)
from anlan.modules.registry.services import ChangedMeanwhile
from anlan.modules.registry.ui.kinds import ENTERPRISE_GROUPS, ENTERPRISE_HELP, Group, Kind

NONE_CHOSEN = "—"
_CHOSEN_FROM: dict[type, Any] = {
    Site: lambda actor: queries.sites(actor).order_by("code"),
    MhiUnit: lambda actor: queries.units(actor).order_by("name"),
    Facility: lambda actor: queries.facilities(actor).order_by("code"),
    Equipment: lambda actor: queries.equipment(actor).order_by("code"),
    Chemical: lambda actor: queries.chemicals(actor).order_by("name"),
    Person: lambda actor: queries.people(actor).filter(left_on=None).order_by("number"),
}


def choose_from(model: type[models.Model], query: Any) -> None:
    """Let forms offer rows of a register of another module: `query(actor)` returns them."""
    _CHOSEN_FROM[model] = query


def sentences(text: str, remedy: str) -> str:
    """Return what is wrong and what to do about it, apart from each other."""
    if not remedy:
        return text
    ends = text.endswith((".", "。", "!", "！", "?", "？"))
    return f"{text} {remedy}" if ends else text + pgettext("between sentences", ". ") + remedy


class RecordForm(forms.Form):
    """A form over groups of model fields. `version` is what the person looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    groups: tuple[Group, ...] = ()

    def shown_groups(self) -> list[tuple[Any, list[Any]]]:
        """Return each group's title with its bound fields."""
        return [
            (group.title, [self[name] for name in group.fields if name in self.fields])
            for group in self.groups
        ]

    def values(self) -> dict[str, Any]:
        """Return what the services take."""
        return {
            name: value for name, value in self.cleaned_data.items() if name in self.changeable()
        }

    def changeable(self) -> set[str]:
        """Return the names of the fields that are values of the record."""
        return {name for name, item in self.fields.items() if not item.disabled} - {"version"}

    @property
    def seen(self) -> int | None:
        """Return the version that the person looked at. Of a form that is right."""
        version: int | None = self.cleaned_data["version"]
        return version

    def take(self, error: Exception) -> None:
        """Put a refusal of the services beside its fields; what was typed stays."""
        if isinstance(error, BadInput):
            for problem in error.problems:
                name = problem.field if problem.field in self.fields else None
                self.add_error(name, sentences(str(problem.text), str(problem.remedy)))
            return
        if isinstance(error, ChangedMeanwhile):
            # Saving once more is then a decision, taken with the other change in view.
            newer = self.data.copy()  # type: ignore[attr-defined]
            newer["version"] = str(error.data.get("version", ""))
            self.data = newer
        text = error.message() + " " + error.remedy_text()  # type: ignore[attr-defined]
        self.add_error(None, text.strip())


class _Lines(forms.CharField):
    """A list of short texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]


def kind_form(
    kind: Kind, actor: Actor, enterprise_id: UUID, data: Any = None, row: Any = None, **initial: Any
) -> RecordForm:
    """Return the form of a register's row; `initial` are defaults from where one came."""
    fields: dict[str, forms.Field] = {}
    for group in kind.groups:
        for name in group.fields:
            fields[name] = _field(kind.model, name, actor, enterprise_id, row)
            if text := kind.help.get(name):
                fields[name].help_text = text  # type: ignore[assignment]
    if kind.register.placed:
        departments = queries.departments(actor, enterprise_id)
        fields["department"] = forms.ModelChoiceField(
            departments,
            required=False,
            label=_("Department in charge"),
            help_text=_("Its workshop head may edit it. Left empty, the enterprise as a whole."),
        )
    groups = list(kind.groups)
    if kind.register.placed:
        first = groups[0]
        groups[0] = Group(first.title, (*first.fields, "department"))
    start = dict(initial)
    if row is not None:
        start = {name: getattr(row, name) for name in kind.register.fields}
        start = {k: _typed(v) for k, v in start.items()}
        start["version"] = row.version
        if kind.register.placed:
            start["department"] = departments.filter(path=row.scope_path).first()
    return _build(fields, tuple(groups), data, start)


def _typed(value: Any) -> Any:
    """Return a stored value as somebody would type it: 0.85, not 0.8500."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Decimal):
        return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
    return value


def enterprise_form(actor: Actor, data: Any = None, row: Enterprise | None = None) -> RecordForm:
    """Return the form of an enterprise. Who may not place it sees its place without changing it."""
    fields: dict[str, forms.Field] = {}
    for group in ENTERPRISE_GROUPS:
        for name in group.fields:
            if name in ("area_code", "park", "group"):
                continue
            fields[name] = _field(Enterprise, name, actor, None, row)
    may_place = row is None or actor.may(policy.ENTERPRISE_CREATE, row.scope_path, row.pk)
    areas = {area.code: area.name for area in queries.areas_for_enterprises(actor)}
    if row is not None:
        assert row.enterprise.parent is not None
        areas.setdefault(row.area_code, row.enterprise.parent.name)
    fields["area_code"] = forms.ChoiceField(
        choices=[("", ""), *((code, f"{name} {code}") for code, name in sorted(areas.items()))],
        label=_("Area"),
        disabled=not may_place,
    )
    for name, label, kind in (
        ("park", _("Park"), OrganisationKind.PARK),
        ("group", _("Group company"), OrganisationKind.GROUP),
    ):
        places = queries.places_of_kind(actor, kind)
        if not may_place and row is not None:
            places = queries.place_of(row, name)
        fields[name] = forms.ModelChoiceField(
            places, required=False, label=label, disabled=not may_place
        )
    for name, text in ENTERPRISE_HELP.items():
        fields[name].help_text = text  # type: ignore[assignment]
    start: dict[str, Any] = {}
    if row is not None:
        start = {
            name: _typed(getattr(row, name)) for name in fields if name not in ("park", "group")
        }
        start |= {"park": row.enterprise.park_id, "group": row.enterprise.group_id}
        start["version"] = row.version
    return _build(fields, ENTERPRISE_GROUPS, data, start)


def _build(
    fields: dict[str, forms.Field], groups: tuple[Group, ...], data: Any, start: dict[str, Any]
) -> RecordForm:
    for field in fields.values():
        if isinstance(field, forms.ModelChoiceField):
            field.empty_label = NONE_CHOSEN
        elif isinstance(field, forms.ChoiceField) and isinstance(field.widget, forms.Select):
            pairs: Any = field.choices
            field.choices = [(key, label if key != "" else NONE_CHOSEN) for key, label in pairs]
    made = type("Form", (RecordForm,), {**fields, "groups": groups})
    form: RecordForm = made(data, initial=start)
    return form


def _field(
    model: type[models.Model], name: str, actor: Actor, enterprise_id: UUID | None, row: Any
) -> forms.Field:
    found = model._meta.get_field(name)
    label = capfirst(str(found.verbose_name))  # type: ignore[union-attr]
    if isinstance(found, models.ForeignKey):
        if found.related_model is Organisation:
            inside = queries.departments(actor, enterprise_id) if enterprise_id else None
            return forms.ModelChoiceField(inside, required=not found.blank, label=label)
        rows = _CHOSEN_FROM[found.related_model](actor).filter(enterprise=enterprise_id)
        return forms.ModelChoiceField(rows, required=not found.blank, label=label)
    if name == "key_processes":
        return forms.MultipleChoiceField(
            choices=choices.process_choices(),
            required=False,
            label=label,
            widget=forms.CheckboxSelectMultiple,
        )
    if name == "categories":
        return forms.MultipleChoiceField(
            choices=choices.category_choices(),
            required=False,
            label=label,
            widget=forms.CheckboxSelectMultiple,
        )
    if name == "category" and model is Inventory:
        return forms.ChoiceField(
            choices=[("", NONE_CHOSEN), *choices.category_choices()], required=False, label=label
        )
    if isinstance(found, ArrayField):
        return _Lines(required=False, label=label)
    made: forms.Field = found.formfield()  # type: ignore[union-attr, assignment]
    if name == "quantity_t":
        made.required = False
    if isinstance(made, forms.DateField):
        made.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    elif isinstance(made, forms.CharField) and isinstance(found, models.TextField):
        made.widget = forms.Textarea(attrs={"rows": 3})
    elif isinstance(made, forms.DecimalField | forms.IntegerField):
        # A number field would drop what it cannot read; a text field keeps it for correction.
        made.widget = forms.TextInput(attrs={"inputmode": "decimal"})
    return made
