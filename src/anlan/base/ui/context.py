"""What each template may ask about the frame around it. Everything is computed only if used."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from anlan.base.ui import slots
from anlan.base.ui.navigation import nav_for
from anlan.base.ui.people import viewer_of

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "anlan_theme"


def _address(name: str) -> str:
    """Return the address of a page that another app may bring, empty without it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


class Shell:
    """The frame of a page: navigation, person, organisation, counts. Read by `ui/console.html`."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._kept: dict[str, Any] = {}

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    @property
    def viewer(self) -> Any:
        """The actor, or None for somebody not signed in."""
        return self._once("viewer", lambda: viewer_of(self._request))

    @property
    def nav(self) -> Any:
        """The groups of the side navigation."""
        return self._once("nav", lambda: nav_for(self.viewer, self._request.path))

    @property
    def theme(self) -> str:
        """The chosen theme: auto, light or dark."""
        chosen = self._request.COOKIES.get(THEME_COOKIE, "auto")
        return chosen if chosen in THEMES else "auto"

    @property
    def language(self) -> str:
        """The language of the page, such as zh-hans."""
        return get_language() or settings.LANGUAGE_CODE

    @property
    def html_lang(self) -> str:
        """The language for screen readers and line breaking."""
        return "zh-CN" if self.language.startswith("zh") else self.language

    @property
    def organisation(self) -> str:
        """The name of the organisation in the top bar."""
        home = getattr(self.viewer, "home", None)
        return str(self._slot("home_organisation", getattr(home, "organisation_name", "")))

    @property
    def post_name(self) -> str:
        """The person's post."""
        home = getattr(self.viewer, "home", None)
        role = getattr(home, "role", None)
        return str(self._slot("post_name", getattr(role, "label", role or "")))

    @property
    def shape_name(self) -> Any:
        """The word beside the brand."""
        return self._slot("shape_name", "")

    @property
    def unread(self) -> int:
        """Messages not yet read."""
        return int(self._slot("unread", 0) or 0)

    @property
    def unread_text(self) -> str:
        """The count on the bell, empty for none."""
        return "99+" if self.unread > 99 else str(self.unread or "")

    @property
    def inbox_url(self) -> str:
        """Where the bell leads."""
        return str(self._slot("inbox_url", _address("inbox:index")))

    @property
    def live_url(self) -> str:
        """The event stream, empty if there is none."""
        return str(self._slot("live_url", _address("live")))

    @property
    def organisations(self) -> Any:
        """What the organisation switch offers."""
        return self._slot("organisations", [])

    @property
    def foot(self) -> Any:
        """Lines at the foot of the navigation."""
        return self._slot("foot", [])

    @property
    def account_links(self) -> Any:
        """Entries of the person menu."""
        return self._slot("account_links", [])

    def _slot(self, name: str, default: Any) -> Any:
        return self._once(name, lambda: slots.fill(name, self.viewer, default))


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell` in each template."""
    return {"shell": SimpleLazyObject(lambda: Shell(request))}
