"""The collector reads what its source's page says, watches folders, and knows its servers."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from anlan.telemetry.collect import settings, trust
from anlan.telemetry.collect.buffer import Buffer
from anlan.telemetry.collect.config import BadConfig, Config, Folder, Modbus, OpcUa, Register
from anlan.telemetry.collect.folders import Reader
from anlan.telemetry.tests.servers import free_port

OPC_UA = {
    "name": "DCS", "kind": "opc_ua", "points": {"ns=2;s=a": "LI-1"},
    "settings": {"endpoint": "opc.tcp://10.0.0.5:4840", "security": "sign", "interval_ms": 500,
                 "policy": "Basic256Sha256", "server_certificate": "AB:CD", "username": "anlan"},
}  # fmt: skip
MODBUS = {
    "name": "PLC", "kind": "modbus", "points": {},
    "settings": {"host": "10.0.0.7", "port": 1502, "unit_id": 0, "poll_s": 2,
                 "registers": ["PT-7; holding; 10; float32; 0.1", "XV-1; coil; 3; bit"]},
}  # fmt: skip


def config(tmp_path: Path, **more: Any) -> Config:
    return Config(server="http://127.0.0.1", buffer=str(tmp_path), token="t", **more)


def test_settings_become_devices(tmp_path: Path) -> None:
    own = config(tmp_path, certificate="c.pem", key="k.pem", password="geheim")
    (server,) = settings.applied(own, OPC_UA).opcua
    assert server == OpcUa(
        url="opc.tcp://10.0.0.5:4840", nodes={"ns=2;s=a": "LI-1"}, every_ms=500,
        security="Basic256Sha256,Sign,c.pem,k.pem", user="anlan", password="geheim",
        thumbprint="AB:CD",
    )  # fmt: skip
    (device,) = settings.applied(own, MODBUS).modbus
    pressure = Register("PT-7", 10, "float32", "holding", 0.1)
    valve = Register("XV-1", 3, "bit", "coil")
    assert device == Modbus("10.0.0.7", [pressure, valve], 1502, 0, 2.0)
    file = {"name": "x", "kind": "file", "points": {}, "settings": {"folder": "/in"}}
    assert settings.applied(own, file).folders == [Folder("/in", "csv")]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({**OPC_UA, "points": {}}, "address"),
        (OPC_UA, "certificate and key"),
        ({**MODBUS, "settings": {"host": "x"}}, "register map"),
        ({"name": "x", "kind": "mqtt", "settings": {}, "points": {}}, "by themselves"),
    ],
)
def test_what_cannot_be_read_by_is_said(tmp_path: Path, found: Any, said: str) -> None:
    with pytest.raises(BadConfig, match=said):
        settings.applied(config(tmp_path), found)


def test_a_start_without_a_line_uses_what_was_kept(tmp_path: Path) -> None:
    away = Config(
        server=f"http://127.0.0.1:{free_port()}", buffer=str(tmp_path), token="t", from_server=True
    )
    with pytest.raises(BadConfig, match="no settings are kept"):
        settings.with_settings(away)
    (tmp_path / settings.KEPT).write_text(json.dumps(MODBUS))
    assert settings.with_settings(away).modbus[0].host == "10.0.0.7"


def test_a_file_is_taken_once_when_it_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text(
        "tag,ts,value\nA,2026-11-22T08:00:00Z,1\nA,2026-11-22T08:01:00Z,2"
    )
    (folder / "b.csv").write_text("nonsense")
    (folder / "half.csv").write_text("tag,ts,value\nA,2026-11-22T08")
    for name in ("a.csv", "b.csv"):
        os.utime(folder / name, (time.time() - 60,) * 2)
    os.utime(folder / "half.csv", (time.time() + 60,) * 2)  # still being written
    buffer = Buffer(tmp_path / "buffer", 10)
    reader = Reader(Folder(str(folder)), buffer)
    reader.look()
    reader.look()
    assert buffer.waiting() == (1, 2)
    buffer.close()
    names = sorted(str(one.relative_to(folder)) for one in folder.rglob("*.csv"))
    assert names == ["bad/b.csv", "half.csv", "sent/a.csv"]


def test_a_server_with_another_certificate_is_a_stranger(tmp_path: Path) -> None:
    url = "opc.tcp://10.0.0.5:4840"
    trust.require(tmp_path, url, b"first")
    trust.require(tmp_path, url, b"first")
    with pytest.raises(trust.Stranger, match="known_servers"):
        trust.require(tmp_path, url, b"second")
    told = "16:36:7A:AC:B6:7A:4A:01:7C:8D:A8:AB:95:68:23:98:63:58:EE:B3:B0:AE"
    with pytest.raises(trust.Stranger, match="settings"):
        trust.require(tmp_path, url, b"first", told)
