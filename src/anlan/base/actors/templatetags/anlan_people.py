"""What the pages of people ask in templates."""

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.template import Context
from django.utils.translation import gettext_lazy as _

register = template.Library()


@register.simple_tag
def can_mail() -> bool:
    """Tell whether this installation sends mail."""
    return not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")


# The longer name first: Edge and Chrome both call themselves Chrome, and all of them Safari.
_BROWSERS = (
    ("MicroMessenger/", _("WeChat")),
    ("DingTalk/", _("DingTalk")),
    ("Lark/", _("Feishu")),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@register.simple_tag(takes_context=True)
def may(context: Context, permission: str) -> bool:
    """Tell whether the viewer holds a permission anywhere."""
    return bool(context["request"].actor.may(permission))


@register.filter
def without_placeholders(form: BaseForm) -> BaseForm:
    """Return the form with no words inside its fields: the label above says them already."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
    return form


@register.filter
def device(user_agent: str) -> str:
    """Return browser and system as people call them; the raw text when neither is known."""
    browser = next((str(name) for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part) or user_agent[:60]
