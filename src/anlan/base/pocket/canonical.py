"""Canonical JSON (RFC 8785): one text for one value, so that hashes and signatures agree.

Numbers are written as ECMAScript writes them, member names are sorted by UTF-16 code units.
"""

import hashlib
import json
import math
from decimal import Decimal
from typing import Any

_SAFE = 2**53 - 1


class NotCanonical(ValueError):
    """The value has no canonical text: NaN, an integer beyond 2^53, half a surrogate pair."""


def canonical(value: Any) -> bytes:
    """Return the canonical UTF-8 text of a JSON value. Raises NotCanonical."""
    parts: list[str] = []
    _write(value, parts, 0)
    try:
        return "".join(parts).encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical("half a surrogate pair") from error


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical text, hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def parse(text: bytes | str) -> Any:
    """Return the value of a JSON text; NaN and Infinity are refused. Raises NotCanonical."""
    try:
        return json.loads(text, parse_constant=_no_constant, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        raise NotCanonical(str(error)) from error


def _whole(digits: str) -> int | float:
    """Read an integer as ECMAScript does: beyond 2^53 it is the nearest double."""
    if len(digits) < 20 and abs(int(digits)) <= _SAFE:
        return int(digits)
    return float(digits)


def _no_constant(name: str) -> None:
    raise NotCanonical(name)


def _write(value: Any, parts: list[str], depth: int) -> None:
    if depth > 40:
        raise NotCanonical("nested too deeply")
    if value is None or value is True or value is False:
        parts.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, str):
        # Python escapes what RFC 8785 escapes and nothing else.
        parts.append(json.dumps(value, ensure_ascii=False))
    elif isinstance(value, int):
        if abs(value) > _SAFE:
            raise NotCanonical("an integer beyond 2^53")
        parts.append(str(value))
    elif isinstance(value, float):
        parts.append(_number(value))
    elif isinstance(value, list | tuple):
        parts.append("[")
        for place, item in enumerate(value):
            if place:
                parts.append(",")
            _write(item, parts, depth + 1)
        parts.append("]")
    elif isinstance(value, dict):
        parts.append("{")
        try:
            names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        except (UnicodeEncodeError, AttributeError) as error:
            raise NotCanonical("a member name that is no text") from error
        for place, name in enumerate(names):
            if place:
                parts.append(",")
            parts.append(json.dumps(name, ensure_ascii=False) + ":")
            _write(value[name], parts, depth + 1)
        parts.append("}")
    else:
        raise NotCanonical(f"{type(value).__name__} is no JSON")


def _number(value: float) -> str:
    """Return a double as `Number.prototype.toString` writes it (ECMA-262, 6.1.6.1.20)."""
    if not math.isfinite(value):
        raise NotCanonical("not a finite number")
    if value == 0:
        return "0"
    sign, digit_tuple, exponent = Decimal(repr(value)).normalize().as_tuple()
    digits = "".join(map(str, digit_tuple))
    count = len(digits)
    point = count + int(exponent)
    if count <= point <= 21:
        text = digits + "0" * (point - count)
    elif 0 < point <= 21:
        text = digits[:point] + "." + digits[point:]
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        tail = f".{digits[1:]}" if count > 1 else ""
        text = f"{digits[0]}{tail}e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return ("-" if sign else "") + text
