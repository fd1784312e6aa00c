"""Reading one cell as its column means it. Pure: values in, value or problem out."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _

from anlan.base.imports.sheet import SheetColumn

EXCEL_DAY_ZERO = dt.date(1899, 12, 30)
EARLIEST, LATEST = dt.date(1800, 1, 1), dt.date(2999, 12, 31)
_DATE = re.compile(
    r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:.*)?$"
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_NUMBER = re.compile(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$")
_GROUPS = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
# Free items may hold commas (“易燃液体，类别 2”), so only choices are split at them too.
_LIST = re.compile(r"[;；、\n|]+")
_CHOICES = re.compile(r"[;；、\n|,，]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_YES = frozenset({"是", "有", "√", "✓", "对", "yes", "y", "true", "1", "真"})
_NO = frozenset({"否", "无", "×", "✗", "不", "no", "n", "false", "0", "假"})


class Wrong(Exception):
    """A cell cannot be read. `text` says what is wrong, `remedy` what to write."""

    def __init__(self, text: str, remedy: str = "", code: str = "invalid") -> None:
        super().__init__(text)
        self.text, self.remedy, self.code = text, remedy, code


def plain_text(value: Any) -> str:
    """Return a cell as text: numbers without `.0`, no control characters, ends trimmed.

    The full-width space counts as space. Inner line breaks stay.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else value.isoformat()
    text = _CONTROL.sub("", str(value)).replace("\r\n", "\n").replace("\r", "\n")
    return text.strip(" \t\n\u3000\u00a0\ufeff\u200b")


def is_blank(value: Any) -> bool:
    """Tell whether a cell holds nothing to read."""
    return value is None or (isinstance(value, str) and not plain_text(value))


def read_cell(column: SheetColumn, value: Any) -> Any:
    """Return the value of a cell that is not blank. Raises Wrong.

    A reference stays text here; it is resolved for the whole file at once.
    """
    result = _READERS[column.kind](column, value)
    if column.check is not None and (wrong := column.check(result)):
        raise Wrong(str(wrong))
    return result


def _text(column: SheetColumn, value: Any) -> str:
    text = plain_text(value)
    if "\n" not in text:
        text = re.sub(r"[ \t\u3000]+", " ", text)
    if column.folds:
        text = unicodedata.normalize("NFKC", text)
        text = text.upper() if column.folds == "upper" else text.lower()
    if column.max_length is not None and len(text) > column.max_length:
        raise Wrong(
            _("has %(n)s characters; at most %(most)s fit.")
            % {"n": len(text), "most": column.max_length},
            _("Shorten it."),
            "too_long",
        )
    return text


def _number(column: SheetColumn, value: Any) -> Decimal:
    number = to_decimal(value, percent=True)
    if number is None:
        raise Wrong(
            _("“%(value)s” is not a number.") % {"value": _short(value)},
            _("Write digits only, such as 12.5; the unit stands in the head."),
        )
    if column.digits is not None:
        step = Decimal(1).scaleb(-column.digits)
        rounded = number.quantize(step) if abs(number) < Decimal("1e24") else number
        if isinstance(value, float):
            # A spreadsheet's binary fraction (0.1 + 0.2): the digits beyond are not the person's.
            if abs(rounded - number) > abs(number) * Decimal("1e-12"):
                raise _too_fine(column, value)
        elif rounded != number:
            raise _too_fine(column, value)
        number = rounded
    _within(column, number)
    return number


def _integer(column: SheetColumn, value: Any) -> int:
    number = to_decimal(value)
    if number is None or number != number.to_integral_value():
        raise Wrong(
            _("“%(value)s” is not a whole number.") % {"value": _short(value)},
            _("Write a whole number, such as 12."),
        )
    _within(column, number)
    return int(number)


def _date(column: SheetColumn, value: Any) -> dt.date:
    found = to_date(value)
    if found is None:
        raise Wrong(
            _("“%(value)s” is not a date.") % {"value": _short(value)},
            _("Write it as 2026-11-21."),
        )
    low, high = column.minimum or EARLIEST, column.maximum or LATEST
    if not low <= found <= high:
        raise Wrong(
            _("%(value)s is outside %(low)s to %(high)s.")
            % {"value": found, "low": low, "high": high},
            _("Check the year."),
        )
    return found


def _boolean(column: SheetColumn, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = plain_text(value).lower()
    if text in _YES or text in _NO:
        return text in _YES
    raise Wrong(
        _("“%(value)s” is neither yes nor no.") % {"value": _short(value)},
        _("Write “%(yes)s” or “%(no)s”.") % {"yes": _("Yes"), "no": _("No")},
    )


def _choice(column: SheetColumn, value: Any) -> Any:
    return pick(column, plain_text(value))


def _list(column: SheetColumn, value: Any) -> list[Any]:
    parts = (_LIST if column.choices is None else _CHOICES).split(plain_text(value))
    items = [part.strip() for part in parts if part.strip()]
    if column.choices is None:
        if column.max_length and (long := [i for i in items if len(i) > column.max_length]):
            raise Wrong(_("“%(value)s” is too long.") % {"value": _short(long[0])})
        return list(dict.fromkeys(items))
    return list(dict.fromkeys(pick(column, item) for item in items))


def _reference(column: SheetColumn, value: Any) -> str:
    return _text(column, value)


_READERS = {
    "text": _text,
    "number": _number,
    "integer": _integer,
    "date": _date,
    "boolean": _boolean,
    "choice": _choice,
    "list": _list,
    "reference": _reference,
}


def pick(column: SheetColumn, text: str) -> Any:
    """Return the choice meant by a text in any language, or by its code. Raises Wrong."""
    from anlan.base.imports.languages import choice_index

    index = choice_index(column)
    folded = fold(text)
    if folded in index:
        return index[folded]
    texts = [label for _key, label in column.choice_texts()]
    near = get_close_matches(text, texts, n=1, cutoff=0.5)
    if near:
        remedy = _("Did you mean “%(near)s”?") % {"near": near[0]}
    else:
        shown = _(", ").join(texts[:12]) + ("…" if len(texts) > 12 else "")
        remedy = _("Write one of: %(choices)s") % {"choices": shown}
    raise Wrong(_("“%(value)s” is not on the list.") % {"value": _short(text)}, remedy, "choice")


def fold(text: str) -> str:
    """Return text for comparing headers and choices: NFKC, lower case, no spaces or marks."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\s*＊:：_（）()\[\]【】,，.。/\-—]+", "", folded)


def to_decimal(value: Any, *, percent: bool = False) -> Decimal | None:
    """Return a number from a cell, or None.

    Takes full-width digits, thousands separators (`1,234.5`; `1,5` is refused: nobody knows what
    it means), spaces and, where asked, a percent sign.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        number = Decimal(repr(value))
        return number if number.is_finite() else None
    if not isinstance(value, str):
        return None
    text = unicodedata.normalize("NFKC", plain_text(value)).lower()
    text = re.sub(r"[\s']", "", text).replace("−", "-").replace("–", "-")
    share = percent and text.endswith("%")
    text = text[:-1] if share else text
    if _GROUPS.match(text):
        text = text.replace(",", "")
    if not _NUMBER.match(text):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number / 100 if share else number


def to_date(value: Any) -> dt.date | None:
    """Return a day from a cell, or None.

    Takes dates, `2026-11-21`, `2026/11/21`, `2026.11.21`, `2026年11月21日`, `20261121` and the
    day numbers of spreadsheets (46347). Two-digit years and `11/21/2026` are refused: they are
    read differently in different places.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if float(value).is_integer() and 19000101 <= value <= 29991231:
            return to_date(str(int(value)))
        if 1 <= value < 402_000:
            return EXCEL_DAY_ZERO + dt.timedelta(days=int(value))
        return None
    if not isinstance(value, str):
        return None
    text = unicodedata.normalize("NFKC", plain_text(value))
    found = _DATE.match(text) or _COMPACT.match(text)
    if found is None:
        if re.fullmatch(r"\d{5}(\.0*)?", text):
            return to_date(int(float(text)))
        return None
    try:
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _within(column: SheetColumn, number: Decimal) -> None:
    low, high = column.minimum, column.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        if low is not None and high is not None:
            text = _("%(value)s is not between %(low)s and %(high)s.")
        elif low is not None:
            text = _("%(value)s is less than %(low)s.")
        else:
            text = _("%(value)s is more than %(high)s.")
        shown = {"value": f"{number:f}"[:30], "low": low, "high": high}
        raise Wrong(text % shown, _("Check the figure and its unit."), "range")


def _too_fine(column: SheetColumn, value: Any) -> Wrong:
    return Wrong(
        _("%(value)s has more than %(n)s decimals.") % {"value": _short(value), "n": column.digits},
        _("Round it."),
    )


def _float_text(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    # 18 digits do not survive a spreadsheet's number; keep what is there, checks will speak.
    return format(Decimal(repr(value)), "f")


def _short(value: Any) -> str:
    text = plain_text(value)
    return text if len(text) <= 30 else text[:29] + "…"
