"""What can be refused about people and organisations."""

from django.utils.translation import gettext_lazy as _

from anlan.base.errors import AnlanError, Refused


class OwnRights(Refused):
    """Somebody tried to change what they hold themselves."""

    code = "people.own_rights"
    text = _("Nobody changes their own roles.")
    remedy = _("Ask another administrator of your organisation.")


class RoleOutOfReach(Refused):
    """The role is above the granter, or the place is outside theirs."""

    code = "people.role_out_of_reach"
    status = 403
    text = _("You may not grant or end this role here.")
    remedy = _("Ask somebody who holds a higher role in this place.")


class RoleNotHeldHere(Refused):
    """The role makes no sense at this kind of organisation."""

    code = "people.role_not_held_here"
    text = _("This role cannot be held at this organisation.")
    remedy = _("Choose a role that fits, or the organisation it belongs to.")


class LastAdministrator(Refused):
    """The installation would be left without anybody who can repair it."""

    code = "people.last_administrator"
    text = _("This is the last system administrator; there must always be one.")
    remedy = _("Make somebody else system administrator first.")


class OutOfReach(Refused):
    """The account holds roles that the actor may not touch."""

    code = "people.account_out_of_reach"
    status = 403
    text = _("This person also holds a role that is not yours to manage.")
    remedy = _("End the role they hold in your organisation, or ask a higher administrator.")


class InvitationGone(Refused):
    """Used, withdrawn, too old, or never made: the holder of a link learns no more than that."""

    code = "people.invitation_gone"
    text = _("This invitation is no longer valid.")
    remedy = _("Ask for a new one; an invitation works once and for 7 days.")


class WrongPlace(Refused):
    """The tree does not allow this node there."""

    code = "people.wrong_place"
    text = _("This cannot be placed there.")


class StillInUse(Refused):
    """The parent is closed, or the node is needed."""

    code = "people.parent_closed"
    text = _("The organisation above is deactivated.")
    remedy = _("Activate that one first.")


class TokenRefused(AnlanError):
    """The API token is unknown, too old or withdrawn; which of these is not told."""

    code = "token.refused"
    status = 401
    text = _("This token is not valid.")
    remedy = _("Create a new token on the page “My account”.")
