"""What a phone can be told."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.base.errors import AnlanError, Refused


class NotThisPhone(AnlanError):
    """The proof of the phone's key is missing or wrong, or its time without a person is over."""

    code = "sign_in"
    status = 401
    text = _("Sign in on this phone again.")
    remedy = _("What was recorded stays on the phone and is sent afterwards.")


class Revoked(AnlanError):
    """The phone or the person was shut out; `order` is the signed order what to do."""

    code = "revoked"
    status = 403
    text = _("This phone may no longer be used.")

    def __init__(self, order: dict[str, Any]) -> None:
        super().__init__()
        self.order = order


class KeyTaken(Refused):
    """The installation is known with another key."""

    code = "pocket.key_taken"
    text = _("This installation is known with another key.")
    remedy = _("Set Pocket up anew on this phone.")


class WrongOffset(AnlanError):
    """The chunk does not continue what is there; `offset` is where it does."""

    code = "wrong_offset"
    status = 409
    text = _("The piece does not fit.")

    def __init__(self, offset: int) -> None:
        super().__init__()
        self.offset = offset


class DamagedPiece(AnlanError):
    """The chunk's digest is not that of its bytes."""

    code = "damaged"
    status = 400
    text = _("The piece was damaged on its way.")


class OnlyWithALine(Refused):
    """An act that loosens was sealed without a line."""

    code = "pocket.loosening"
    text = _("This can only be done while connected.")
    remedy = _("Do it again with a connection.")


class NoRightThen(Refused):
    """The author had no right to this act when it was done."""

    code = "pocket.no_right_then"
    text = _("You did not have the right to do this at that time.")
    remedy = _("Ask your team leader; the content is kept.")


class NotAnExport(Refused):
    """The file is no export of Pocket for this server."""

    code = "pocket.not_an_export"
    status = 422
    text = _("This is no Pocket export for this server.")
    remedy = _("Export again on the phone after it had contact with this server.")


class NothingToDecide(Refused):
    """The submission is not in conflict any more, or the choice is not one of those offered."""

    code = "pocket.nothing_to_decide"
    text = _("There is nothing to decide here any more.")
