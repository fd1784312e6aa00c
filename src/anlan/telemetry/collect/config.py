"""The collector's configuration: one TOML file.

server = "https://anlan.example.cn:8010"
token_file = "/etc/anlan/token"        # or token = "…"
buffer = "/var/lib/anlan-collect"      # where values wait
buffer_megabytes = 10000

[[opcua]]
url = "opc.tcp://10.0.0.5:4840"
browse = ["ns=2;s=Plant"]              # all variables below; or
nodes = { "ns=2;s=LT101" = "LT-101" }  # node to tag
every_ms = 1000
security = "Basic256Sha256,SignAndEncrypt,cert.pem,key.pem,server.pem"

[[modbus]]
host = "10.0.0.7"
every_s = 1.0
registers = [ { tag = "PT-7", address = 10, kind = "float32", table = "holding" } ]

[[folders]]
path = "/var/spool/historian"          # each file in it is sent, then lies in sent/
kind = "csv"
zone = "Asia/Shanghai"                 # of times without one

Or what is to be read comes from the page of the source in Anlan (the token must be allowed to read
settings), and only secrets stand here:

from_server = true
certificate = "cert.pem"               # our own, for OPC UA
key = "key.pem"
password = "…"
"""

import tomllib
from pathlib import Path
from typing import Literal

import msgspec


class BadConfig(ValueError):
    """The file cannot be used; the text says where."""


class OpcUa(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One OPC UA server. A browsed variable's tag is its node id, which a point has as address."""

    url: str
    nodes: dict[str, str] = {}
    browse: list[str] = []
    every_ms: float = 1000
    security: str = ""
    user: str = ""
    password: str = ""
    thumbprint: str = ""


class Register(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One value: `address` counts from 0; what is read times `scale` plus `offset` is sent."""

    tag: str
    address: int
    kind: Literal["int16", "uint16", "int32", "uint32", "float32", "float64", "bit"] = "uint16"
    table: Literal["holding", "input", "coil", "discrete"] = "holding"
    scale: float = 1.0
    offset: float = 0.0
    word_order: Literal["big", "little"] = "big"


class Modbus(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One Modbus TCP device, read every `every_s` seconds."""

    host: str
    registers: list[Register]
    port: int = 502
    unit: int = 1
    every_s: float = 1.0


class Folder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One folder into which files of values are put. `zone` is that of times without one."""

    path: str
    kind: Literal["csv", "parquet"] = "csv"
    zone: str = ""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it."""

    server: str
    buffer: str
    token: str = ""
    token_file: str = ""
    certificates: str = ""
    buffer_megabytes: int = 10_000
    opcua: list[OpcUa] = []
    modbus: list[Modbus] = []
    folders: list[Folder] = []
    from_server: bool = False
    certificate: str = ""
    key: str = ""
    password: str = ""

    def secret(self) -> str:
        """The token. Raises BadConfig."""
        if not self.token_file:
            return self.token
        try:
            return Path(self.token_file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadConfig(f"token_file: {error.strerror} ({self.token_file})") from error


def read(file: Path) -> Config:
    """Read it. Raises BadConfig that says where."""
    try:
        found = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Config)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadConfig(f"{file}: {error}") from error
    except msgspec.ValidationError as error:
        raise BadConfig(f"{file}: {error}") from error
    if not found.server.startswith(("http://", "https://")):
        raise BadConfig(f"{file}: server begins with http:// or https://.")
    if not found.secret():
        raise BadConfig(f"{file}: give token or token_file.")
    return found
