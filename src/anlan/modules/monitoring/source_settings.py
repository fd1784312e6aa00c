"""What each kind of data source must be told; the forms and the checks come from it.

Secrets are not among these settings: passwords and private keys of a control system stay in the
collector beside the plant (`anlan collect`), which reads the rest from here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlparse

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.errors import Text

FieldKind = Literal["text", "number", "choice", "lines"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a kind of source, by its key in `Source.settings`."""

    key: str
    label: Text
    kind: FieldKind = "text"
    required: bool = False
    default: Any = None
    choices: tuple[tuple[str, Text], ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    help: Text = ""


KEEP_VIDEO_DAYS = 365
"""How long events of a video platform are kept: as long as the alarm and operation log (product
default; the numeric clauses of GB 17681-2024 are not public)."""
KEEP_VIDEO_LEAST = 30
"""The floor of order 40 for electronic records, and of video."""

SETTINGS: Mapping[str, tuple[Setting, ...]] = {
    "http": (
        Setting(
            "format", _("Format"), "choice", default="arrow",
            choices=(("arrow", "Arrow IPC"), ("json", "JSON")),
            help=_("Arrow is twice as quick; the door takes both at any time."),
        ),
    ),
    "mqtt": (
        Setting(
            "topic", pgettext_lazy("mqtt", "Topic"),
            help=_("Of Sparkplug B, such as spBv1.0/GROUP/+/NODE/#. JSON goes to anlan/ and the"
                   " number of this source."),
        ),
        Setting(
            "payload", pgettext_lazy("mqtt", "Payload"), "choice", default="json",
            choices=(("json", "JSON"), ("sparkplug_b", "Sparkplug B")),
        ),
    ),
    "opc_ua": (
        Setting("endpoint", _("Endpoint"), required=True,
                help=_("Such as opc.tcp://10.1.2.3:4840.")),
        Setting(
            "security", _("Security"), "choice", default="sign_encrypt",
            choices=(
                ("none", pgettext_lazy("opc ua", "None")),
                ("sign", pgettext_lazy("opc ua", "Sign")),
                ("sign_encrypt", _("Sign and encrypt")),
            ),
        ),
        Setting(
            "policy", _("Security policy"), "choice", default="Basic256Sha256",
            choices=tuple((one, one) for one in
                          ("Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")),
        ),
        Setting(
            "server_certificate", _("Thumbprint of the server's certificate"),
            help=_("SHA-256, 64 hexadecimal digits. Left empty, the first one seen is trusted."),
        ),
        Setting("username", _("User name")),
        Setting("interval_ms", _("Publishing interval, ms"), "number", default=1000,
                minimum=50, maximum=600_000),
    ),
    "modbus": (
        Setting("host", _("Host"), required=True),
        Setting("port", _("Port"), "number", default=502, minimum=1, maximum=65_535),
        Setting("unit_id", _("Unit id"), "number", default=1, minimum=0, maximum=255),
        Setting("poll_s", _("Polling interval, s"), "number", default=1, minimum=0.1,
                maximum=3600),
        Setting(
            "registers", _("Register map"), "lines",
            help=_(
                "One a line: tag; holding, input, coil or discrete; address; int16, uint16, int32,"
                " uint32, float32 or bit; factor."
            ),
        ),
    ),
    "file": (
        Setting(
            "format", _("Format"), "choice", default="csv",
            choices=(("csv", "CSV"), ("parquet", "Parquet")),
        ),
        Setting("folder", _("Folder watched by the collector"), required=True),
    ),
    "video": (
        Setting("platform", _("Platform"),
                help=_("Maker and product, for whoever looks after it.")),
        Setting(
            "keep_days", _("Keep events, days"), "number", default=KEEP_VIDEO_DAYS,
            minimum=KEEP_VIDEO_LEAST, maximum=3650,
            help=_("Older ones are deleted at night, but for those that a finding was made of."),
        ),
    ),
    "simulator": (
        Setting("speed", _("Speed"), "number", default=1, minimum=0.1, maximum=1000,
                help=_("1 is real time.")),
    ),
}  # fmt: skip

_TABLES = ("holding", "input", "coil", "discrete")
_TYPES = ("int16", "uint16", "int32", "uint32", "float32", "bit")


def defaults(kind: str) -> dict[str, Any]:
    """Return the settings a new source of a kind begins with."""
    return {one.key: one.default for one in SETTINGS.get(kind, ()) if one.default is not None}


def settings_problems(kind: str, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (key, text) of what is wrong with the settings of a source."""
    for one in SETTINGS.get(kind, ()):
        value = given.get(one.key)
        if value in (None, "", []):
            if one.required:
                yield one.key, _now("must be filled in.")
            continue
        yield from _problems_of(one, value)
    if given.get("payload") == "sparkplug_b" and not given.get("topic"):
        yield "topic", _now("must be filled in.")
    if given.get("endpoint") and not _is_endpoint(str(given["endpoint"])):
        yield "endpoint", _now("is no address such as opc.tcp://10.1.2.3:4840")
    thumbprint = re.sub(r"[\s:]", "", str(given.get("server_certificate") or ""))
    if thumbprint and not re.fullmatch(r"[0-9A-Fa-f]{64}", thumbprint):
        yield "server_certificate", _now("is no SHA-256 thumbprint")


def _problems_of(one: Setting, value: Any) -> Iterator[tuple[str, str]]:
    if one.kind == "choice" and value not in dict(one.choices):
        yield one.key, _now("is not one of the choices")
    if one.kind == "number":
        low, high = one.minimum, one.maximum
        if not isinstance(value, int | float) or (
            (low is not None and value < low) or (high is not None and value > high)
        ):
            yield one.key, _now("must lie between %(low)g and %(high)g") % {
                "low": low or 0, "high": high or 0,
            }  # fmt: skip
    if one.kind == "lines":
        for number, line in enumerate(value, start=1):
            if text := _register_problem(line):
                yield one.key, _now("Line %(n)s: %(what)s") % {"n": number, "what": text}


def _is_endpoint(text: str) -> bool:
    try:
        found = urlparse(text)
        return found.scheme == "opc.tcp" and bool(found.hostname) and found.port is not False
    except ValueError:
        return False


def _register_problem(line: str) -> str:
    """Return what is wrong with a line of a register map; empty for a good one."""
    parts = [part.strip() for part in line.split(";")]
    if len(parts) not in (4, 5):
        return _now("four or five parts, parted by semicolons")
    tag, table, address, type_ = parts[:4]
    if not tag:
        return _now("the tag is missing")
    if table not in _TABLES:
        return _now("“%(text)s” is none of %(choices)s") % {
            "text": table, "choices": ", ".join(_TABLES),
        }  # fmt: skip
    if type_ not in _TYPES:
        return _now("“%(text)s” is none of %(choices)s") % {
            "text": type_, "choices": ", ".join(_TYPES),
        }  # fmt: skip
    if not address.isdigit() or int(address) > 65_535:
        return _now("the address is a number from 0 to 65535")
    try:
        float(parts[4] if len(parts) == 5 else 1)
    except ValueError:
        return _now("the factor is a number")
    return ""
