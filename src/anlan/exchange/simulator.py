"""A receiving side to try uploads against: it refuses what the real ones refuse.

    python -m anlan.exchange.simulator --port 8099 --key 0123456789abcdef --company 990000001

It keeps what it took in memory. Orphans, unknown codes, over-long values, missing fields, older
versions and duplicates are refused row by row, each with id, code, field and message. How real
sides word their answers was not found in public; the shape here is Anlan's own.
"""

import argparse
import base64
import binascii
import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from anlan.exchange import ciphers, fields, rules
from anlan.exchange.adapters import DIALECTS

_TEXTS = frozenset({"dangerDesc", "controlMeasures", "dangerReason", "troubleshootContent",
                    "riskMeasureDesc"})  # fmt: skip
_PARENTS = {
    fields.EVENT: {"riskUnitId": fields.UNIT},
    fields.MEASURE: {"riskEventId": fields.EVENT},
    fields.SHUTDOWN: {"riskUnitId": fields.UNIT},
    fields.TASK: {"riskMeasureId": fields.MEASURE},
    fields.RECORD: {"checkTaskId": fields.TASK},
    fields.FINDING: {"riskMeasureId": fields.MEASURE, "checkRecordId": fields.RECORD},
}
_KEYS = {fields.OBJECT: "hazardCode"}
_PICTURES = ("dangerImg", "dangerAcceptImg", "attachments1", "attachments2")
_FILES = (*_PICTURES, "attachments3")
_MAGIC = (b"\x89PNG", b"\xff\xd8\xff")


@dataclass
class Receiver:
    """The receiving side.

    `companies` empty: every enterprise code of 9 characters is known.

    `tables` holds the rows taken by table and id, `arrivals` every version taken in order,
    `stored` how often each version was stored (never more than once). `longest` and
    `longest_text` count characters; no limits were found in public but those of the facts, so
    these are the simulator's own.
    """

    adapter: str = "national"
    cipher: str = "none"
    text_form: str = "base64"
    key: str = ""
    vector: str = ""
    app_key: str = ""
    prefix: str = ""
    longest: int = 200
    longest_text: int = 2000
    companies: frozenset[str] = frozenset()
    tables: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    arrivals: list[tuple[str, str]] = field(default_factory=list)
    stored: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def handle(self, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Take one batch; return the HTTP status and the answer."""
        table = path.rstrip("/").rpartition("/")[2]
        if not fields.fields_of(table):
            return 404, {"code": "unknown_table", "message": f"没有接口 {table}"}
        try:
            rows = json.loads(self._opened(body))
        except PermissionError:
            return 401, {"code": "key", "message": "企业密钥无效"}
        except (ciphers.WrongKey, ValueError, KeyError):
            return 400, {"code": "decrypt", "message": "报文无法解密"}
        if not isinstance(rows, list) or len(rows) > 50:
            return 413, {"code": "batch", "message": "每批不超过50条"}
        results = [self._take(table, row) for row in rows]
        return 200, {"code": 0, "results": results}

    def _opened(self, body: bytes) -> bytes:
        if DIALECTS[self.adapter].body == "form":
            form = parse_qs(body.decode())
            if form.get("appKey", [""])[0] != self.app_key:
                raise PermissionError
            datas = form["datas"][0]
        else:
            datas = json.loads(body)["datas"]
        return ciphers.decrypt(self.cipher, self.text_form, self.key, self.vector, datas)

    def _take(self, table: str, row: Mapping[str, Any]) -> dict[str, Any]:
        dialect = DIALECTS[self.adapter]
        bare = {dialect.plain_name(name, self.prefix): value for name, value in row.items()}
        pk = str(bare.get(_KEYS.get(table, "id"), ""))
        problem = self._problem(table, bare, row)
        if problem is not None:
            code, name, text = problem
            named = self.prefix + dialect.names.get(name, name)
            return {"id": pk, "code": code, "field": named, "message": text}
        version = str(bare.get("updateDate", json.dumps(bare, sort_keys=True)))
        self.tables.setdefault(table, {})[pk] = bare
        self.arrivals.append((table, pk))
        self.stored[(table, pk, version)] += 1
        return {"id": pk, "code": 0}

    def _problem(
        self, table: str, bare: Mapping[str, Any], row: Mapping[str, Any]
    ) -> tuple[str, str, str] | None:
        dialect = DIALECTS[self.adapter]
        known = {field.name for field in fields.fields_of(table)}
        known -= set() if dialect.is_variant else fields.variants_of(table)
        for name in row:
            plain = dialect.plain_name(name, self.prefix)
            if plain not in known or name != self.prefix + dialect.names.get(plain, plain):
                return "unknown_field", plain, f"字段 {name} 未定义"
        if bare.get("deleted") != "1":
            for wrong in rules.wrong_in(table, bare):
                return wrong.code, wrong.field, f"字段 {wrong.field} 不符合要求（{wrong.code}）"
        for name in _FILES:
            if name in bare and (text := _file_problem(name, bare[name])):
                return "photo", name, text
        for name, value in bare.items():
            if name in _FILES:
                continue
            limit = self.longest_text if name in _TEXTS else self.longest
            if isinstance(value, str) and len(value) > limit:
                return "too_long", name, f"{name} 超过{limit}字"
        for one in fields.fields_of(table):
            pattern = {"datetime": dialect.moments, "date": dialect.days}.get(one.type)
            if pattern and one.name in bare and not _is_moment(str(bare[one.name]), pattern):
                return "format", one.name, f"{one.name} 时间格式错误"
        company = str(bare.get("companyCode", ""))
        if self.companies and company not in self.companies:
            return "unknown_company", "companyCode", f"企业编码 {company} 不存在"
        return self._stands(table, bare)

    def _stands(self, table: str, bare: Mapping[str, Any]) -> tuple[str, str, str] | None:
        """Judge a row against what is here already."""
        if bare.get("deleted") != "1":
            for name, parent in _PARENTS.get(table, {}).items():
                pk = bare.get(name)
                if pk and str(pk) not in self.tables.get(parent, {}):
                    return "orphan", name, f"上级记录 {pk} 不存在"
        old = self.tables.get(table, {}).get(str(bare.get(_KEYS.get(table, "id"))))
        if old == dict(bare):
            return "duplicate", "id", "重复上报"
        before = str((old or {}).get("updateDate", ""))
        if before > str(bare.get("updateDate", "")):
            return "outdated", "updateDate", "已有更新的版本"
        return None


def _is_moment(text: str, pattern: str) -> bool:
    try:
        # Local time without a zone, as the interface writes it.
        dt.datetime.strptime(text, pattern)  # noqa: DTZ007
    except ValueError:
        return False
    return True


def _file_problem(name: str, value: Any) -> str:
    try:
        content = base64.b64decode(str(value), validate=True)
    except binascii.Error:
        return f"{name} 不是Base64"
    if len(content) > rules.MOST_PHOTO_BYTES:
        return f"{name} 超过5MB"
    if name in _PICTURES and not content.startswith(_MAGIC):
        return f"{name} 不是PNG或JPEG"
    return ""


def serve(receiver: Receiver, port: int, told: Callable[[str], None]) -> None:
    """Serve a receiver on the loopback until interrupted."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, answer = receiver.handle(self.path, body)
            text = json.dumps(answer, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
            rows = answer.get("results", [])
            bad = [one for one in rows if one["code"] not in (0, "duplicate")]
            told(f"{self.path} {status} {len(rows)} rows, {len(bad)} refused")

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing but the line above."""

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


def main() -> None:
    """Run the simulator from the command line."""
    import sys

    parser = argparse.ArgumentParser(prog="anlan.exchange.simulator")
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--adapter", choices=sorted(DIALECTS), default="national")
    parser.add_argument("--cipher", default="none")
    parser.add_argument("--key", default="")
    parser.add_argument("--vector", default="")
    parser.add_argument("--app-key", default="")
    parser.add_argument("--prefix", default="")
    parser.add_argument("--company", action="append", default=[])
    given = parser.parse_args()
    receiver = Receiver(
        adapter=given.adapter, cipher=given.cipher, key=given.key, vector=given.vector,
        app_key=given.app_key, prefix=given.prefix, companies=frozenset(given.company),
    )  # fmt: skip
    serve(receiver, given.port, lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201


if __name__ == "__main__":
    main()
