"""A webhook of the customer's own."""

import hashlib
import hmac
import json
import time

from django.utils.translation import gettext_lazy as _

from anlan.base.inbox.channels import http
from anlan.base.inbox.channels.base import Channel, Field, Message


class Webhook(Channel):
    """Posts JSON, signed with HMAC-SHA256 over `<timestamp>.<body>` when a secret is set."""

    kind = "webhook"
    label = _("Webhook")
    icon = "webhook"
    help = _("Posts each message as JSON to an address of yours.")
    fields = (
        Field("address", _("Address"), kind="url"),
        Field("secret", _("Signing secret"), is_secret=True, is_required=False),
    )

    def send(self, message: Message) -> None:
        """Post one message."""
        body = json.dumps(
            {
                "title": message.title,
                "body": message.body,
                "url": message.url,
                "recipient": message.name,
                "urgency": message.urgency,
            },
            ensure_ascii=False,
        ).encode()
        headers = {}
        if self.values["secret"]:
            stamp = str(int(time.time()))
            digest = hmac.new(
                self.values["secret"].encode(), f"{stamp}.".encode() + body, hashlib.sha256
            )
            headers = {"X-Anlan-Timestamp": stamp, "X-Anlan-Signature": digest.hexdigest()}
        http.check_status(http.post(self.values["address"], body, headers))
