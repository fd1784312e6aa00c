"""One contract for every channel: success, throttled, revoked key, no answer."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from email import message_from_string, policy
from typing import Any

import pytest

from anlan.base.inbox.channels import CHANNELS, Message, http
from anlan.base.inbox.channels.base import Rejected, Throttled, TimedOut, Unreachable
from anlan.base.inbox.channels.email import channel as email_channel
from anlan.base.inbox.tests.fakes import FakeHttp, FakeSmtp, http_server, smtp_server

MESSAGE = Message(
    title="重大危险源等级变化",
    body='储罐区由三级变为二级 "注意"',
    url="https://anlan.example.cn/r/1/",
    name="王晓梅",
    email="wang@example.cn",
    phone="13800000000",
)


@pytest.fixture
def fake(settings: Any) -> Iterator[FakeHttp]:
    settings.CHANNEL_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with http_server() as server:
        yield server


@pytest.fixture
def mail(settings: Any) -> Iterator[FakeSmtp]:
    settings.CHANNEL_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with smtp_server() as server:
        yield server


def made(kind: str, fake: FakeHttp, **more: str) -> Any:
    values = {"address": fake.url, "key": "K", "token": "T", "secret": "S", **more}
    return CHANNELS[kind](values)


# kind, answer on success, when throttled, when the key is revoked: (status, JSON)
CONTRACT = [
    ("wecom", (200, {"errcode": 0}), (200, {"errcode": 45009}), (200, {"errcode": 93000})),
    ("dingtalk", (200, {"errcode": 0}), (200, {"errcode": 130101}), (200, {"errcode": 300001})),
    ("feishu", (200, {"code": 0}), (200, {"code": 11232}), (400, {"code": 19001})),
    ("sms", (200, {}), (429, {}), (401, {})),
    ("webhook", (204, {}), (429, {}), (410, {})),
]


@pytest.mark.parametrize(("kind", "success", "throttled", "revoked"), CONTRACT)
def test_contract(
    kind: str, success: Any, throttled: Any, revoked: Any, fake: FakeHttp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    channel = made(kind, fake)
    fake.status, fake.answer = success
    channel.send(MESSAGE)
    assert MESSAGE.title in str(fake.seen[-1][2])
    fake.status, fake.answer = throttled
    with pytest.raises(Throttled) as slow:
        channel.send(MESSAGE)
    assert slow.value.retry_after >= 60
    fake.status, fake.answer = revoked
    with pytest.raises(Rejected) as refused:
        channel.send(MESSAGE)
    assert refused.value.permanent
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    fake.status, fake.answer = success
    fake.delay = 1.0
    with pytest.raises(TimedOut):
        channel.send(MESSAGE)


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
def test_an_answer_that_is_none_of_theirs_is_no_success(kind: str, fake: FakeHttp) -> None:
    fake.answer = ["a login page of a proxy"]
    with pytest.raises(TimedOut):
        made(kind, fake).send(MESSAGE)
    fake.status = 503
    with pytest.raises(TimedOut):
        made(kind, fake).send(MESSAGE)


def test_dingtalk_signs_with_the_time(fake: FakeHttp) -> None:
    fake.answer = {"errcode": 0}
    made("dingtalk", fake, secret="SECabc").send(MESSAGE)
    query = dict(part.split("=", 1) for part in fake.seen[0][0].split("?")[1].split("&"))
    text = f"{query['timestamp']}\nSECabc".encode()
    expected = base64.b64encode(hmac.new(b"SECabc", text, hashlib.sha256).digest()).decode()
    assert query["sign"].replace("%3D", "=").replace("%2B", "+").replace("%2F", "/") == expected
    assert fake.seen[0][2]["at"]["atMobiles"] == ["13800000000"]


def test_the_webhook_is_signed(fake: FakeHttp) -> None:
    made("webhook", fake).send(MESSAGE)
    _path, headers, _body = fake.seen[0]
    assert headers["X-Anlan-Timestamp"].isdigit()
    assert len(headers["X-Anlan-Signature"]) == 64


def test_a_quote_in_the_text_cannot_change_the_body_for_the_gateway(fake: FakeHttp) -> None:
    made("sms", fake, body='{"to": ["{phone}"], "p": {"content": "{text}"}}').send(MESSAGE)
    body = fake.seen[0][2]
    assert body["to"] == ["13800000000"]
    assert '"注意"' in body["p"]["content"]


def test_the_gateway_may_tell_the_result_in_a_field(fake: FakeHttp) -> None:
    words = {"success_field": "code", "success_value": "0", "busy_value": "9"}
    for code, outcome in ((0, None), (9, Throttled), (5, Rejected)):
        fake.answer = {"code": code}
        channel = made("sms", fake, **words)
        if outcome is None:
            channel.send(MESSAGE)
        else:
            with pytest.raises(outcome):
                channel.send(MESSAGE)


def test_redirects_are_not_followed(fake: FakeHttp) -> None:
    fake.status, fake.headers = 302, {"Location": "http://127.0.0.1:1/"}
    with pytest.raises(Rejected):
        made("webhook", fake).send(MESSAGE)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://10.0.0.8/", "http://[::1]/",
        "http://169.254.169.254/latest/", "http://[::ffff:10.0.0.1]/", "http://0.0.0.0/",
        "http://100.64.0.1/", "http://2130706433/", "http://0x7f.1/", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_inner_addresses_are_refused(url: str, settings: Any) -> None:
    settings.CHANNEL_PRIVATE_NETWORKS = []
    with pytest.raises((Rejected, TimedOut)) as refused:
        http.post(url, {})
    if "0x7f" not in url:  # some resolvers do not read this form at all
        assert isinstance(refused.value, Rejected)


def test_every_address_of_a_name_must_be_allowed(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHANNEL_PRIVATE_NETWORKS = []
    both = [(0, 0, 0, "", ("93.184.216.34", 80)), (0, 0, 0, "", ("10.0.0.1", 80))]
    monkeypatch.setattr(http.socket, "getaddrinfo", lambda *_a, **_k: both)
    with pytest.raises(Rejected):
        http.allowed_address("two-faced.example", 80)


def email(mail: FakeSmtp) -> Any:
    return CHANNELS["email"](
        {
            "host": "127.0.0.1", "port": str(mail.port), "security": "none",
            "sender": "anlan@example.cn", "user": "u", "password": "p",
        }
    )  # fmt: skip


def test_mail_arrives_readable(mail: FakeSmtp) -> None:
    email(mail).send(MESSAGE)
    got = message_from_string(mail.mails[0], policy=policy.default)
    assert got["Subject"] == MESSAGE.title
    assert "王晓梅" in got["To"]
    assert MESSAGE.url in got.get_content()


def test_a_name_cannot_add_headers(mail: FakeSmtp) -> None:
    hostile = Message("a\nBcc: x@example.cn", "", "", "n\r\nBcc: y@example.cn", "w@example.cn")
    email(mail).send(hostile)
    got = message_from_string(mail.mails[0], policy=policy.default)
    assert got["Bcc"] is None


@pytest.mark.parametrize(
    ("refuse", "outcome"),
    [
        ({"AUTH": "535 wrong password"}, Rejected),
        ({"MAIL": "451 greylisted"}, Throttled),
        ({"RCPT": "450 mailbox busy"}, Throttled),
        ({"RCPT": "550 no such person"}, Unreachable),
        ({"DATA": "554 spam"}, Rejected),
    ],
)
def test_refusals_of_the_mail_server(
    refuse: dict[str, str], outcome: type[Exception], mail: FakeSmtp
) -> None:
    mail.refuse = refuse
    with pytest.raises(outcome):
        email(mail).send(MESSAGE)


def test_a_silent_mail_server_times_out(mail: FakeSmtp, monkeypatch: pytest.MonkeyPatch) -> None:
    mail.silent = True
    monkeypatch.setattr(email_channel, "SECONDS", 0.2)
    with pytest.raises(TimedOut):
        email(mail).send(MESSAGE)


@pytest.mark.parametrize("kind", ["email", "sms"])
def test_who_has_no_address_is_not_reached(kind: str, fake: FakeHttp) -> None:
    with pytest.raises(Unreachable):
        CHANNELS[kind]({"address": fake.url}).send(Message("t", "", "", "n"))
