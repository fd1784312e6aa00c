"""DingTalk (钉钉) group robot, signed."""

import base64
import hashlib
import hmac
import time
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from anlan.base.inbox.channels import http
from anlan.base.inbox.channels.base import Channel, Field, Message, Rejected, Throttled, TimedOut

TOO_OFTEN, BUSY = 130101, -1


class DingTalk(Channel):
    """Posts to a group and mentions the person by mobile number.

    Its service answers 200 to everything; `errcode` tells.
    """

    kind = "dingtalk"
    label = _("DingTalk group robot")
    icon = "message-2-bolt"
    help = _("In the group: settings > robots > custom robot with a signature (加签).")
    fields = (
        Field("token", _("Access token"), is_secret=True),
        Field("secret", _("Signing secret (SEC…)"), is_secret=True, is_required=False),
        Field(
            "address",
            _("Address of the service"),
            _("Change it only for a private deployment."),
            "https://oapi.dingtalk.com/robot/send",
            kind="url",
        ),
    )

    def send(self, message: Message) -> None:
        """Post one text message."""
        body: dict[str, object] = {
            "msgtype": "text",
            "text": {"content": message.text()[:6000]},
            "at": {"atMobiles": [message.phone] if message.phone else [], "isAtAll": False},
        }
        answer = http.post(
            f"{self.values['address']}?access_token={quote(self.values['token'])}"
            + self._signature(int(time.time() * 1000)),
            body,
        )
        http.check_status(answer)
        code = answer.data.get("errcode") if isinstance(answer.data, dict) else None
        if code == 0:
            return
        if code == TOO_OFTEN:
            raise Throttled(retry_after=600)  # the robot is mute for ten minutes
        if code is None or code == BUSY:
            raise TimedOut()
        raise Rejected(f"{code} {answer.data.get('errmsg', '')}")

    def _signature(self, milliseconds: int) -> str:
        secret = self.values["secret"]
        if not secret:
            return ""
        text = f"{milliseconds}\n{secret}".encode()
        digest = hmac.new(secret.encode(), text, hashlib.sha256).digest()
        return f"&timestamp={milliseconds}&sign={quote(base64.b64encode(digest))}"
