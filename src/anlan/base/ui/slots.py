"""Places in the shell that other apps fill.

An app provides a function for a named place once, when it starts (`AppConfig.ready`):

    from anlan.base.ui import slots

    @slots.provide("unread")
    def unread(viewer):
        return inbox.queries.count_unread(viewer)

Each is called with the viewer, at most once a page, and only if the page shows the place.
"""

from collections.abc import Callable
from typing import Any

from anlan.base.ui.people import Viewer

Provider = Callable[[Viewer], Any]

SLOTS: dict[str, str] = {
    "unread": "int: messages not yet read, on the bell",
    "inbox_url": "str: where the bell leads",
    "live_url": "str: the event stream of this person",
    "organisations": "list of {name, url, current}: what the organisation switch offers",
    "home_organisation": "str: name of the organisation shown in the top bar",
    "shape_name": "str: small word beside the brand, such as 企业端",
    "post_name": "str: the person's post, beside the name",
    "sign_in_hint": "str: a line below the sign-in form; asked without a viewer",
    "foot": "list of str: lines at the foot of the navigation",
    "today_groups": "list of {title, items} of the today page, which Pocket takes along",
    "account_links": "list of {label, url, icon}: entries of the person menu",
}
_providers: dict[str, Provider] = {}


def provide(name: str) -> Callable[[Provider], Provider]:
    """Register the function that fills a place. Raises KeyError for a place that is not known."""
    if name not in SLOTS:
        raise KeyError(f"no place called {name!r}; there are {', '.join(SLOTS)}")

    def keep(function: Provider) -> Provider:
        _providers[name] = function
        return function

    return keep


def fill(name: str, viewer: Viewer | None, default: Any = None) -> Any:
    """Return what the place shows for this viewer; `default` if nobody provides it."""
    provider = _providers.get(name)
    if provider is None or viewer is None:
        return default
    return provider(viewer)


def sign_in_hint() -> str:
    """Return the line below the sign-in form, where nobody is signed in yet; empty for none."""
    provider = _providers.get("sign_in_hint")
    return str(provider(None) or "") if provider else ""  # type: ignore[arg-type]
