"""Ways out of the product. Adding one is a folder and a line here."""

from anlan.base.inbox.channels.base import Channel, Field, Message
from anlan.base.inbox.channels.dingtalk.channel import DingTalk
from anlan.base.inbox.channels.email.channel import Email
from anlan.base.inbox.channels.feishu.channel import Feishu
from anlan.base.inbox.channels.sms.channel import SmsGateway
from anlan.base.inbox.channels.webhook.channel import Webhook
from anlan.base.inbox.channels.wecom.channel import WeCom

CHANNELS: dict[str, type[Channel]] = {
    channel.kind: channel for channel in (Email, WeCom, DingTalk, Feishu, SmsGateway, Webhook)
}

__all__ = ["CHANNELS", "Channel", "Field", "Message"]
