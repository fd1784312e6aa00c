"""Words of the sign-in library that we say in another way.

allauth brings its own Chinese; where it mixes in English or calls one thing by several names, our
catalogue has the word instead. They are named here so that `makemessages` keeps them.
"""

from django.utils.translation import gettext_noop as _

WORDS = (
    _("Add Email"),
    _("Add Email Address"),
    _("Add Security Key"),
    _("Are you sure you want to sign out?"),
    _("Authentication using an authenticator app is active."),
    _("Bad Token"),
    _("Confirm Access"),
    _("Confirm Email Address"),
    _("Create Passkey"),
    _("Edit Security Key"),
    _("Email"),
    _("Email Address"),
    _("Enter your password:"),
    _("Forgot your password?"),
    _("Incorrect code."),
    _("Incorrect password."),
    _("IP Address"),
    _("No security keys have been added."),
    _("Passkey"),
    _("Passwordless"),
    _("Please reauthenticate to safeguard your account."),
    _("Remove Security Key"),
    _("Security Keys"),
    _("Security key"),
    _("Sign Out"),
    _("The password reset token was invalid."),
    _("This key does not indicate whether it is a passkey."),
    _("You have signed out."),
)
