"""The form of a ledger's own columns."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from anlan.modules.ledgers.definitions import Ledger, segment_choices, situation_choices
from anlan.modules.ledgers.models import LedgerEntry

_FINDING = ("township", "interim", "measures", "due", "note")
_FACILITY = (
    "township", "risk", "assessed_on", "assessment", "decision", "measures", "due", "responsible",
    "done_on", "note",
)  # fmt: skip
_DATES = ("assessed_on", "due", "done_on")
# What a confirmed finding says itself.
_OWN = {"interim": "interim", "measures": "measures", "due": "deadline"}


class EntryForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a ledger knows beyond its finding or facility; rules are the service's."""

    class Meta:
        model = LedgerEntry
        fields = (
            "situation", "segment", "enterprise_kind", "township", "risk", "assessed_on",
            "assessment", "decision", "interim", "measures", "due", "responsible", "done_on",
            "authority", "note",
        )  # fmt: skip
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in _DATES
        } | {
            name: forms.Textarea(attrs={"rows": 3})
            for name in ("assessment", "interim", "measures", "authority")
        }

    def __init__(
        self, *args: Any, ledger: Ledger, row: Any, may_edit: bool, may_say: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        wanted = set(_FINDING if ledger.subject == "finding" else _FACILITY)
        if ledger.subject == "finding":
            wanted -= {name for name, own in _OWN.items() if getattr(row, own)}
        if ledger.code == "defects":
            wanted.add("situation")
            self._choose("situation", situation_choices())
        else:
            wanted.discard("interim")
        if ledger.has("segment"):
            wanted |= {"segment", "enterprise_kind"}
            self._choose("segment", segment_choices(ledger.code))
        if not may_edit:
            wanted = set()
        if may_say:
            wanted.add("authority")
        for name in list(self.fields):
            if name not in wanted:
                del self.fields[name]
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                given = cast("Iterable[tuple[Any, Any]]", field.choices)
                field.choices = [(key, text if key else "—") for key, text in given]

    def _choose(self, name: str, choices: Any) -> None:
        old = self.fields[name]
        self.fields[name] = forms.ChoiceField(
            label=old.label, required=False, choices=[("", "—"), *choices]
        )

    def _post_clean(self) -> None:
        """Leave the row alone: the service changes it and says what is wrong."""
