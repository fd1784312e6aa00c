"""The forms of people, organisations and the own account: shape only, services judge."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.roles import OrganisationKind, Role

TOKEN_DAYS = (30, 90, 180, 365)


def role_choices(roles: Iterable[Role]) -> list[tuple[str, Any]]:
    """Return roles to choose from, with none chosen: the first would be the highest."""
    return [("", _("Choose a role")), *((role.value, role.label) for role in roles)]


class InviteForm(forms.Form):
    """Whom, as what."""

    role = forms.ChoiceField(label=_("Role"))
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60, required=False)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("With an address the link is sent there; without one you get it to hand on."),
    )

    def __init__(self, *args: Any, roles: Iterable[Role], can_mail: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(roles)  # type: ignore[attr-defined]
        if not can_mail:
            del self.fields["email"]


class GrantForm(forms.Form):
    """One more role."""

    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(roles)  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept in the history."),
    )


class OrganisationForm(forms.Form):
    """A new node."""

    kind = forms.ChoiceField(label=_("Kind"))
    name = forms.CharField(label=_("Name"), max_length=120)
    short_name = forms.CharField(label=_("Short name"), max_length=40, required=False)
    code = forms.CharField(label=_("Code"), max_length=32, required=False)

    def __init__(self, *args: Any, kinds: Iterable[OrganisationKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(kind, kind.label) for kind in kinds]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]


class RenameForm(forms.Form):
    """Other names."""

    name = forms.CharField(label=_("Name"), max_length=120)
    short_name = forms.CharField(label=_("Short name"), max_length=40, required=False)


class MoveForm(forms.Form):
    """Another place."""

    parent = forms.UUIDField(widget=forms.HiddenInput)


class ProfileForm(forms.Form):
    """What people change about themselves."""

    display_name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60)
    phone = forms.CharField(label=_("Mobile number"), max_length=20, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("The program that will use it.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("May do"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Reading is always limited to what you see. A token never does more than you."),
    )
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=[(days, _("%(days)d days") % {"days": days}) for days in TOKEN_DAYS],
        initial=90,
    )

    def __init__(self, *args: Any, scopes: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = list(scopes)  # type: ignore[attr-defined]


class AcceptForm(forms.Form):
    """The account of somebody who was invited."""

    display_name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60)
    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        help_text=_("You sign in with it: letters, digits and . + - _"),
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    phone = forms.CharField(label=_("Mobile number"), max_length=20, required=False)
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 10 characters, not a common one, not like your name."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
