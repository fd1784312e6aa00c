"""What happens to people and organisations, as history words."""

from django.utils.translation import gettext_lazy as _

from anlan.base.audit.events import Event

ORGANISATION_CREATED = Event("people.organisation.created", _("%(actor)s created %(object)s."))
ORGANISATION_CHANGED = Event("people.organisation.changed", _("%(actor)s changed %(object)s."))
ORGANISATION_MOVED = Event(
    "people.organisation.moved", _("%(actor)s moved %(object)s to another place.")
)
ORGANISATION_CLOSED = Event("people.organisation.closed", _("%(actor)s deactivated %(object)s."))
ORGANISATION_REOPENED = Event(
    "people.organisation.reopened", _("%(actor)s activated %(object)s again.")
)
AREAS_LOADED = Event(
    "people.areas.loaded",
    _("Administrative areas were loaded."),
    labels={"areas": _("administrative areas")},
)

USER_CREATED = Event("people.user.created", _("%(actor)s created the account %(object)s."))
USER_CHANGED = Event("people.user.changed", _("%(actor)s changed the account %(object)s."))
USER_DEACTIVATED = Event(
    "people.user.deactivated", _("%(actor)s deactivated the account %(object)s.")
)
USER_REACTIVATED = Event(
    "people.user.reactivated", _("%(actor)s activated the account %(object)s again.")
)
RESET_LINK_MADE = Event(
    "people.user.reset_link", _("%(actor)s made a password link for %(object)s.")
)
SECOND_FACTOR_CLEARED = Event(
    "people.user.second_factor_cleared",
    _("%(actor)s removed the second factor of %(object)s."),
    labels={"removed": _("removed")},
)
SESSIONS_ENDED = Event(
    "people.user.sessions_ended",
    _("%(actor)s signed %(object)s out."),
    labels={"sessions": _("sessions")},
)

ROLE_GRANTED = Event("people.role.granted", _("%(actor)s granted %(object)s."))
ROLE_ENDED = Event("people.role.ended", _("%(actor)s ended %(object)s."))
INVITED = Event("people.invitation.made", _("%(actor)s invited %(object)s."))
INVITATION_ACCEPTED = Event("people.invitation.accepted", _("%(actor)s accepted %(object)s."))
INVITATION_WITHDRAWN = Event("people.invitation.withdrawn", _("%(actor)s withdrew %(object)s."))

TOKEN_CREATED = Event("people.token.created", _("%(actor)s created the token %(object)s."))
TOKEN_REVOKED = Event("people.token.revoked", _("%(actor)s revoked the token %(object)s."))

_WHERE = {"ip": _("network address"), "device": _("device")}
SIGNED_IN = Event("people.sign_in.done", _("%(object)s signed in."), labels=_WHERE)
SIGNED_OUT = Event("people.sign_in.ended", _("%(object)s signed out."))
SIGN_IN_FAILED = Event(
    "people.sign_in.failed",
    _("A sign-in failed."),
    labels=_WHERE,
)
PASSWORD_CHANGED = Event("people.password.changed", _("%(object)s changed the password."))
SECOND_FACTOR_ADDED = Event("people.second_factor.added", _("%(object)s set up a second factor."))
SECOND_FACTOR_REMOVED = Event(
    "people.second_factor.removed", _("%(object)s removed a second factor.")
)
