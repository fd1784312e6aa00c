"""Fields in which tags and alarms are found by typing, however many there are.

A select box of fifty thousand tags takes longer to draw than to fill in; these are text fields with
a finder (`web/src/behaviours/pick.ts`). What is typed counts, found or not, and is looked up when
the form is sent.
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.lists import Chooser
from anlan.modules.monitoring.ui import choosers


def _finder(chooser: Chooser, enterprise_id: UUID) -> dict[str, str]:
    return {
        "data-an-pick": reverse("choose", args=[chooser.key]),
        "data-an-within": str(enterprise_id),
        "autocomplete": "off",
    }


class TagsField(forms.CharField):
    """Several tags, one a line, each once. `names` are those of tags that may stand in it."""

    def __init__(self, enterprise_id: UUID, names: dict[str, str], **more: Any) -> None:
        hint = {"data-an-many": "", "data-an-hint": gettext_lazy("Tag, name or pinyin")}
        attrs = {"rows": 3, "data-an-names": json.dumps(names), **hint}
        widget = forms.Textarea(attrs={**attrs, **_finder(choosers.TAGS, enterprise_id)})
        super().__init__(widget=widget, **more)

    def prepare_value(self, value: Any) -> Any:
        """Return a list as lines."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        """Return the lines; whether there are such tags is the service's to say."""
        lines = [line.strip() for line in str(super().clean(value) or "").splitlines()]
        return [line for line in lines if line]


class OneField(forms.CharField):
    """One row found by its label; `find(text)` returns it, None for none."""

    def __init__(
        self, chooser: Chooser, enterprise_id: UUID, find: Callable[[str], Any], **more: Any
    ) -> None:
        self.find = find
        more.setdefault("max_length", 80)
        super().__init__(
            required=False, widget=forms.TextInput(attrs=_finder(chooser, enterprise_id)), **more
        )

    def clean(self, value: Any) -> Any:
        """Return the row. Raises ValidationError naming what is not there."""
        text = super().clean(value).strip()
        if not text:
            return None
        found = self.find(text)
        if found is None:
            raise forms.ValidationError(
                _("“%(text)s” is not there. Choose one that the list offers.") % {"text": text}
            )
        return found
