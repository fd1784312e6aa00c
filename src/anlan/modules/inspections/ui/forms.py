"""Forms of inspections; rules live in the services."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation, User
from anlan.base.actors.scope import path_end
from anlan.base.clock import SHANGHAI
from anlan.base.duties import queries as duties
from anlan.base.duties.models import ShiftPattern
from anlan.base.duties.models.plan import CycleUnit, Days, WorkType
from anlan.base.errors import BadInput
from anlan.base.ids import uuid7
from anlan.modules.findings.choices import Source
from anlan.modules.inspections import queries, sheets
from anlan.modules.inspections.choices import Reason, Result
from anlan.modules.inspections.models import Checklist, InspectionTask
from anlan.modules.risk import queries as risk
from anlan.modules.risk.choices import PhotoDuty

ROLES = [("", "—"), *sheets.ROLES]


class PageForm(forms.Form):
    """A form in groups of fields, which shows what a service refused beside its fields."""

    groups: tuple[tuple[Any, tuple[str, ...]], ...] = ()

    def shown_groups(self) -> list[tuple[Any, list[Any]]]:
        """Return each group's title with its bound fields."""
        for name in self.fields:
            # Labels come from the models, in lower case where the language knows cases.
            self[name].label = capfirst(self[name].label)
        return [
            (title, [self[name] for name in names if name in self.fields])
            for title, names in self.groups
        ]

    def take(self, error: Exception) -> None:
        """Put a refusal beside its fields; what was typed stays."""
        if isinstance(error, BadInput):
            for problem in error.problems:
                name = problem.field if problem.field in self.fields else None
                self.add_error(name, f"{problem.text} {problem.remedy}".strip())
            return
        text = error.message() + " " + error.remedy_text()  # type: ignore[attr-defined]
        self.add_error(None, text.strip())


class TaskForm(PageForm):
    """A task and when it recurs."""

    groups = (
        (
            _("What and where"),
            ("title", "code", "content", "source", "unit", "object", "checklist", "route"),
        ),
        (
            _("How often"),
            ("cycle_n", "cycle_unit", "calendar", "shift_pattern", "starts_on", "ends_on",
             "time_from", "time_to", "grace_minutes"),
        ),
        (_("Whose"), ("organisation", "role", "assignee", "work_type", "role_item")),
    )  # fmt: skip

    measure = forms.UUIDField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("title"), max_length=200, required=False)
    code = forms.CharField(
        label=_("task code"), max_length=40, required=False,
        help_text=_("Tells tasks apart in imports; given when left empty."),
    )  # fmt: skip
    content = forms.CharField(
        label=_("what to inspect"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    source = forms.TypedChoiceField(
        label=_("kind of inspection"), choices=Source.choices, coerce=int
    )
    unit: Any = forms.ModelChoiceField(None, label=_("place"), required=False)
    object: Any = forms.ModelChoiceField(
        None, label=_("risk analysis object"), required=False,
        help_text=_("Only when it concerns the whole object and no single place."),
    )  # fmt: skip
    checklist: Any = forms.ModelChoiceField(
        None, label=_("checklist"), required=False,
        help_text=_("Then every item of the list is answered."),
    )  # fmt: skip
    route = forms.IntegerField(label=_("order in the round"), min_value=0, required=False)
    cycle_n = forms.IntegerField(label=_("Every"), min_value=1, max_value=1000, initial=1)
    cycle_unit = forms.ChoiceField(label=_("Cycle"), choices=CycleUnit.choices, initial="day")
    calendar = forms.ChoiceField(label=_("Days"), choices=Days.choices, initial="every_day")
    shift_pattern: Any = forms.ModelChoiceField(
        None, label=_("Shift pattern"), required=False, help_text=_("For cycles by shift.")
    )
    starts_on = forms.DateField(
        label=_("First day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    ends_on = forms.DateField(
        label=_("Last day"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("A single campaign: the same day twice."),
    )  # fmt: skip
    time_from = forms.TimeField(
        label=_("From hour"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    time_to = forms.TimeField(
        label=_("Until hour"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    grace_minutes = forms.IntegerField(label=_("Grace in minutes"), min_value=0, required=False)
    organisation: Any = forms.ModelChoiceField(None, label=_("department"))
    role = forms.ChoiceField(
        label=_("role"), choices=ROLES, required=False,
        help_text=_("Whoever holds it there; everybody there when empty."),
    )  # fmt: skip
    assignee: Any = forms.ModelChoiceField(
        None, label=_("person"), required=False, help_text=_("Only this person instead of a role.")
    )
    work_type = forms.TypedChoiceField(
        label=_("task type"), choices=WorkType.choices, coerce=int, initial=0
    )
    role_item = forms.IntegerField(
        label=_("item of the responsible person"), min_value=1, max_value=10, required=False
    )

    def __init__(self, actor: Actor, owner: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["unit"].queryset = risk.units(actor).filter(enterprise=owner)
        fields["object"].queryset = risk.objects(actor).filter(enterprise=owner)
        fields["checklist"].queryset = queries.checklists(actor).filter(enterprise=owner)
        fields["shift_pattern"].queryset = ShiftPattern.objects.for_actor(actor).filter(
            enterprise=owner, is_active=True
        )
        fields["organisation"].queryset = Organisation.objects.filter(
            path__gte=owner.path, path__lt=path_end(owner.path), is_active=True
        ).order_by("path")
        people = duties.colleagues(actor, owner.pk).values("user")
        fields["assignee"].queryset = User.objects.filter(pk__in=people).order_by("display_name")
        fields["assignee"].label_from_instance = lambda user: user.display_name
        for name in ("unit", "object", "checklist", "shift_pattern", "assignee"):
            fields[name].empty_label = "—"
        fields["organisation"].label_from_instance = lambda node: node.name

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        found = dict(self.cleaned_data)
        for name in ("route", "grace_minutes"):
            found[name] = found[name] or 0
        if found["measure"]:
            found["unit"] = None
        return found


def initial_of(task: InspectionTask) -> dict[str, Any]:
    """Return a task as its form shows it."""
    plan = task.plan
    names = ("cycle_n", "cycle_unit", "calendar", "starts_on", "ends_on", "time_from", "time_to",
             "grace_minutes", "role")  # fmt: skip
    own = ("code", "title", "content", "source", "route", "work_type", "role_item")
    return {
        **{name: getattr(plan, name) for name in names},
        **{name: getattr(task, name) for name in own},
        "organisation": plan.organisation_id,
        "assignee": plan.assignee_id,
        "shift_pattern": plan.shift_pattern_id,
        "measure": task.measure_id,
        "unit": task.unit_id,
        "object": task.object_id if task.unit_id is None else None,
        "checklist": task.checklist_id,
    }


class ChecklistForm(PageForm):
    """A checklist, one item a line."""

    groups = ((_("Checklist"), ("title", "source", "items")),)
    title = forms.CharField(label=_("title"), max_length=120)
    source = forms.TypedChoiceField(
        label=_("kind of inspection"), choices=Source.choices, coerce=int, initial=2
    )
    items = forms.CharField(
        label=_("items"),
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("One item per line."),
    )


class Photos(forms.FileField):
    """Several photos; the service says which files are taken."""

    widget = type("PhotosInput", (forms.FileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the uploads, none for nothing chosen."""
        given = data if isinstance(data, list | tuple) else [data]
        return [super(Photos, self).clean(one, initial) for one in given if one]


class RecordForm(PageForm):
    """A check entered at the desk."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    instance = forms.UUIDField(widget=forms.HiddenInput, required=False)
    result = forms.ChoiceField(label=_("result"), choices=Result.choices)
    reading = forms.DecimalField(
        label=_("reading"), required=False, max_digits=14, decimal_places=4
    )
    reason = forms.ChoiceField(
        label=_("why not inspected"), choices=[("", "—"), *Reason.choices], required=False
    )
    note = forms.CharField(
        label=_("remarks"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What is abnormal becomes a finding with these words."),
    )  # fmt: skip
    occurred_at = forms.DateTimeField(
        label=_("inspected at"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("Empty: now. The time that counts."),
    )  # fmt: skip
    photos = Photos(
        label=_("Photos"), required=False, help_text=_("JPEG or PNG, up to 9."),
    )  # fmt: skip

    def __init__(self, task: InspectionTask, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("id", uuid7())
        super().__init__(*args, **kwargs)
        self.task = task
        measure = task.measure
        items: list[str] = []
        if task.checklist is not None:
            self.fields.pop("result")
            self.fields.pop("reading")
            self.fields.pop("reason")
            for one in task.checklist.items:
                items += self._item(one)
        elif measure is None or not (measure.quantity or measure.reading_unit):
            self.fields.pop("reading")
        else:
            name = f"{measure.quantity} {measure.reading_unit}".strip()
            self.fields["reading"].label = name
            self.fields["reading"].help_text = _("Limits: %(low)s to %(high)s") % {
                "low": _plain(measure.low), "high": _plain(measure.high),
            }  # fmt: skip
        self.fields["photos"].widget.attrs |= {"accept": "image/*", "multiple": True}
        self.needs_photo = measure is not None and measure.photo == PhotoDuty.REQUIRED
        if self.needs_photo:
            self.fields["photos"].help_text = _("This check needs a photo.")
        first = ("result", "reading", "reason", "note", "occurred_at", "photos")
        self.groups = ((_("Check"), first),)
        if items:
            self.groups = ((_("Items"), tuple(items)), (_("Check"), first))

    def _item(self, one: dict[str, str]) -> list[str]:
        choice, note = f"item_{one['id']}", f"note_{one['id']}"
        self.fields[choice] = forms.ChoiceField(
            label=one["text"], choices=[("normal", Result.NORMAL.label),
                                        ("abnormal", Result.ABNORMAL.label),
                                        ("not_inspected", _("Not applicable"))],
        )  # fmt: skip
        self.fields[note] = forms.CharField(
            label=_("What is abnormal"), required=False, max_length=500
        )
        return [choice, note]

    def answers(self) -> list[tuple[str, str, str]]:
        """Return item, result and words of each item."""
        items = self.task.checklist.items if self.task.checklist is not None else []
        return [
            (one["id"], self.cleaned_data[f"item_{one['id']}"],
             self.cleaned_data[f"note_{one['id']}"])
            for one in items
        ]  # fmt: skip

    def uploads(self) -> list[tuple[Any, str]]:
        """Return the photos with their names."""
        return [(one, one.name) for one in self.cleaned_data["photos"]]

    def moment(self) -> dt.datetime | None:
        """Return when it was inspected, aware; None for now."""
        given: dt.datetime | None = self.cleaned_data.get("occurred_at")
        return given.replace(tzinfo=SHANGHAI) if given and not given.tzinfo else given


def _plain(value: Decimal | None) -> str:
    if value is None:
        return "–"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def checklist_initial(row: Checklist) -> dict[str, Any]:
    """Return a checklist as its form shows it."""
    lines = "\n".join(one["text"] for one in row.items)
    return {"title": row.title, "source": row.source, "items": lines}


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


class ChosenMeasures(forms.Form):
    """The measures ticked in the preview of suggestions."""

    measures = forms.TypedMultipleChoiceField(coerce=UUID, required=False)
