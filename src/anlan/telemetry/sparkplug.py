"""Sparkplug B payloads: Google's protobuf with the fields of the Eclipse specification that
carry values. What a sender adds beside them is skipped, as protobuf does with unknown fields.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from anlan.telemetry.wire import BAD, GOOD, UNCERTAIN

_STALE, _GOOD = 500, 192
_WIDTHS = {1: 8, 2: 16, 3: 32, 4: 64}
"""Bits of the signed kinds, which travel as unsigned numbers."""


class BadPayload(ValueError):
    """No Sparkplug payload."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One value. `name` may be empty where an alias stands for it."""

    name: str
    alias: int | None
    time_ms: int | None
    value: float
    quality: int


def _described() -> Any:
    kind = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="sparkplug_b.proto", package="org.eclipse.tahu.protobuf", syntax="proto2"
    )
    types = {
        "u64": kind.TYPE_UINT64, "u32": kind.TYPE_UINT32, "text": kind.TYPE_STRING,
        "bool": kind.TYPE_BOOL, "float": kind.TYPE_FLOAT, "double": kind.TYPE_DOUBLE,
    }  # fmt: skip
    messages: dict[str, list[tuple[str, int, str, bool]]] = {
        "PropertyValue": [("type", 1, "u32", False), ("int_value", 3, "u32", False)],
        "PropertySet": [("keys", 1, "text", True), ("values", 2, "PropertyValue", True)],
        "Metric": [
            ("name", 1, "text", False), ("alias", 2, "u64", False),
            ("timestamp", 3, "u64", False), ("datatype", 4, "u32", False),
            ("is_null", 7, "bool", False), ("properties", 9, "PropertySet", False),
            ("int_value", 10, "u32", False), ("long_value", 11, "u64", False),
            ("float_value", 12, "float", False), ("double_value", 13, "double", False),
            ("boolean_value", 14, "bool", False),
        ],
        "Payload": [
            ("timestamp", 1, "u64", False), ("metrics", 2, "Metric", True),
            ("seq", 3, "u64", False),
        ],
    }  # fmt: skip
    for name, fields in messages.items():
        message = file.message_type.add(name=name)
        for field, number, of, many in fields:
            added = message.field.add(
                name=field,
                number=number,
                label=kind.LABEL_REPEATED if many else kind.LABEL_OPTIONAL,
            )
            if of in types:
                added.type = types[of]
            else:
                added.type, added.type_name = kind.TYPE_MESSAGE, f".{file.package}.{of}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = pool.FindMessageTypeByName(f"{file.package}.Payload")
    return message_factory.GetMessageClass(found)


Payload: Any = _described()


def read(data: bytes) -> list[Metric]:
    """The values of a payload. Raises BadPayload."""
    payload = Payload()
    try:
        payload.ParseFromString(data)
    except DecodeError as error:
        raise BadPayload(f"no Sparkplug payload: {error}") from error
    default = payload.timestamp if payload.HasField("timestamp") else None
    return list(_metrics(payload, default))


def _metrics(payload: Any, default: int | None) -> Iterator[Metric]:
    for one in payload.metrics:
        value = _value(one)
        if value is None:
            continue
        yield Metric(
            one.name,
            one.alias if one.HasField("alias") else None,
            one.timestamp if one.HasField("timestamp") else default,
            value,
            BAD if math.isnan(value) else _quality(one),
        )


def _value(one: Any) -> float | None:
    """None for texts and other things that are no measured value."""
    if one.is_null:
        return math.nan
    for name in ("double_value", "float_value", "boolean_value"):
        if one.HasField(name):
            return float(getattr(one, name))
    for name in ("int_value", "long_value"):
        if one.HasField(name):
            found = int(getattr(one, name))
            width = _WIDTHS.get(one.datatype)
            if width and found >> (width - 1) & 1:
                found -= 1 << width if found < 1 << width else 1 << 32
            return float(found)
    return None


def _quality(one: Any) -> int:
    for key, given in zip(one.properties.keys, one.properties.values, strict=False):
        if key == "Quality":
            if given.int_value == _GOOD:
                return GOOD
            return UNCERTAIN if given.int_value == _STALE else BAD
    return GOOD


def rebirth() -> bytes:
    """The command by which an edge node tells all its names again."""
    payload = Payload()
    payload.metrics.add(name="Node Control/Rebirth", datatype=11, boolean_value=True)
    return bytes(payload.SerializeToString())
