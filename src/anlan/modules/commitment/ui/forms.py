"""Forms of judgements and commitments."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.modules.commitment.fields import COUNTS
from anlan.modules.commitment.models import Commitment, Grade


class PrepareForm(forms.Form):
    """What the commitment will state; one number for each count."""

    grade = forms.TypedChoiceField(label=_("risk grade"), choices=Grade.choices, coerce=int)
    committer = forms.CharField(label=_("committed by"), max_length=40)
    text = forms.CharField(
        label=_("commitment"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    has_trial = forms.BooleanField(label=_("trial production"), required=False)
    has_pilot = forms.BooleanField(label=_("pilot test"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for count in COUNTS:
            self.fields[count.name] = forms.IntegerField(
                label=str(count.label), min_value=0, max_value=9_999, required=False
            )

    @classmethod
    def of(cls, row: Commitment) -> "PrepareForm":
        """Return the form filled with what is there."""
        kept = {name: getattr(row, name) for name in ("grade", "committer", "text")}
        flags = {name: getattr(row, name) for name in ("has_trial", "has_pilot")}
        return cls(initial={**kept, **flags, **row.counts})

    def counts(self) -> dict[str, int | None]:
        """Return the counts entered; None where nothing was."""
        return {count.name: self.cleaned_data[count.name] for count in COUNTS}


class JudgeForm(forms.Form):
    """A level's judgement."""

    grade = forms.TypedChoiceField(label=_("risk grade"), choices=Grade.choices, coerce=int)
    text = forms.CharField(
        label=pgettext_lazy("commitment", "judgement"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReasonForm(forms.Form):
    """A word why."""

    reason = forms.CharField(label=_("reason"), max_length=300, required=False)
