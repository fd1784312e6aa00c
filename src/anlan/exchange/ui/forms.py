"""The form of an endpoint."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from anlan.exchange.choices import Part
from anlan.exchange.models import Endpoint, usual_parts
from anlan.exchange.sealing import NAMES

KEEP = _("Leave empty to keep the present one.")


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    """An endpoint; its keys are never sent to the page."""

    base_url = forms.URLField(
        label=capfirst(Endpoint._meta.get_field("base_url").verbose_name),
        help_text=Endpoint._meta.get_field("base_url").help_text,
        max_length=300,
        assume_scheme="https",
    )
    key = forms.CharField(
        label=capfirst(_("encryption key")),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("16, 24 or 32 bytes: plain, or as hex:… or base64:…"),
    )
    vector = forms.CharField(
        label=capfirst(_("initial vector")),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("For CBC only: 16 bytes."),
    )
    app_key = forms.CharField(
        label=capfirst(_("enterprise key")),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Where the province gives one."),
    )

    parts = forms.MultipleChoiceField(
        label=capfirst(Endpoint._meta.get_field("parts").verbose_name),
        help_text=_(
            "Send nothing twice: what one level hands on to the next needs one endpoint only."
        ),
        choices=Part.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=usual_parts,
        required=False,
    )

    class Meta:
        model = Endpoint
        fields = (
            "name", "adapter", "base_url", "company_code", "prefix", "cipher", "text_form",
            "key", "vector", "app_key", "parts", "photos", "grade_codes", "batch_size", "is_active",
        )  # fmt: skip
        help_texts = {
            "grade_codes": _(
                "Low, general, considerable, major in this order, with commas between, as the"
                " access papers say. The codes are not published: without them commitments wait."
            ),
        }
        # Names of dialects and fields are too long for a closed list: it would cut them.
        widgets = {
            "adapter": forms.RadioSelect,
            "photos": forms.RadioSelect,
            "is_active": forms.CheckboxInput(attrs={"class": "an-check"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.sealed:
            for name in NAMES:
                self.fields[name].help_text = KEEP

    def keys(self) -> dict[str, str]:
        """Return the keys that were typed."""
        return {name: self.cleaned_data[name] for name in NAMES if self.cleaned_data.get(name)}

    def _post_clean(self) -> None:
        """Leave the row alone: the service changes it and says what is wrong."""
