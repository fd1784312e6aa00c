"""What every channel is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.errors import Unavailable

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Field:
    """One setting of a channel. A secret one is sealed and never shown again."""

    name: str
    label: Text
    help: Text = ""
    default: str = ""
    is_secret: bool = False
    is_required: bool = True
    kind: str = "text"  # text, url, number, choice
    choices: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent to one person. `url` is absolute or empty; `lines` are the digest's."""

    title: str
    body: str
    url: str
    name: str
    email: str = ""
    phone: str = ""
    urgency: int = 3

    def text(self) -> str:
        """Return everything as plain text."""
        return "\n".join(part for part in (self.title, self.body, self.url) if part)


class Throttled(Unavailable):
    """The other side asks to slow down."""

    code = "inbox.channel.throttled"
    text = _("The service asks to slow down.")


class TimedOut(Unavailable):
    """No answer."""

    code = "inbox.channel.no_answer"
    text = _("The service does not answer.")


class Rejected(Unavailable):
    """The other side refuses for good: key revoked, address gone. Nothing will change it but
    new settings."""

    code = "inbox.channel.rejected"
    text = _("The service refuses: %(said)s.")
    remedy = _("Check key and address of the channel.")

    def __init__(self, said: str) -> None:
        super().__init__(permanent=True, said=said[:200])


class Unreachable(Unavailable):
    """This person cannot be reached this way; the channel itself works."""

    code = "inbox.channel.no_address"
    text = _("%(name)s has no address for this channel.")


class Channel(ABC):
    """Sends one message. Made for one configured channel; `values` hold settings and secrets."""

    kind: ClassVar[str]
    label: ClassVar[Text]
    icon: ClassVar[str]
    help: ClassVar[Text] = ""
    fields: ClassVar[tuple[Field, ...]]
    # Templates show the class; Django would make one of it.
    do_not_call_in_templates: ClassVar[bool] = True

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = {field.name: values.get(field.name) or field.default for field in self.fields}

    @abstractmethod
    def send(self, message: Message) -> None:
        """Send, or raise Throttled, TimedOut, Rejected or Unreachable."""
