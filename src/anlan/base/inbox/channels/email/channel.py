"""E-mail by SMTP."""

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from django.utils.translation import gettext_lazy as _

from anlan.base.inbox.channels.base import (
    Channel,
    Field,
    Message,
    Rejected,
    Throttled,
    TimedOut,
    Unreachable,
)
from anlan.base.inbox.channels.http import allowed_address

SECONDS = 15.0


class Email(Channel):
    """Sends plain text through the organisation's mail server."""

    kind = "email"
    label = _("E-mail")
    icon = "mail"
    fields = (
        Field("host", _("Mail server")),
        Field("port", _("Port"), default="465", kind="number"),
        Field(
            "security",
            _("Encryption"),
            default="tls",
            kind="choice",
            choices=(("tls", "TLS"), ("starttls", "STARTTLS"), ("none", _("None"))),
        ),
        Field("sender", _("Sender address")),
        Field("user", _("User name"), is_required=False),
        Field("password", _("Password"), is_secret=True, is_required=False),
    )

    def send(self, message: Message) -> None:
        """Send one mail."""
        if not message.email:
            raise Unreachable(name=message.name)
        mail = self._mail(message)
        try:
            with self._server() as server:
                if self.values["user"]:
                    server.login(self.values["user"], self.values["password"])
                server.send_message(mail)
        except smtplib.SMTPAuthenticationError as error:
            raise Rejected(_said(error)) from error
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            if 400 <= code < 500:
                raise Throttled(retry_after=300) from error
            raise Unreachable(name=message.name) from error
        except smtplib.SMTPResponseException as error:
            if 400 <= error.smtp_code < 500:
                raise Throttled(retry_after=300) from error
            raise Rejected(_said(error)) from error
        except ssl.SSLCertVerificationError as error:
            raise Rejected(str(_("its certificate is not valid"))) from error
        except (smtplib.SMTPException, OSError) as error:
            raise TimedOut() from error

    def _server(self) -> smtplib.SMTP:
        host, port = self.values["host"], int(self.values["port"])
        allowed_address(host, port)
        context = ssl.create_default_context()
        if self.values["security"] == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
        server = smtplib.SMTP(host, port, timeout=SECONDS)
        if self.values["security"] == "starttls":
            server.starttls(context=context)
        return server

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        # A subject is one line; a name from a form must not add headers.
        mail["Subject"] = " ".join(message.title.split())[:200]
        mail["From"] = Address("Anlan", addr_spec=self.values["sender"])
        mail["To"] = Address(" ".join(message.name.split()), addr_spec=message.email)
        mail["Date"] = formatdate()
        mail["Message-ID"] = make_msgid(domain=self.values["sender"].rpartition("@")[2] or None)
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content("\n\n".join(part for part in (message.body, message.url) if part) + "\n")
        return mail


def _said(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return f"{error.smtp_code} {text}"
