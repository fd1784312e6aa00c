"""SMS through any gateway that takes JSON over HTTP."""

import json
from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.base.inbox.channels import http
from anlan.base.inbox.channels.base import (
    Channel,
    Field,
    Message,
    Rejected,
    Throttled,
    TimedOut,
    Unreachable,
)

BODY = '{"phone": "{phone}", "text": "{text}"}'


class SmsGateway(Channel):
    """Posts a JSON body made from a template; success is 2xx and, if named, a field's value."""

    kind = "sms"
    label = _("SMS gateway")
    icon = "device-mobile-message"
    help = _("Any gateway with an HTTP interface. Sent only for what is red.")
    fields = (
        Field("address", _("Address of the gateway"), kind="url"),
        Field(
            "body",
            _("Body (JSON)"),
            _("{phone} and {text} are put in for each message."),
            BODY,
        ),
        Field("authorization", _("Authorization header"), is_secret=True, is_required=False),
        Field("success_field", _("Field that tells the result"), is_required=False),
        Field("success_value", _("Its value on success"), is_required=False),
        Field("busy_value", _("Its value when asked to slow down"), is_required=False),
    )

    def send(self, message: Message) -> None:
        """Send one short message of at most 500 characters."""
        if not message.phone:
            raise Unreachable(name=message.name)
        headers = {}
        if self.values["authorization"]:
            headers["Authorization"] = self.values["authorization"]
        answer = http.post(self.values["address"], self._body(message), headers)
        http.check_status(answer)
        if not self.values["success_field"]:
            return
        data = answer.data if isinstance(answer.data, dict) else {}
        found = data.get(self.values["success_field"])
        if found is None:
            raise TimedOut()
        if str(found) == self.values["busy_value"] != "":
            raise Throttled(retry_after=60)
        if str(found) != self.values["success_value"]:
            raise Rejected(answer.text[:120])

    def _body(self, message: Message) -> dict[str, Any]:
        try:
            template = json.loads(self.values["body"])
        except ValueError as error:
            raise Rejected(str(_("the body is not JSON"))) from error
        text = message.text()[:500]
        filled: dict[str, Any] = _fill(template, {"{phone}": message.phone, "{text}": text})
        return filled


def _fill(value: Any, words: dict[str, str]) -> Any:
    # After parsing, so that a quote in the text cannot change the structure.
    if isinstance(value, str):
        for mark, word in words.items():
            value = value.replace(mark, word)
        return value
    if isinstance(value, dict):
        return {key: _fill(item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, words) for item in value]
    return value
