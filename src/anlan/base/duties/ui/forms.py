"""The forms of duties: shape only, services judge."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.roles import HELD_AT, OrganisationKind, Role
from anlan.base.clock import SHANGHAI
from anlan.base.duties import kinds, ladder, queries
from anlan.base.duties.models import Plan, ShiftPattern
from anlan.base.duties.models.plan import CycleUnit, Days, WorkType
from anlan.base.duties.ui import words

_NONE = ("", "—")


def people_choices(actor: Actor, enterprise_id: UUID) -> list[tuple[str, str]]:
    """Return the people of an enterprise with their first department."""
    found: dict[str, str] = {}
    for post in queries.colleagues(actor, enterprise_id):
        found.setdefault(str(post.user_id), f"{post.user} · {post.organisation}")
    return list(found.items())


def place_choices(actor: Actor, enterprise_id: UUID) -> list[tuple[str, str]]:
    """Return the enterprise and its departments and teams."""
    return [(str(one.pk), one.name) for one in queries.departments(actor, enterprise_id)]


def _plant_roles() -> list[tuple[str, Any]]:
    inside = {OrganisationKind.ENTERPRISE, OrganisationKind.DEPARTMENT}
    officers = {Role.SYSTEM_ADMIN, Role.AUDITOR}
    return [
        (role.value, role.label) for role in Role if HELD_AT[role] & inside and role not in officers
    ]


class PlanForm(forms.Form):
    """A plan: what, whose, how often."""

    title = forms.CharField(label=_("What is to be done"), max_length=200)
    kind = forms.ChoiceField(label=_("Type"))
    place_text = forms.CharField(label=_("Place"), max_length=120, required=False)
    organisation = forms.ChoiceField(label=_("Department"))
    role = forms.ChoiceField(
        label=_("Role"),
        required=False,
        help_text=_(
            "Whoever holds it there, above or below. Left empty, everybody of the department."
        ),
    )
    assignee = forms.ChoiceField(
        label=_("Person"), required=False, help_text=_("Named, it is this person's alone.")
    )
    work_type = forms.TypedChoiceField(label=_("Task type"), choices=WorkType.choices, coerce=int)
    role_item = forms.IntegerField(
        label=_("Item of the responsible person's list"),
        required=False,
        min_value=1,
        max_value=10,
        help_text=_("For tasks of the three responsible persons: 1–9, 1–9, 1–10."),
    )
    cycle_n = forms.IntegerField(label=_("Every"), min_value=1, max_value=1000, initial=1)
    cycle_unit = forms.ChoiceField(label=_("Cycle"), choices=CycleUnit.choices, initial="day")
    calendar = forms.ChoiceField(label=_("Days"), choices=Days.choices)
    shift_pattern = forms.ChoiceField(
        label=_("Shift pattern"), required=False, help_text=_("For cycles counted in shifts.")
    )
    starts_on = forms.DateField(
        label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    time_from = forms.TimeField(
        label=_("From hour"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    time_to = forms.TimeField(
        label=_("Until hour"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("The same as the beginning means the whole day; earlier, until next morning."),
    )
    grace_minutes = forms.IntegerField(label=_("Grace, minutes"), min_value=0, initial=0)

    groups = (
        (_("What and where"), ("title", "kind", "place_text")),
        (_("Whose"), ("organisation", "role", "assignee", "work_type", "role_item")),
        (
            _("How often"),
            ("cycle_n", "cycle_unit", "calendar", "shift_pattern", "starts_on", "ends_on",
             "time_from", "time_to", "grace_minutes"),
        ),
    )  # fmt: skip

    def __init__(
        self, actor: Actor, enterprise_id: UUID, *args: Any, plan: Plan | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        patterns = queries.shift_patterns(actor).filter(enterprise=enterprise_id, is_active=True)
        offered: dict[str, Sequence[tuple[Any, Any]]] = {
            "kind": [
                (kind.code, kind.label)
                for kind in kinds.all_kinds().values()
                if kind.is_manual or (plan is not None and plan.kind == kind.code)
            ],
            "organisation": place_choices(actor, enterprise_id),
            "role": [("", _("Everybody of the department")), *_plant_roles()],
            "assignee": [_NONE, *people_choices(actor, enterprise_id)],
            "shift_pattern": [_NONE, *((str(one.pk), one.name) for one in patterns)],
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def shown_groups(self) -> list[tuple[Any, list[Any]]]:
        """Return each group's title with its bound fields."""
        return [(title, [self[name] for name in names]) for title, names in self.groups]

    def values(self) -> dict[str, Any]:
        """Return what the services take."""
        values = dict(self.cleaned_data)
        for name in ("organisation", "assignee", "shift_pattern"):
            value = values.pop(name)
            values[f"{name}_id"] = UUID(value) if value else None
        return values


def plan_initial(plan: Plan) -> dict[str, Any]:
    """Return a plan as the form's first values."""
    start = {name: getattr(plan, name) for name in PlanForm.base_fields if hasattr(plan, name)}
    for name in ("organisation", "assignee", "shift_pattern"):
        start[name] = str(getattr(plan, f"{name}_id") or "")
    return start


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class ClearForm(forms.Form):
    """How a warning was dealt with, and what proves it."""

    reason = forms.CharField(
        label=_("What was done"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with your name and the time."),
    )
    evidence = forms.FileField(
        label=_("Evidence"), required=False, help_text=_("A photo or document, if there is one.")
    )


class HandOverForm(forms.Form):
    """To whom, and why."""

    to_user = forms.ChoiceField(label=_("To"))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, actor: Actor, enterprise_id: UUID, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [_NONE, *people_choices(actor, enterprise_id)]
        self.fields["to_user"].choices = choices  # type: ignore[attr-defined]


class ShiftForm(forms.Form):
    """A shift pattern. Crews are chosen in the order of their turns."""

    name = forms.CharField(label=_("Name"), max_length=60)
    starts = forms.CharField(
        label=_("Shifts begin at"),
        initial="00:00 08:00 16:00",
        help_text=_("Hours of a day, separated by spaces: 00:00 08:00 16:00."),
    )
    anchor_on = forms.DateField(
        label=_("Rotation begins on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    rotation = forms.CharField(
        label=_("Crews in turn"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "One department or team per line: the crew of the first shift, of the second and so on,"
            " over and over. Empty when shifts have no crews."
        ),
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, actor: Actor, enterprise_id: UUID, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = {
            name: UUID(pk) for pk, name in reversed(place_choices(actor, enterprise_id))
        }

    def clean_starts(self) -> list[dt.time]:
        """Return the hours. Raises ValidationError for what is none."""
        try:
            return [dt.time.fromisoformat(word) for word in self.cleaned_data["starts"].split()]
        except ValueError as error:
            raise forms.ValidationError(_("Write hours as 08:00, separated by spaces.")) from error

    def clean_rotation(self) -> list[UUID]:
        """Return the crews. Raises ValidationError for a name that is no department."""
        names = [line.strip() for line in self.cleaned_data["rotation"].splitlines()]
        unknown = [name for name in names if name and name not in self._places]
        if unknown:
            raise forms.ValidationError(
                _("No department or team is called “%(name)s”."), params={"name": unknown[0]}
            )
        return [self._places[name] for name in names if name]


def shift_initial(pattern: ShiftPattern, names: dict[UUID, str]) -> dict[str, Any]:
    """Return a pattern as the form's first values."""
    return {
        "name": pattern.name,
        "starts": " ".join(one.strftime("%H:%M") for one in pattern.starts),
        "anchor_on": pattern.anchor_on,
        "rotation": "\n".join(names.get(pk, "") for pk in pattern.rotation),
        "is_active": pattern.is_active,
    }


class _Moment(forms.DateTimeField):
    """A moment typed as local time of Shanghai."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> dt.datetime | None:
        found = super().to_python(value)
        return found.replace(tzinfo=SHANGHAI) if found is not None else None


class SubstituteForm(forms.Form):
    """Who stands in for whom, when."""

    from_user = forms.ChoiceField(label=_("Absent"))
    to_user = forms.ChoiceField(label=_("Stands in"))
    starts_at = _Moment(label=_("From"))
    ends_at = _Moment(label=_("Until"))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, actor: Actor, enterprise_id: UUID, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [_NONE, *people_choices(actor, enterprise_id)]
        for name in ("from_user", "to_user"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return what the services take."""
        values = dict(self.cleaned_data)
        return {
            **values,
            "from_user": UUID(values["from_user"]),
            "to_user": UUID(values["to_user"]),
        }


class ExemptionForm(forms.Form):
    """Which place is out of service, from when, and why."""

    place = forms.ChoiceField(label=_("Place"))
    starts_at = _Moment(label=_("From"))
    ends_at = _Moment(
        label=_("Until"), required=False, help_text=_("Left empty: until it is ended here.")
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Shown at each duty that does not count.")
    )

    def __init__(self, actor: Actor, enterprise_id: UUID, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = {str(one.place_id): one for one in queries.places(actor, enterprise_id)}
        choices = [_NONE, *((key, one.text) for key, one in self._places.items())]
        self.fields["place"].choices = choices  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        given = self.cleaned_data
        place = self._places[given["place"]]
        return {
            "organisation": place.organisation_id,
            "place_id": place.place_id,
            "place_text": place.text,
            **{name: given[name] for name in ("starts_at", "ends_at", "reason")},
        }


class ExemptionEndForm(forms.Form):
    """When a place is in service again."""

    ends_at = _Moment(label=_("In service again from"))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


def recipient_choices() -> list[tuple[str, Any]]:
    """Return who may be told by a rung of the ladder."""
    first = [ladder.EXECUTOR, ladder.DEPARTMENT_HEAD]
    last = [ladder.PARK, ladder.AREA]
    return [
        *((key, words.recipient(key)) for key in first),
        *((key, label) for key, label in _plant_roles() if key not in first),
        *((key, words.recipient(key)) for key in last),
    ]


class RungForm(forms.Form):
    """A limit of the ladder, and who is told from there on."""

    threshold = forms.DecimalField(label=_("Limit"), min_value=0, max_digits=8, decimal_places=2)
    told = forms.ChoiceField(
        label=_("Told"),
        choices=[
            ("none", _("On the list only")),
            ("digest", _("Once a day")),
            ("immediate", _("At once")),
        ],
    )
    recipients = forms.MultipleChoiceField(
        label=_("Told besides"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Those of the colours below are told too."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipients"].choices = recipient_choices()  # type: ignore[attr-defined]
