"""What alarm settings must and should be: pure decisions over values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from math import isfinite
from typing import Protocol

from anlan.facts.loader import Provenance, Row, load_packaged

# Changed under change control alone; the rest of the record is description.
CONTROLLED = (
    "limit", "deadband", "on_delay_s", "off_delay_s", "compared_with", "priority", "alarm_class",
    "safety_related", "in_use", "suppressed_when",
)  # fmt: skip
INTERLOCK_BELOW_S = 180
# Gas alarms get no delay beyond the sensor's debounce (practice).
GAS_ON_DELAY_S = 3
PPM_FACTOR = 24.04  # litres a mole at 20 °C
_ORDER = ("LL", "L", "H", "HH")


class Heard(Protocol):
    """What tells whether a source sends."""

    kind: str
    enabled: bool
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at in a setting. `code` says what; `data` fills its words.

    `clause` and `provenance` are empty where arithmetic alone says it.
    """

    code: str
    data: Mapping[str, object]
    clause: str = ""
    provenance: Provenance | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed priority (1 to 4; 0: no alarm needed), and whether an interlock is called for."""

    priority: int
    needs_interlock: bool
    citation: str
    provenance: Provenance


def proposed_priority(harms: Sequence[int | None], response_seconds: int | None) -> Proposal | None:
    """Propose a priority from the worst harm (1 worst … 4) and the time left, in seconds.

    Returns None while either is unknown: nothing is invented.
    """
    known = [harm for harm in harms if harm]
    if not known or response_seconds is None:
        return None
    table = load_packaged("alarms/priorities.csv")
    for row in table:
        if row.integer("severity") != min(known):
            continue
        if not row["under_s"] or response_seconds <= row.integer("under_s"):
            return Proposal(
                row.integer("priority"),
                response_seconds < INTERLOCK_BELOW_S,
                f"{table.dataset.citation} {table.dataset.clause}",
                row.provenance,
            )
    return None


def limits_in_order(limits: Mapping[str, float | None]) -> tuple[str, str] | None:
    """Return the first pair of kinds (LL, L, H, HH) that stands in the wrong order, or None."""
    set_ = [kind for kind in _ORDER if limits.get(kind) is not None]
    for lower, upper in pairwise(set_):
        if limits[lower] >= limits[upper]:  # type: ignore[operator]
            return lower, upper
    return None


def outside_range(limit: float | None, low: float | None, high: float | None) -> bool:
    """Tell whether a limit can never be reached by the instrument."""
    if limit is None:
        return False
    return (low is not None and limit < low) or (high is not None and limit > high)


def is_number(value: float | None) -> bool:
    """Tell whether a value is nothing or a real number; infinity judges no sample."""
    return value is None or isfinite(value)


@cache
def _gases() -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in load_packaged("alarms/gases.csv"):
        for name in (row["gas"], row["name_en"].lower(), *row.parts("aliases")):
            found[name.lower()] = row
    return found


def gas_known(name: str) -> Row | None:
    """Return what is known of a gas by its name, English name or formula."""
    return _gases().get(name.strip().lower())


def exposure_limit(gas: Row, unit: str) -> float | None:
    """Return the occupational exposure limit in ppm or mg/m3; None for another unit or gas."""
    if not gas["oel_mg"]:
        return None
    milligrams = float(gas["oel_mg"])
    folded = _folded(unit)
    if folded == "mg/m3":
        return milligrams
    return milligrams * PPM_FACTOR / float(gas["molar_mass"]) if folded == "ppm" else None


def _folded(unit: str) -> str:
    return unit.lower().replace("³", "3").replace(" ", "").replace("％", "%")


def gas_remarks(
    kind: str, gas: str, unit: str, limits: Mapping[str, float | None], span: float | None = None
) -> list[Remark]:
    """Compare the limits of a gas point with GB/T 50493; empty where nothing is to be said.

    `limits` are by H, HH, L in the point's unit; `span` is the end of its range. Existing values
    are never changed, only pointed at.
    """
    table = load_packaged("alarms/gas_set_points.csv")
    clause = f"{table.dataset.citation} {table.dataset.clause}"
    rows = [row for row in table if row["kind"] == kind]
    if not rows:
        return []
    remarks = [
        Remark("gas.missing", {"rule": rule}, clause, rows[0].provenance)
        for rule in sorted({row["rule"] for row in rows})
        if limits.get(rule) is None
    ]
    if kind == "gas_toxic":
        return remarks + _toxic(rows, gas, unit, limits, span, clause)
    expected = "%lel" if kind == "gas_flammable" else "%vol"
    if not _folded(unit).startswith(expected):
        return [*remarks, Remark("gas.unit", {"unit": unit, "expected": expected.upper()})]
    for row in rows:
        limit, share = limits.get(row["rule"]), float(row["share"])
        if limit is None:
            continue
        if limit > share if row["side"] == "most" else limit < share:
            code = "gas.above" if row["side"] == "most" else "gas.below"
            data = {"rule": row["rule"], "limit": limit, "allowed": share, "unit": unit}
            remarks.append(Remark(code, data, clause, row.provenance))
    return remarks


def _toxic(
    rows: Sequence[Row],
    gas: str,
    unit: str,
    limits: Mapping[str, float | None],
    span: float | None,
    clause: str,
) -> list[Remark]:
    known = gas_known(gas)
    if known is None:
        return [Remark("gas.unknown", {"gas": gas})]
    oel = exposure_limit(known, unit)
    if oel is None:
        return [Remark("gas.no_limit", {"gas": gas, "unit": unit})]
    # A range that ends below twice the exposure limit cannot show its second level either way; one
    # that is far too coarse for it is judged by the IDLH value.
    idlh = float(known["idlh_ppm"]) if known["idlh_ppm"] else None
    by_idlh = span is not None and idlh is not None and span > 30 * oel
    remarks = []
    for row in rows:
        if row["of"] != ("idlh" if by_idlh else "oel"):
            continue
        limit = limits.get(row["rule"])
        base = idlh if by_idlh else oel
        if limit is None or base is None:
            continue
        if by_idlh and _folded(unit) == "mg/m3":
            base = base * float(known["molar_mass"]) / PPM_FACTOR
        allowed = round(base * float(row["share"]) / 100, 2)
        if limit > allowed:
            data = {"rule": row["rule"], "limit": limit, "allowed": allowed, "unit": unit}
            remarks.append(Remark("gas.above", data, clause, _weaker(row, known)))
    return remarks


SILENT_AFTER = timedelta(minutes=2)
QUIET_AFTER = timedelta(days=1)
"""For a video platform, which speaks only when it sees something."""


def source_health(source: "Heard", now: datetime) -> str:
    """Return online, silent, never or off for a source as it was last heard."""
    if not source.enabled:
        return "off"
    if source.last_seen_at is None:
        return "never"
    allowed = QUIET_AFTER if source.kind == "video" else SILENT_AFTER
    return "online" if now - source.last_seen_at <= allowed else "silent"


def _weaker(one: Row, other: Row) -> Provenance:
    """Return the lesser trust of two facts that decide together."""
    ranks = list(Provenance)
    return max(one.provenance, other.provenance, key=ranks.index)
