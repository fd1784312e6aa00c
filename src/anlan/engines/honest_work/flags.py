"""A flag with its reason, and the limits by which flags are raised."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Literal

from anlan.facts.loader import load_packaged

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Flag:
    """One question about what was entered.

    `kind` names the rule; `subjects` are the ids concerned, in the order of the reason;
    `figures` are the numbers of the reason, for lists and charts.
    """

    kind: str
    subjects: tuple[str, ...]
    reason_zh: str
    reason_en: str
    figures: Mapping[str, float]

    def reason(self, lang: Lang) -> str:
        """The reason in the language."""
        return self.reason_zh if lang == "zh" else self.reason_en


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits with the units of `facts/honest_work/limits.csv`."""

    walk_speed: float
    place_error: float
    seconds_per_item: float
    one_spot_radius: float
    one_spot_places: float
    one_spot_spread: float
    normal_days: float
    normal_chance: float
    same_readings: float
    late_hours: float
    late_burst: float
    late_burst_minutes: float
    late_burst_spread_hours: float
    outside_months: float
    photo_bits: float
    padding_count: float
    padding_days: float
    item_fit: float


@cache
def default_limits() -> Limits:
    """Return the packaged limits."""
    found = {row["name"]: float(row.decimal("value")) for row in load_packaged(_FILE)}
    return Limits(**{field.name: found[field.name] for field in fields(Limits)})


_FILE = "honest_work/limits.csv"
