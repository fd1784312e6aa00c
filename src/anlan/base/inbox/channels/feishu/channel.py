"""Feishu (飞书) group robot, signed."""

import base64
import hashlib
import hmac
import time

from django.utils.translation import gettext_lazy as _

from anlan.base.inbox.channels import http
from anlan.base.inbox.channels.base import Channel, Field, Message, Rejected, Throttled, TimedOut

TOO_OFTEN = frozenset({9499, 11232, 11233})


class Feishu(Channel):
    """Posts to a group. Its service answers 200 or 400; `code` tells."""

    kind = "feishu"
    label = _("Feishu group robot")
    icon = "send"
    help = _("In the group: settings > robots > custom robot; copy the last part of its address.")
    fields = (
        Field("token", _("Token (last part of the webhook address)"), is_secret=True),
        Field("secret", _("Signing secret"), is_secret=True, is_required=False),
        Field(
            "address",
            _("Address of the service"),
            _("Change it only for a private deployment."),
            "https://open.feishu.cn/open-apis/bot/v2/hook/",
            kind="url",
        ),
    )

    def send(self, message: Message) -> None:
        """Post one text message."""
        body: dict[str, object] = {
            "msg_type": "text",
            "content": {"text": f"{message.name}: {message.text()}"[:4000]},
        }
        if self.values["secret"]:
            body |= self._signature(int(time.time()))
        answer = http.post(self.values["address"].rstrip("/") + "/" + self.values["token"], body)
        data = answer.data if isinstance(answer.data, dict) else {}
        code = data.get("code", data.get("StatusCode"))
        if code in TOO_OFTEN:
            raise Throttled(retry_after=60)
        if code == 0:
            return
        if code is not None:
            raise Rejected(f"{code} {data.get('msg', '')}")
        http.check_status(answer)
        raise TimedOut()

    def _signature(self, seconds: int) -> dict[str, object]:
        key = f"{seconds}\n{self.values['secret']}".encode()
        digest = hmac.new(key, b"", hashlib.sha256).digest()
        return {"timestamp": str(seconds), "sign": base64.b64encode(digest).decode()}
