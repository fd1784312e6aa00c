"""Pure decisions of the registry: check digits, validity, computed figures.

Values in, verdicts out: no clock, no database, no words for people.
"""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_VALUE = {letter: value for value, letter in enumerate(_CREDIT_ALPHABET)}
_CREDIT_SHAPE = re.compile(rf"[{_CREDIT_ALPHABET}]{{2}}\d{{6}}[{_CREDIT_ALPHABET}]{{10}}")
_CAS_SHAPE = re.compile(r"(\d{2,7})-(\d{2})-(\d)")

Validity = Literal["none", "expired", "due", "valid"]


def credit_code_digit(first_17: str) -> str:
    """Return the check character of a unified social credit code (GB 32100-2015).

    Raises KeyError for a character outside the alphabet (I, O, S, V, Z are not in it).
    """
    total = sum(
        _CREDIT_VALUE[letter] * pow(3, place, 31) for place, letter in enumerate(first_17[:17])
    )
    return _CREDIT_ALPHABET[-total % 31]


def credit_code_fault(code: str) -> Literal["", "shape", "digit"]:
    """Tell what is wrong with a unified social credit code: nothing, its shape or its digit."""
    if not _CREDIT_SHAPE.fullmatch(code):
        return "shape"
    return "" if credit_code_digit(code) == code[17] else "digit"


def cas_fault(number: str) -> Literal["", "shape", "digit"]:
    """Tell what is wrong with a CAS registry number: nothing, its shape or its check digit."""
    found = _CAS_SHAPE.fullmatch(number)
    if not found:
        return "shape"
    digits = found[1] + found[2]
    total = sum(place * int(digit) for place, digit in enumerate(reversed(digits), start=1))
    return "" if total % 10 == int(found[3]) else "digit"


def in_china(longitude: Decimal, latitude: Decimal) -> bool:
    """Tell whether a position (degrees) lies in the box round China, seas included."""
    return Decimal(73) <= longitude <= Decimal(136) and Decimal(3) <= latitude <= Decimal(54)


def validity(until: date | None, on: date, remind_from: date | None = None) -> Validity:
    """Judge a document that is valid through the day `until`, looked at on the day `on`.

    The last day counts as valid. `remind_from` is the first day on which renewal is due.
    """
    if until is None:
        return "none"
    if until < on:
        return "expired"
    if remind_from is not None and remind_from <= on:
        return "due"
    return "valid"


def remind_on(valid_until: date | None, days: int) -> date | None:
    """Return the day on which renewal is due: `days` natural days before the last valid day."""
    return None if valid_until is None else valid_until - timedelta(days=days)


def design_maximum(volume_m3: Decimal, fill_factor: Decimal, density_t_m3: Decimal) -> Decimal:
    """Return volume × fill factor × density in tonnes, exact to ten places (GB 18218, 4.2.2)."""
    return (volume_m3 * fill_factor * density_t_m3).quantize(Decimal("1e-10"))


def end_of_life(commissioned_on: date | None, years: int | None) -> date | None:
    """Return the day a design life ends, or None when either figure is missing."""
    if commissioned_on is None or years is None:
        return None
    try:
        return commissioned_on.replace(year=commissioned_on.year + years)
    except ValueError:  # 29 February, or past year 9999
        last = min(commissioned_on.year + years, 9999)
        return commissioned_on.replace(year=last, day=28)
