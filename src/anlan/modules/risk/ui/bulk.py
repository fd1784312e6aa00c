"""The form that changes many measures at once."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.duties.models.plan import CycleUnit
from anlan.modules.risk.choices import MeasureSubclass, PhotoDuty

_KEEP = ("", _("— keep —"))


class BulkForm(forms.Form):
    """What many measures get; what is left empty stays as it is."""

    post = forms.CharField(label=_("Responsible post"), required=False, max_length=60)
    class2 = forms.ChoiceField(
        label=_("Class"), required=False, choices=[_KEEP, *MeasureSubclass.choices]
    )
    photo = forms.ChoiceField(
        label=pgettext_lazy("risk", "Photo"), required=False, choices=[_KEEP, *PhotoDuty.choices]
    )
    cycle_n = forms.IntegerField(
        label=_("Suggested cycle"), required=False, min_value=1, max_value=1000
    )
    cycle_unit = forms.ChoiceField(
        label=_("Suggested cycle, unit"), required=False, choices=[_KEEP, *CycleUnit.choices]
    )

    def given(self) -> dict[str, Any]:
        """Return the values that were filled in."""
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
