"""Kinds of notices: a code, and the words people read in their own language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.base.phrases import Phrase, is_phrase

OPEN = _("Open")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `title` and `body` have named placeholders (`%(name)s`) filled from the
    notice's params when it is read. `is_immediate` leaves at once, others with the digest.
    `shown` turns params that are codes, such as a colour's number, into the reader's words."""

    code: str
    title: str | Promise
    body: str | Promise = ""
    icon: str = "bell"
    is_immediate: bool = False
    action: str | Promise = OPEN
    shown: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)

    def title_of(self, params: dict[str, Any]) -> str:
        """Return the title in the active language."""
        return words(self.title, self._filled(params))

    def body_of(self, params: dict[str, Any]) -> str:
        """Return the text in the active language; may be empty."""
        return words(self.body, self._filled(params))

    def _filled(self, params: dict[str, Any]) -> dict[str, Any]:
        # A value may be a phrase: what is told on is worded for whoever is told.
        params = {name: str(Phrase(one)) if is_phrase(one) else one for name, one in params.items()}
        told = {name: show(params[name]) for name, show in self.shown.items() if name in params}
        return params | told


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Declare a kind. Raises ValueError when its code is taken."""
    if _kinds.get(kind.code, kind) != kind:
        raise ValueError(f"notice kind {kind.code!r} is declared twice")
    _kinds[kind.code] = kind
    return kind


def kind_of(code: str) -> Kind:
    """Return the kind; one that is no longer declared shows its code."""
    return _kinds.get(code) or Kind(code, code.replace("%", "%%"))


def is_known(code: str) -> bool:
    """Tell whether the kind is declared."""
    return code in _kinds


def words(text: str | Promise, params: dict[str, Any]) -> str:
    """Return the text in the active language, filled; as it stands if a value is missing."""
    try:
        return str(text) % params
    except (KeyError, ValueError, TypeError):
        return str(text)


DIGEST = "inbox.digest"
"""What a held run of the daily digest is called."""


def run_words(what: Any) -> str:
    """Return what a held run would send, of `{"kind": …, "params": {…}}`; a text as it stands."""
    if not isinstance(what, dict):
        return str(what)
    if what["kind"] == DIGEST:
        return gettext("Digest")
    return kind_of(what["kind"]).title_of(what["params"])


RUN_TRIPPED = register(
    Kind(
        "inbox.run_tripped",
        _("%(planned)s messages were held back"),
        _(
            "A run of “%(what)s” would have sent more than %(cap)s. Look at it, then let it go or"
            " drop it."
        ),
        icon="hand-stop",
        is_immediate=True,
        action=_("Decide"),
        shown={"what": run_words},
    )
)
CHANNEL_BROKEN = register(
    Kind(
        "inbox.channel_broken",
        _("The channel “%(name)s” no longer works"),
        _("%(error)s Messages by this channel wait until its settings are put right."),
        icon="plug-connected-x",
        action=_("Put it right"),
    )
)
