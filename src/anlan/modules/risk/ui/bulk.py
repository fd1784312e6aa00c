"""The forms that change many rows of a register at once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.duties.models.plan import CycleUnit
from anlan.base.errors import BadInput
from anlan.base.lists.page import BulkResult
from anlan.modules.registry import queries as registry
from anlan.modules.risk.choices import ControlLevel, MeasureSubclass, PhotoDuty, UnitType
from anlan.modules.risk.services import branches
from anlan.modules.risk.ui.kinds import KINDS

_KEEP = ("", _("— keep —"))


class BulkForm(forms.Form):
    """What many rows get; what is left empty stays as it is."""

    def given(self) -> dict[str, Any]:
        """Return the values that were filled in."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if value not in ("", None) and name != "ids"
        }


def _choice(label: Any, choices: Sequence[tuple[Any, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[_KEEP, *choices])


def _fields(noun: str) -> dict[str, forms.Field]:
    if noun == "units":
        return {"unit_type": _choice(_("Unit type"), UnitType.choices)}
    if noun == "events":
        return {"control_level": _choice(_("Control level"), ControlLevel.choices)}
    if noun == "measures":
        return {
            "post": forms.CharField(label=_("Responsible post"), required=False, max_length=60),
            "class2": _choice(_("Class"), MeasureSubclass.choices),
            "class3": forms.CharField(label=_("Company's class"), required=False, max_length=60),
            "photo": _choice(pgettext_lazy("risk", "Photo"), PhotoDuty.choices),
            "cycle_n": forms.IntegerField(
                label=_("Suggested cycle"), required=False, min_value=1, max_value=1000
            ),
            "cycle_unit": _choice(_("Suggested cycle, unit"), CycleUnit.choices),
        }
    return {}


_DEPARTMENT = {
    "objects": ("department", _("Department in charge")),
    "units": ("department", _("Department in charge")),
    "measures": ("responsible_department", _("Responsible department")),
}


def bulk_form(noun: str, actor: Actor, ids: Sequence[UUID], data: Any = None) -> BulkForm:
    """Return the form for these rows; departments are offered where all are of one enterprise."""
    fields: dict[str, forms.Field] = {}
    owners = set(
        KINDS[noun].query(actor).filter(pk__in=ids).order_by().values_list("enterprise", flat=True)
    )
    if noun in _DEPARTMENT and len(owners) == 1:
        name, label = _DEPARTMENT[noun]
        fields[name] = forms.ModelChoiceField(
            registry.departments(actor, owners.pop()),
            required=False,
            label=label,
            empty_label=str(_KEEP[1]),
        )
    made: type[BulkForm] = type("Form", (BulkForm,), fields | _fields(noun))
    return made(data)


def change_many(noun: str) -> Any:
    """Return the bulk action of a register: it asks what to set, then sets it."""
    page = f"risk:{KINDS[noun].key[:-1]}_list"

    def run(actor: Actor, ids: list[UUID], request: HttpRequest) -> BulkResult | HttpResponse:
        form = bulk_form(noun, actor, ids, request.POST if "apply" in request.POST else None)
        if form.is_bound and form.is_valid():
            try:
                return BulkResult(branches.change_many(actor, noun, ids, form.given()))
            except BadInput as error:
                for problem in error.problems[:5]:
                    form.add_error(None, f"{problem.text} {problem.remedy}".strip())
        context = {
            "form": form,
            "ids": ids,
            "back": reverse(page),
            "action": reverse(f"{page}_bulk"),
        }
        return render(request, "risk/bulk.html", context, status=422 if form.errors else 200)

    return run
