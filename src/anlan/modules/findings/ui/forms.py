"""Forms of findings; the rules live in the services."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import User
from anlan.base.errors import BadInput
from anlan.modules.findings import criteria, queries, texts
from anlan.modules.findings.choices import OUTSIDE, Channel, PhotoRole
from anlan.modules.findings.models import Finding
from anlan.modules.findings.services.outside import Given
from anlan.modules.findings.services.treating import Plan
from anlan.modules.risk import queries as risk

NONE_CHOSEN = "—"


class ActForm(forms.Form):
    """A form whose values a service takes; `take` puts its refusals beside the fields."""

    def take(self, error: Exception) -> None:
        """Put a refusal beside its field, or above the form; what was typed stays."""
        if isinstance(error, BadInput):
            for problem in error.problems:
                name = problem.field if problem.field in self.fields else None
                self.add_error(name, f"{problem.text} {problem.remedy}".strip())
            return
        text = error.message() + " " + error.remedy_text()  # type: ignore[attr-defined]
        self.add_error(None, text.strip())


def _day(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


def _text(label: Any, *, rows: int = 3, required: bool = False, help_text: Any = "") -> Any:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, required=required, widget=widget, max_length=2000, help_text=help_text
    )


def _money(label: Any, help_text: Any = "") -> forms.DecimalField:
    # A number field would drop what it cannot read; a text field keeps it for correction.
    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_digits=14, decimal_places=2,
        widget=widget, help_text=help_text,
    )  # fmt: skip


def _choice(name: str, *, empty: bool = True) -> forms.TypedChoiceField:
    field: Any = Finding._meta.get_field(name)
    pairs = list(field.flatchoices)
    kind = int if isinstance(pairs[0][0], int) else str
    return forms.TypedChoiceField(
        label=capfirst(field.verbose_name),
        choices=[("", NONE_CHOSEN), *pairs] if empty else pairs,
        coerce=kind,
        empty_value=None if kind is int else "",
        required=not empty,
    )


class ReportForm(ActForm):
    """What somebody saw; the photo comes first."""

    photo = forms.FileField(
        label=_("Photo"), required=False, widget=forms.FileInput(attrs={"accept": "image/*"})
    )
    title = forms.CharField(
        label=pgettext_lazy("finding", "What is wrong"),
        max_length=200,
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    description = _text(_("Details"), rows=3)

    def __init__(self, actor: Actor, enterprise_id: Any, data: Any, files: Any, **start: Any):
        super().__init__(data, files, initial=start)
        self.fields["unit"] = forms.ModelChoiceField(
            risk.units(actor).filter(enterprise=enterprise_id), required=False,
            label=capfirst(_("risk analysis unit")), empty_label=NONE_CHOSEN,
        )  # fmt: skip
        self.fields["place"] = forms.CharField(
            label=pgettext_lazy("finding", "Place"),
            required=False,
            max_length=120,
            help_text=_("Tag, floor, post …"),
        )
        self.fields["source"] = _choice("source", empty=False)
        self.fields["channel"] = _choice("channel", empty=False)
        self.fields["discipline"] = _choice("discipline", empty=False)
        self.fields["treatment"] = _choice("treatment", empty=False)
        self.fields["basis"] = forms.CharField(
            label=pgettext_lazy("finding", "Basis"), required=False, max_length=300
        )
        self.fields["inspected_on"] = _day(
            _("Outside inspection ended on"),
            help_text=_("For findings of authorities and experts: enter within a month after."),
        )
        self.fields["inspection_ref"] = forms.CharField(
            label=_("Inspection document"), required=False, max_length=80
        )
        self.fields["after_photo"] = forms.FileField(
            label=_("Photo after, if put right at once"), required=False,
            widget=forms.FileInput(attrs={"accept": "image/*"}),
        )  # fmt: skip
        self.fields["result"] = _text(_("What was done, if put right at once"), rows=2)
        self.fields["is_anonymous"] = forms.BooleanField(
            label=_("Report without my name"), required=False
        )
        self.order_fields(
            ["photo", "title", "description", "unit", "place", "source", "channel", "discipline"]
        )


class EmployeeReportForm(ActForm):
    """The short report of an employee."""

    photo = forms.FileField(
        label=_("Photo"), required=False, widget=forms.FileInput(attrs={"accept": "image/*"})
    )
    title = forms.CharField(label=pgettext_lazy("finding", "What is wrong"), max_length=200)
    place = forms.CharField(label=pgettext_lazy("finding", "Place"), required=False, max_length=120)
    description = _text(_("Details"), rows=3)
    is_anonymous = forms.BooleanField(label=_("Report without my name"), required=False)


class PlanForm(ActForm):
    """Level, owner, deadline, measures: what confirmation fixes."""

    def __init__(self, row: Finding, data: Any, *, with_deadline: bool = True):
        start = {
            "level": row.level,
            "owner": row.owner_id,
            "acceptor": row.acceptor_id,
            "department": row.department_id,
            "deadline": row.deadline,
            "measures": row.measures,
            "interim": row.interim,
            "funds": row.funds,
            "funds_note": row.funds_note,
            "plan": row.plan,
            "discipline": row.discipline,
            "unsafe_factor": row.unsafe_factor,
            "link": row.link,
            "cause": row.cause,
            "root_cause": row.root_cause,
        }
        super().__init__(data, initial=start)
        people = queries.people_at(row.enterprise_id)
        self.fields["level"] = _choice("level", empty=False)
        self.fields["owner"] = _person(people, _("Rectification owner"))
        if with_deadline:
            self.fields["deadline"] = _day(capfirst(_("deadline")))
        self.fields["measures"] = _text(capfirst(_("measures")), rows=2)
        self.fields["acceptor"] = _person(people, capfirst(_("acceptor")))
        self.fields["department"] = forms.ModelChoiceField(
            queries.departments_of(row.enterprise_id), required=False,
            label=capfirst(pgettext_lazy("finding", "department")), empty_label=NONE_CHOSEN,
        )  # fmt: skip
        self.fields["interim"] = _text(capfirst(_("interim control")), rows=2)
        self.fields["funds"] = _money(capfirst(_("funds, CNY")), _("0 if none are needed"))
        self.fields["funds_note"] = forms.CharField(
            label=capfirst(_("source of the funds")), required=False, max_length=120
        )
        self.fields["plan"] = forms.CharField(
            label=capfirst(_("emergency plan")), required=False, max_length=300
        )
        self.fields["discipline"] = _choice("discipline")
        self.fields["unsafe_factor"] = _choice("unsafe_factor")
        self.fields["link"] = _choice("link")
        self.fields["cause"] = _text(capfirst(pgettext_lazy("finding", "cause")), rows=2)
        self.fields["root_cause"] = _choice("root_cause")
        for name, text in (
            ("owner", texts.OWNER_MISSING),
            ("deadline", texts.DEADLINE_MISSING),
            ("measures", texts.MEASURES_MISSING),
        ):
            if name in self.fields:
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = text

    def plan(self) -> Plan:
        """Return what was entered as a service takes it."""
        given = dict(self.cleaned_data)
        for name in ("owner", "acceptor", "department"):
            found = given.pop(name, None)
            given[f"{name}_id"] = found.pk if found else None
        given.setdefault("deadline", self.initial["deadline"])
        return Plan(**given)


class BulkConfirmForm(PlanForm):
    """One plan for several reports."""

    def __init__(self, row: Finding, data: Any):
        super().__init__(row, data)
        for name in ("cause", "plan", "interim", "funds_note"):
            del self.fields[name]
        if data is None:
            self.initial = {**self.initial, "measures": "", "deadline": None, "owner": None}

    def plan(self) -> Plan:
        """Return the plan for each of them."""
        self.cleaned_data |= {"cause": "", "plan": "", "interim": "", "funds_note": ""}
        return super().plan()


def _person(people: Any, label: Any) -> "forms.ModelChoiceField[User]":
    return forms.ModelChoiceField(people, required=False, label=label, empty_label=NONE_CHOSEN)


class ReasonForm(ActForm):
    """A reason, no more."""

    reason = _text(pgettext_lazy("finding", "Reason"), required=True)


class OpinionForm(ActForm):
    """An opinion, which may be left out."""

    opinion = _text(_("Opinion"), rows=2)


class RemarkForm(ActForm):
    """Words for the story."""

    text = _text(_("Remark"), required=True)


class ResultForm(ActForm):
    """What was done, with a photo."""

    photo = forms.FileField(
        label=_("Photo after rectification"), required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )  # fmt: skip
    result = _text(pgettext_lazy("finding", "What was done"), required=False)
    cost = _money(capfirst(_("cost, CNY")))


class ExtensionForm(ActForm):
    """More time."""

    new_deadline = _day(capfirst(_("new deadline")), required=True)
    reason = _text(pgettext_lazy("finding", "Reason"), required=True)
    interim = _text(capfirst(_("interim control")), rows=2)

    def __init__(self, row: Finding, data: Any):
        super().__init__(data)
        if row.deadline:
            first = row.deadline + dt.timedelta(days=1)
            field = self.fields["new_deadline"]
            field.widget.attrs["min"] = first.isoformat()
            field.help_text = _("The deadline is %(day)s now.") % {"day": row.deadline}


class ReopenForm(ReasonForm):
    """Why it is open again, and until when."""

    deadline = _day(capfirst(_("deadline")), required=True)


class ListingForm(ActForm):
    """The number under which an authority supervises it."""

    number = forms.CharField(
        label=capfirst(_("supervision number")), required=False, max_length=40,
        help_text=_("Left empty, the product gives one."),
    )  # fmt: skip


class RewardForm(ActForm):
    """The reward for a report."""

    reward = _money(capfirst(_("reward, CNY")))
    reason = forms.CharField(label=_("Rule it follows"), required=False, max_length=200)


class PhotoForm(ActForm):
    """A photo or file with what it shows."""

    role = forms.ChoiceField(label=_("It shows"), choices=PhotoRole.choices)
    photo = forms.FileField(label=_("Photo or file"))
    title = forms.CharField(label=pgettext_lazy("finding", "Title"), required=False, max_length=120)


class OutsideForm(ActForm):
    """An inspection by somebody outside."""

    document = forms.CharField(
        label=capfirst(_("inspection document")),
        max_length=80,
        help_text=_("Its findings carry this number, when reported one by one or from a file."),
    )
    channel = forms.ChoiceField(
        label=capfirst(pgettext_lazy("outside inspection", "inspected by")),
        choices=[(one.value, one.label) for one in Channel if one in OUTSIDE],
        initial=Channel.COUNTY,
    )
    authority = forms.CharField(
        label=capfirst(_("name of the authority")), required=False, max_length=120
    )
    ended_on = _day(capfirst(pgettext_lazy("outside inspection", "ended on")), required=True)
    n_findings = forms.IntegerField(
        label=capfirst(_("findings in the document")),
        required=False,
        min_value=0,
        max_value=10_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("Once so many are entered the inspection is complete by itself."),
    )
    note = forms.CharField(
        label=capfirst(pgettext_lazy("outside inspection", "note")), required=False, max_length=300
    )

    def __init__(self, data: Any, *, enterprises: Any = None, **start: Any):
        super().__init__(data, initial=start)
        if enterprises is not None:
            self.fields["enterprise"] = forms.ModelChoiceField(
                enterprises, label=capfirst(_("enterprise")), empty_label=NONE_CHOSEN
            )
            self.order_fields(["enterprise"])

    def given(self) -> Given:
        """Return what was entered as a service takes it."""
        values = {k: v for k, v in self.cleaned_data.items() if k != "enterprise"}
        return Given(**values)


class JudgeForm(ActForm):
    """Guided judgement: the criterion of the set in force, and why it is met."""

    reason = _text(
        pgettext_lazy("finding", "Reason"),
        required=True,
        help_text=_("What on the spot meets the criterion."),
    )

    def __init__(self, row: Finding, data: Any, suggested: tuple[str, ...] = ()):
        super().__init__(data, initial={"criterion": row.criterion or next(iter(suggested), "")})
        known = criteria.criteria(row.criteria_edition)
        first = [code for code in suggested if code in known]
        codes = [*first, *(code for code in known if code not in first)]
        self.fields["criterion"] = forms.ChoiceField(
            label=capfirst(_("criterion")),
            choices=[(code, f"{code}  {known[code].text}") for code in codes],
            widget=forms.RadioSelect,
        )
        self.order_fields(["criterion", "reason"])
