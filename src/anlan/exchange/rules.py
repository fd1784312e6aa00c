"""What the interface wants of values. Pure."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from anlan.exchange.fields import fields_of

MOST_PHOTO_BYTES = 5 * 1024 * 1024
# The last item of each responsible person's official list, by `workType`.
ITEMS = {"1": 9, "2": 9, "3": 10}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing wrong with a row: `code` is missing, code, too_long, format or item."""

    field: str
    code: str


def wrong_in(table: str, values: Mapping[str, object]) -> list[Wrong]:
    """Return what is wrong with a row, in the names of the interface before any adapter."""
    found = []
    for field in fields_of(table):
        value = values.get(field.name)
        if value is None or value == "":
            if field.is_required(values):
                found.append(Wrong(field.name, "missing"))
            continue
        text = str(value)
        if field.codes and text not in field.codes:
            found.append(Wrong(field.name, "code"))
        elif field.max_length is not None and len(text) > field.max_length:
            found.append(Wrong(field.name, "too_long"))
        elif field.type == "uuid" and not is_uuid(text):
            found.append(Wrong(field.name, "format"))
    company = str(values.get("companyCode") or "")
    if company and len(company) != 9:
        found.append(Wrong("companyCode", "format"))
    last = ITEMS.get(str(values.get("workType", "")))
    if last and values.get("taskNum") and not 1 <= int(str(values["taskNum"])) <= last:
        found.append(Wrong("taskNum", "item"))
    return found


def is_uuid(text: str) -> bool:
    """Tell whether a text is a UUID."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def cycle(n: int, unit: str, shifts: int = 0) -> tuple[int, str]:
    """Return a cycle in the four units the interface knows: 小时, 天, 月, 年.

    A week is 7 days, a quarter 3 months, a half-year 6; a shift is the day divided by `shifts`.
    """
    if unit == "shift":
        return max(1, n * 24 // max(1, shifts)), "小时"
    factor, word = {
        "hour": (1, "小时"),
        "day": (1, "天"),
        "week": (7, "天"),
        "month": (1, "月"),
        "quarter": (3, "月"),
        "half_year": (6, "月"),
        "year": (1, "年"),
    }[unit]
    return n * factor, word


def clock(at: dt.time, *, is_end: bool = False) -> str:
    """Return a time of day as `8:00:00`; midnight as an end is the last second of the day."""
    if is_end and at == dt.time(0):
        return "23:59:59"
    return f"{at.hour}:{at:%M:%S}"


def terminal(device_id: UUID | None) -> str:
    """Return 15 digits that stand for a terminal; empty for none.

    Browsers do not tell the IMEI that the field means, so the device's own id is folded into as
    many digits: the same phone always has the same number, different phones different ones.
    """
    return f"{device_id.int % 10**15:015d}" if device_id else ""


def fingerprint(payload: Mapping[str, object], stamps: Collection[str] = ()) -> str:
    """Return a hash that differs when what is said differs; `stamps` say when and by whom."""
    said = {name: value for name, value in payload.items() if name not in stamps}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def pause_after(failures: int) -> dt.timedelta:
    """Return how long to wait after so many failures in a row: 1 minute doubling up to 6 hours."""
    return min(dt.timedelta(hours=6), dt.timedelta(minutes=2 ** min(failures - 1, 10)))
