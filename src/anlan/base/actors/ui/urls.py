"""Addresses of people, organisations and the own account."""

from django.urls import path

from anlan.base.actors.ui import account, invitations, members, organisations, tokens
from anlan.base.actors.ui.lists import MEMBERS

app_name = "people"
urlpatterns = [
    *MEMBERS.urls("people/", "members"),
    path("people/invitations/", invitations.invitation_list, name="invitations"),
    path("people/invite/", invitations.invite, name="invite"),
    path(
        "people/invitations/<uuid:invitation_id>/withdraw/",
        invitations.withdraw,
        name="invitation_withdraw",
    ),
    path("people/organisations/", organisations.tops, name="organisations"),
    path("people/organisations/<uuid:pk>/", organisations.detail, name="organisation"),
    path("people/organisations/<uuid:pk>/new/", organisations.create, name="organisation_create"),
    path(
        "people/organisations/<uuid:pk>/rename/", organisations.rename, name="organisation_rename"
    ),
    path("people/organisations/<uuid:pk>/move/", organisations.move, name="organisation_move"),
    path("people/organisations/<uuid:pk>/close/", organisations.close, name="organisation_close"),
    path(
        "people/organisations/<uuid:pk>/reopen/", organisations.reopen, name="organisation_reopen"
    ),
    path("people/<uuid:pk>/", members.detail, name="member"),
    path("people/<uuid:pk>/grant/", members.grant, name="grant"),
    path("people/roles/<uuid:pk>/end/", members.end, name="role_end"),
    path("people/<uuid:pk>/deactivate/", members.deactivate, name="deactivate"),
    path("people/<uuid:pk>/reactivate/", members.reactivate, name="reactivate"),
    path("people/<uuid:pk>/sign-out/", members.sign_out, name="sign_out"),
    path("people/<uuid:pk>/password-link/", members.password_link, name="password_link"),
    path("people/<uuid:pk>/second-factor/", members.second_factor, name="second_factor"),
    path("account/", account.profile, name="account"),
    path("account/devices/", account.sessions, name="sessions"),
    path("account/devices/<int:pk>/end/", account.session_end, name="session_end"),
    path("account/tokens/", tokens.token_list, name="tokens"),
    path("account/tokens/new/", tokens.create, name="token_create"),
    path("account/tokens/<uuid:pk>/revoke/", tokens.revoke, name="token_revoke"),
    path("account/invitation/<str:secret>/", invitations.accept, name="invitation"),
]
