"""The forms of indicators: shape only, services judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.base.clock import today
from anlan.base.errors import AnlanError, BadInput
from anlan.base.ui.marks import money
from anlan.modules.indicators import elements
from anlan.modules.indicators.choices import Frequency, IncentiveKind


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _text(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class _Form(forms.Form):
    def take(self, error: AnlanError) -> None:
        """Show what a service refused at the fields it is about."""
        if isinstance(error, BadInput):
            for problem in error.problems:
                name = problem.field if problem.field in self.fields else None
                self.add_error(name, str(problem.text))
        else:
            self.add_error(None, error.message())


class AnalysisForm(_Form):
    """What the enterprise says about its month."""

    conclusion = forms.CharField(
        label=_("What the figures say"), widget=_text(), required=False, max_length=4000
    )
    measures = forms.CharField(
        label=_("What is done about it"), widget=_text(), required=False, max_length=4000
    )


class RuleForm(_Form):
    """A rule of rewards and penalties."""

    code = forms.CharField(label=_("Code"), max_length=12)
    kind = forms.ChoiceField(label=_("Type"), choices=IncentiveKind.choices)
    title = forms.CharField(label=_("Standard"), max_length=200)
    amount = forms.DecimalField(label=_("Amount, CNY"), min_value=0, decimal_places=2)
    frequency = forms.ChoiceField(label=_("Frequency"), choices=Frequency.choices)
    method = forms.CharField(label=_("Method"), max_length=200, required=False)


class IncentiveForm(_Form):
    """One reward or penalty."""

    rule = forms.ChoiceField(label=_("Rule"))
    happened_on = forms.DateField(label=_("Date"), widget=_day(), initial=today)
    person_name = forms.CharField(label=_("Person or team"), max_length=60)
    reason = forms.CharField(label=_("For what"), max_length=300)
    amount = forms.DecimalField(
        label=_("Amount, CNY"),
        min_value=0,
        decimal_places=2,
        required=False,
        help_text=_("Left empty, that of the rule."),
    )

    def __init__(self, rules: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(str(rule.pk), f"{rule} · {money(rule.amount)}") for rule in rules]
        self.fields["rule"].choices = offered  # type: ignore[attr-defined]
        if not offered:
            self.fields["rule"].help_text = _("No rule yet: set or take over rules first.")


class RevokeForm(_Form):
    """Why an entry is revoked."""

    reason = forms.CharField(label=_("Why revoked"), max_length=300)


class ParametersForm(_Form):
    """The parameters of an area."""

    def __init__(self, rows: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in rows:
            shared: dict[str, Any] = {
                "label": row["title"],
                "help_text": _("Otherwise %(value)s. Basis: %(mark)s.")
                % {"value": row["default"], "mark": row["mark"]},
            }
            self.fields[row["key"]] = (
                forms.BooleanField(initial=bool(row["number"]), required=False, **shared)
                if row["is_yes_no"]
                else forms.DecimalField(initial=f"{row['number']:g}", min_value=0, **shared)
            )
        self.fields["reason"] = forms.CharField(label=_("Reason"), max_length=300)


class EvaluationForm(_Form):
    """Points and words for each of the 16 elements."""

    def __init__(self, answers: Any, facts: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in elements.elements():
            kept = answers.get(one.code, {})
            told = _("; ").join(facts[key] for key in one.figures)
            self.fields[one.field] = forms.CharField(
                label=_("%(code)s %(title)s (of %(score)s)")
                % {"code": one.code, "title": one.title, "score": f"{one.score:g}"},
                required=False,
                initial=kept.get("points", ""),
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            )
            self.fields[f"text_{one.code.replace('.', '_')}"] = forms.CharField(
                label=_("Facts and reasons"),
                required=False,
                max_length=2000,
                initial=kept.get("text") or told,
                widget=_text(2),
            )
        self.fields["summary"] = forms.CharField(
            label=_("Summary"), required=False, max_length=4000, widget=_text()
        )

    def answers(self) -> dict[str, dict[str, str]]:
        """Return what was entered by element."""
        given = self.cleaned_data
        return {
            one.code: {
                "points": given[one.field],
                "text": given[f"text_{one.code.replace('.', '_')}"],
            }
            for one in elements.elements()
        }

    def groups(self) -> list[tuple[str, list[Any]]]:
        """Return the fields by A-level element."""
        found: dict[str, list[Any]] = {}
        for one in elements.elements():
            fields = found.setdefault(one.section, [])
            fields += [self[one.field], self[f"text_{one.code.replace('.', '_')}"]]
        return list(found.items())
