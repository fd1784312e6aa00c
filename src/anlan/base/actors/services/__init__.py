"""The only door for writes on people and organisations."""

from anlan.base.actors.services.accounts import (
    password_link_key,
    profile_change,
    second_factor_clear,
    session_end,
    user_deactivate,
    user_reactivate,
    user_sign_out,
)
from anlan.base.actors.services.invitations import (
    invitation_accept,
    invitation_accept_new,
    invitation_create,
    invitation_for,
    invitation_withdraw,
)
from anlan.base.actors.services.organisations import (
    organisation_create,
    organisation_deactivate,
    organisation_move,
    organisation_reactivate,
    organisation_rename,
)
from anlan.base.actors.services.roles import membership_end, membership_grant, user_create
from anlan.base.actors.services.tokens import token_create, token_revoke

__all__ = [
    "invitation_accept",
    "invitation_accept_new",
    "invitation_create",
    "invitation_for",
    "invitation_withdraw",
    "membership_end",
    "membership_grant",
    "organisation_create",
    "organisation_deactivate",
    "organisation_move",
    "organisation_reactivate",
    "organisation_rename",
    "password_link_key",
    "profile_change",
    "second_factor_clear",
    "session_end",
    "token_create",
    "token_revoke",
    "user_create",
    "user_deactivate",
    "user_reactivate",
    "user_sign_out",
]
