"""Exact numbers in, exact numbers out, and texts of them that never cross a limit."""

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Literal

# Above this nothing on earth is stored in one place; below it a figure is a slip of the pen.
MAX_TONNES = 10**9
_MAX_DIGITS = 60
_SMALLEST_EXPONENT = -30

Fault = Literal[
    "missing", "boolean", "float", "not_a_number", "not_finite", "negative", "zero", "too_large",
    "too_fine",
]  # fmt: skip


class BadNumber(ValueError):
    """A value that is not usable as an exact number; `fault` says why."""

    def __init__(self, fault: Fault, value: object) -> None:
        self.fault: Fault = fault
        self.value = _brief(value)
        super().__init__(f"{fault}: {self.value}")


def _brief(value: object) -> str:
    # An int of a million digits would take seconds to print.
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**30:
        return "…"
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def exact(value: object, *, maximum: int = MAX_TONNES, positive: bool = False) -> Fraction:
    """Turn `int`, `str`, `Decimal` or `Fraction` into a Fraction ≥ 0 (> 0 when `positive`).

    A string may hold full-width digits, blanks around it and thousands separators
    (`1,234.5`). Raises BadNumber; a float is refused because it is already rounded.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        raise BadNumber("missing", value)
    if isinstance(value, bool):
        raise BadNumber("boolean", value)
    if isinstance(value, float):
        raise BadNumber("float", value)
    if isinstance(value, Fraction):
        number = value
    elif isinstance(value, int | str | Decimal):
        number = Fraction(_decimal(value, maximum))
    else:
        raise BadNumber("not_a_number", value)
    if number < 0:
        raise BadNumber("negative", value)
    if number == 0 and positive:
        raise BadNumber("zero", value)
    if number > maximum:
        raise BadNumber("too_large", value)
    return number


def _decimal(value: int | str | Decimal, maximum: int) -> Decimal:
    if isinstance(value, int):
        # Compare before Decimal sees it: an int may have a million digits.
        if abs(value) > maximum:
            raise BadNumber("too_large" if value > 0 else "negative", value)
        return Decimal(value)
    if isinstance(value, str):
        value = _from_text(value)
    if not value.is_finite():
        raise BadNumber("not_finite", value)
    if value.is_zero():
        return Decimal(0)
    # Look at the size before making a fraction of it: 1e999999999 would fill the memory.
    if value.adjusted() > len(str(maximum)):
        raise BadNumber("negative" if value < 0 else "too_large", value)
    if value.adjusted() < _SMALLEST_EXPONENT or len(value.as_tuple().digits) > _MAX_DIGITS:
        raise BadNumber("too_fine", value)
    return value


def _from_text(text: str) -> Decimal:
    cleaned = text.strip().replace("，", ",").replace("．", ".")
    whole, dot, rest = cleaned.partition(".")
    groups = whole.lstrip("+-").split(",")
    if len(groups) > 1:
        if not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:]):
            raise BadNumber("not_a_number", text)
        whole = whole.replace(",", "")
    if "_" in cleaned:
        raise BadNumber("not_a_number", text)
    try:
        return Decimal(whole + dot + rest)
    except InvalidOperation:
        raise BadNumber("not_a_number", text) from None


def as_decimal(value: Fraction, digits: int = 20) -> Decimal:
    """The exact decimal where there is one, else `digits` significant digits, rounded down.

    Rounding down keeps a value under a closed limit under it.
    """
    denominator, twos, fives = value.denominator, 0, 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    if denominator == 1:
        places = max(twos, fives)
        scaled = value.numerator * 10**places // value.denominator
        return _shifted(scaled, places) if places <= 28 else _cut(value, digits)
    return _cut(value, digits)


def _cut(value: Fraction, digits: int) -> Decimal:
    if value == 0:
        return Decimal(0)
    exponent = len(str(abs(value.numerator))) - len(str(value.denominator))
    places = max(0, digits - exponent)
    scaled = value.numerator * 10**places // value.denominator
    return _shifted(scaled, places)


def _shifted(scaled: int, places: int) -> Decimal:
    # Built from digits, because Decimal.scaleb would round to the context's precision.
    return Decimal((0, tuple(int(digit) for digit in str(scaled)), -places))


def show(value: Fraction, places: int = 2, limits: tuple[int, ...] = (1, 10, 50, 100)) -> str:
    """Text for reading, rounded half up to `places`; marked with ≈ where it is rounded.

    More places are shown where rounding would lift a value onto a limit it does not reach.
    """
    while True:
        scaled = (value * 10**places * 2 + 1) // 2
        rounded = Fraction(scaled, 10**places)
        if any(value < limit <= rounded for limit in limits) and places < 40:
            places += 1
            continue
        text = f"{_shifted(scaled, places):f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return text if rounded == value else f"≈{text}"
