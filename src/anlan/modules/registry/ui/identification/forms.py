"""A plan as it is typed: read from a form, changed row by row."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from anlan.engines import gb18218
from anlan.modules.registry.models.grading import SETTINGS_FIELDS, GradingSettings
from anlan.modules.registry.rules_grading import COMPUTED, STATED, Json, judge
from anlan.modules.registry.rules_whatif import MOST_ROWS, stay, with_quantity

_LENGTHS = {
    "id": 36,
    "name": 120,
    "cas": 20,
    "mixture_of": 120,
    "place": 80,
    "volume_m3": 24,
    "fill_factor": 24,
    "density_t_m3": 24,
    "quantity_t": 24,
}


def read_plan(post: QueryDict, settings: Mapping[str, str]) -> Json:
    """Return the typed plan as inputs; figures stay text and are judged by the engine."""
    rows = []
    for number in post.getlist("row")[:MOST_ROWS]:
        row: Json = {
            name: _plain(post.get(f"c{number}-{name}", ""))[:length]
            for name, length in _LENGTHS.items()
        }
        symbols = _plain(post.get(f"c{number}-categories", ""))[:200]
        row["categories"] = symbols.split()[:10]
        same = {"yes": True, "no": False}.get(post.get(f"c{number}-same_class", ""))
        if row["mixture_of"]:
            row["same_class"] = same
        else:
            del row["mixture_of"]
        row["basis"] = COMPUTED if post.get(f"c{number}-basis") == COMPUTED else STATED
        rows.append(row)
    return {
        "chemicals": rows,
        "off_site_population": _plain(post.get("population", ""))[:12] or None,
        "population_basis": "",
        "settings": dict(settings),
    }


def _plain(text: str) -> str:
    """Return typed text without what JSON in the database cannot hold."""
    return text.replace("\x00", "").strip()


def edited(plan: Json, post: QueryDict, now: Json | None) -> Json:
    """Return the plan after one button: add, remove, by volume or by tonnes, apply the limit."""
    rows = list(plan["chemicals"])
    if (added := _added(post.get("add", ""))) is not None and len(rows) < MOST_ROWS:
        rows.append(added)
    if (index := _place(post, "remove", rows)) is not None:
        del rows[index]
    if (index := _place(post, "by_volume", rows)) is not None:
        rows[index] = {**rows[index], "basis": COMPUTED}
    if (index := _place(post, "by_tonnes", rows)) is not None:
        rows[index] = _as_tonnes(rows[index])
    if "apply" in post:
        stays = stay(now, judge(now) if now is not None else None, plan, judge(plan))
        if stays is not None and stays.tonnes is not None:
            rows[stays.index] = with_quantity(rows[stays.index], stays)
    return {**plan, "chemicals": rows}


def _place(post: QueryDict, name: str, rows: list[Json]) -> int | None:
    text = post.get(name, "")
    return int(text) if text.isdecimal() and int(text) < len(rows) else None


def _as_tonnes(row: Json) -> Json:
    line = judge({"chemicals": [{**row, "basis": COMPUTED}]}).lines[0]
    quantity = row.get("quantity_t") or ""
    if line.q is not None:
        quantity = f"{gb18218.as_decimal(line.q):f}"
    return {**row, "basis": STATED, "quantity_t": quantity}


def _added(key: str) -> Json | None:
    """Return a new row for `row:57` (table 1) or `category:W5.3` (table 2)."""
    kind, _colon, value = key.partition(":")
    row: Json = {
        "id": "",
        "name": "",
        "cas": "",
        "categories": [],
        "place": "",
        "basis": STATED,
        "volume_m3": "",
        "fill_factor": "0.85",
        "density_t_m3": "",
        "quantity_t": "",
    }
    if kind == "row" and value.isdecimal():
        found = next((one for one in gb18218.substances() if one.seq == int(value)), None)
        if found is not None:
            cas = found.cas[0] if found.cas else ""
            return {**row, "name": found.name_zh, "cas": cas}
    if kind == "category" and value in {one.symbol for one in gb18218.categories()}:
        return {**row, "categories": [value]}
    return None


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """The open points of the standard, with the grounds for answering them so."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=_("Kept in the history. Say on which document or practice the answer rests."),
    )

    class Meta:
        model = GradingSettings
        fields = SETTINGS_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Model forms begin labels with a capital: that of β is another symbol, Β.
        for field in GradingSettings._meta.fields:
            if field.name in SETTINGS_FIELDS:
                self.fields[field.name].label = field.verbose_name


def is_empty(plan: Mapping[str, Any]) -> bool:
    """Tell whether nothing has been typed."""
    return not plan["chemicals"]
