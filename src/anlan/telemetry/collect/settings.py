"""What the page of a source says is to be read: asked of the door, kept for starts without a line.

Secrets are not among it. Certificates, keys and passwords of the plant's network stay in the
collector's own file.
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import urllib3
from urllib3.exceptions import HTTPError

from anlan.telemetry.collect.config import BadConfig, Config, Folder, Modbus, OpcUa, Register

logger = logging.getLogger("anlan.collect")

KEPT = "settings.json"
_MODES = {"sign": "Sign", "sign_encrypt": "SignAndEncrypt"}


def with_settings(config: Config) -> Config:
    """Return the configuration with what the source's page adds; itself if that is not wanted.

    Raises BadConfig where the door refuses, where it cannot be reached and never was, and where
    the settings are not enough to read anything.
    """
    if not config.from_server:
        return config
    return applied(config, _asked(config))


def _asked(config: Config) -> dict[str, Any]:
    kept = Path(config.buffer) / KEPT
    url = config.server.rstrip("/") + "/settings/"
    try:
        pool = urllib3.PoolManager(ca_certs=config.certificates or None, retries=False)
        answer = pool.request(
            "GET",
            url,
            headers={"Authorization": f"Bearer {config.secret()}"},
            timeout=urllib3.Timeout(connect=5, read=30),
        )
        if answer.status == 200:
            found: dict[str, Any] = json.loads(answer.data)
            kept.parent.mkdir(parents=True, exist_ok=True)
            # Whole or not at all: a start without a line depends on it.
            fresh = kept.with_suffix(".new")
            fresh.write_bytes(answer.data)
            fresh.replace(kept)
            return found
        why = answer.data[:300].decode(errors="replace")
        if answer.status in (401, 403):
            raise BadConfig(f"{url}: the server does not let us in: {why}")
    except (HTTPError, OSError, json.JSONDecodeError) as error:
        why = str(error)
    if not kept.exists():
        raise BadConfig(f"{url}: {why}; and no settings are kept from before in {kept}.")
    logger.warning("%s: %s; going on with the settings kept from before", url, why)
    last: dict[str, Any] = json.loads(kept.read_bytes())
    return last


def applied(config: Config, found: Mapping[str, Any]) -> Config:
    """Return the configuration with the settings and points of a source. Raises BadConfig."""
    where = f"source {found.get('name')}"
    try:
        return _applied(config, found, where)
    except BadConfig:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise BadConfig(f"{where}: its settings cannot be used ({error!r}).") from error


def _applied(config: Config, found: Mapping[str, Any], where: str) -> Config:
    kind, settings, points = found["kind"], found["settings"], found["points"]
    if kind == "opc_ua":
        if not points:
            raise BadConfig(f"{where}: no point has an address (its node, such as ns=2;s=LT101).")
        one = _opc_ua(config, settings, points, where)
        return msgspec.structs.replace(config, opcua=[*config.opcua, one])
    if kind == "modbus":
        lines = settings.get("registers") or []
        if not lines:
            raise BadConfig(f"{where}: the register map is empty.")
        device = Modbus(
            host=settings["host"],
            registers=[_register(line) for line in lines],
            port=int(settings.get("port") or 502),
            unit=int(settings.get("unit_id", 1)),
            every_s=float(settings.get("poll_s") or 1),
        )
        return msgspec.structs.replace(config, modbus=[*config.modbus, device])
    if kind == "file":
        folder = Folder(path=settings["folder"], kind=settings.get("format") or "csv")
        return msgspec.structs.replace(config, folders=[*config.folders, folder])
    raise BadConfig(f"{where}: sources of the kind {kind} send by themselves; nothing to collect.")


def _opc_ua(
    config: Config, settings: Mapping[str, Any], points: Mapping[str, str], where: str
) -> OpcUa:
    security = ""
    if (mode := settings.get("security", "sign_encrypt")) != "none":
        if not (config.certificate and config.key):
            raise BadConfig(f"{where}: {mode} needs certificate and key in the collector's file.")
        policy = settings.get("policy") or "Basic256Sha256"
        security = ",".join((policy, _MODES[mode], config.certificate, config.key))
    return OpcUa(
        url=settings["endpoint"],
        nodes=dict(points),
        every_ms=float(settings.get("interval_ms") or 1000),
        security=security,
        user=settings.get("username") or "",
        password=config.password,
        thumbprint=settings.get("server_certificate") or "",
    )


def _register(line: str) -> Register:
    """Return a line of the register map: tag; table; address; type; factor."""
    tag, table, address, kind, *factor = (part.strip() for part in line.split(";"))
    given = {"tag": tag, "address": int(address), "kind": kind, "table": table}
    if factor:
        given["scale"] = float(factor[0])
    return msgspec.convert(given, Register)
