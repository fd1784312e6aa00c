"""Speaking to a receiving side: one batch out, one answer a row back."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from anlan.base.errors import Unavailable
from anlan.base.inbox.channels import http
from anlan.exchange import ciphers
from anlan.exchange.adapters import DIALECTS
from anlan.exchange.models import Endpoint
from anlan.exchange.sealing import keys_of

Transport = Callable[[str, bytes, Mapping[str, str]], http.Answer]
GOOD = frozenset({"0", "200", "success", "true", "ok"})


@dataclass(frozen=True, slots=True)
class Said:
    """What was said about a row. `code` empty: taken."""

    code: str = ""
    field: str = ""
    text: str = ""


class BatchRefused(Exception):
    """The batch as a whole was refused without naming rows."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.said = Said(code or "refused", "", text)


def send(
    endpoint: Endpoint,
    table: str,
    payloads: Sequence[Mapping[str, Any]],
    ids: Sequence[str],
    transport: Transport = http.post,
) -> dict[str, Said]:
    """Send one batch; return what was said of each id that was answered.

    Raises BatchRefused, Unavailable (permanent: the endpoint itself is wrong), WrongKey.
    """
    dialect = DIALECTS[endpoint.adapter]
    keys = keys_of(endpoint)
    plain = json.dumps(list(payloads), ensure_ascii=False).encode()
    datas = ciphers.encrypt(
        endpoint.cipher, endpoint.text_form, keys.get("key", ""), keys.get("vector", ""), plain
    )
    url = f"{endpoint.base_url.rstrip('/')}/{table}"
    if dialect.body == "form":
        body = urlencode({"datas": datas, "appKey": keys.get("app_key", "")}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    else:
        body = json.dumps({"datas": datas}).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
    answer = transport(url, body, headers)
    if answer.status in (400, 413, 422) and not _results(answer.data):
        raise BatchRefused(str(answer.status), _message(answer))
    if answer.status not in (400, 413, 422):
        http.check_status(answer)
    return _read(answer, ids, endpoint)


def _read(answer: http.Answer, ids: Sequence[str], endpoint: Endpoint) -> dict[str, Said]:
    data = answer.data
    if not isinstance(data, dict):
        raise Unavailable()
    results = _results(data)
    if not results:
        code = str(data.get("code", data.get("success", ""))).lower()
        if code not in GOOD:
            raise BatchRefused(code, _message(answer))
        return {pk: Said() for pk in ids}
    dialect = DIALECTS[endpoint.adapter]
    found = {}
    for one in results:
        code = str(one.get("code", "")).lower()
        named = dialect.plain_name(str(one.get("field") or ""), endpoint.prefix)
        # The same version is there already: an answer of ours was lost on the way.
        is_there = code in GOOD or code == "duplicate"
        text = str(one.get("message") or "")[:500]
        found[str(one.get("id"))] = (
            Said() if is_there else Said(code[:40] or "refused", named[:60], text)
        )
    return found


def _results(data: Any) -> list[Mapping[str, Any]]:
    given = data.get("results") if isinstance(data, dict) else None
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _message(answer: http.Answer) -> str:
    data = answer.data if isinstance(answer.data, dict) else {}
    return str(data.get("message") or data.get("msg") or answer.text)[:500]
