"""WeCom (企业微信) group robot."""

from django.utils.translation import gettext_lazy as _

from anlan.base.inbox.channels import http
from anlan.base.inbox.channels.base import Channel, Field, Message, Rejected, Throttled, TimedOut

BUSY, TOO_OFTEN = -1, 45009


class WeCom(Channel):
    """Posts to a group and mentions the person by mobile number.

    Its service answers 200 to everything; `errcode` tells.
    """

    kind = "wecom"
    label = _("WeCom group robot")
    icon = "brand-wechat"
    help = _("In the group: … > Add group robot > copy the key from its webhook address.")
    fields = (
        Field("key", _("Key of the robot"), is_secret=True),
        Field(
            "address",
            _("Address of the service"),
            _("Change it only for a private deployment."),
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
            kind="url",
        ),
    )

    def send(self, message: Message) -> None:
        """Post one text message."""
        text: dict[str, object] = {"content": message.text()[:2000]}
        if message.phone:
            text["mentioned_mobile_list"] = [message.phone]
        answer = http.post(
            f"{self.values['address']}?key={self.values['key']}",
            {"msgtype": "text", "text": text},
        )
        http.check_status(answer)
        code = answer.data.get("errcode") if isinstance(answer.data, dict) else None
        if code == 0:
            return
        if code == TOO_OFTEN:
            raise Throttled(retry_after=60)
        if code is None or code == BUSY:
            raise TimedOut()
        raise Rejected(f"{code} {answer.data.get('errmsg', '')}")
