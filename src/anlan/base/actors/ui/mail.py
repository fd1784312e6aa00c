"""Mail about accounts."""

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from anlan.base.actors.models import Invitation


def send_invitation(invitation: Invitation, link: str) -> None:
    """Send the link of an invitation to its address. Raises OSError when mail fails."""
    text = render_to_string("people/mail_invitation.txt", {"invitation": invitation, "link": link})
    subject = _("Invitation to Anlan: %(organisation)s") % {"organisation": invitation.organisation}
    send_mail(subject, text, None, [invitation.email])
