"""Forms of the inbox."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.base.inbox.channels import CHANNELS
from anlan.base.inbox.models import Channel, Preference

CHECK = {"class": "an-check"}
CLOCK = forms.TimeInput(attrs={"type": "time"})


class Checks(forms.CheckboxSelectMultiple):
    """Check boxes that look like ours; attributes of the widget would go to its frame too."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Give the class to each box."""
        option = super().create_option(*args, **kwargs)
        option["attrs"] |= CHECK
        return option


class PreferenceForm(forms.Form):
    """How a person wants to be told."""

    channels = forms.MultipleChoiceField(
        label=_("Channels"),
        required=False,
        widget=Checks,
        help_text=_("Those your organisation has set up. Everything is in your inbox anyway."),
    )
    wants_digest = forms.BooleanField(
        label=_("One digest a day"), required=False, widget=forms.CheckboxInput(attrs=CHECK)
    )
    digest_at = forms.TimeField(
        label=_("Digest at"), widget=forms.TimeInput(attrs={"type": "time"})
    )
    quiet_from = forms.TimeField(
        label=_("Quiet from"), widget=forms.TimeInput(attrs={"type": "time"})
    )
    quiet_until = forms.TimeField(
        label=_("Quiet until"),
        widget=CLOCK,
        help_text=_("Only what is red comes through. Equal times: no quiet hours."),
    )

    def __init__(self, *args: Any, preference: Preference, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "channels": preference.channels,
            "wants_digest": preference.wants_digest,
            "digest_at": preference.digest_at.strftime("%H:%M"),
            "quiet_from": preference.quiet_from.strftime("%H:%M"),
            "quiet_until": preference.quiet_until.strftime("%H:%M"),
        }
        super().__init__(*args, **kwargs)
        field = self.fields["channels"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(kind, channel.label) for kind, channel in CHANNELS.items()]


class ChannelForm(forms.Form):
    """One channel; its fields are those its kind declares.

    The rules are the service's; this only shows and names. A secret is never sent to the page.
    """

    name = forms.CharField(label=_("Name"), max_length=60)
    is_active = forms.BooleanField(
        label=_("In use"), required=False, initial=True, widget=forms.CheckboxInput(attrs=CHECK)
    )

    def __init__(
        self, *args: Any, kind: str, channel: Channel | None = None, **kwargs: Any
    ) -> None:
        if channel is not None:
            kwargs["initial"] = {
                "name": channel.name,
                "is_active": channel.is_active,
                **{f"set-{name}": value for name, value in channel.settings.items()},
            }
        super().__init__(*args, **kwargs)
        for setting in CHANNELS[kind].fields:
            widget: forms.Widget = forms.TextInput()
            help_text = setting.help
            if setting.is_secret:
                widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
                if channel is not None:
                    help_text = _("Leave empty to keep the present one.")
            elif setting.kind == "choice":
                widget = forms.Select(choices=list(setting.choices))
            self.fields[f"set-{setting.name}"] = forms.CharField(
                label=str(setting.label),
                help_text=str(help_text),
                required=False,
                initial=setting.default,
                widget=widget,
                max_length=500,
            )

    def values(self) -> dict[str, str]:
        """Return the settings under the names of their channel."""
        return {
            name.removeprefix("set-"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("set-")
        }
