"""Changes of alarm settings in the reader's words, of what rows and notices keep."""

from typing import Any

from django.utils.translation import gettext as _

from anlan.modules.monitoring.choices import VideoEventKind
from anlan.modules.monitoring.models import AlarmRule
from anlan.modules.monitoring.states import ChangeState


def change_words(what: Any) -> str:
    """Return `{"old": {…}, "new": {…}}` as a line: `limit 85 → 90, deadband 1 → 2`.

    A text is shown as it stands: notices from before kept one.
    """
    if not isinstance(what, dict):
        return str(what)
    parts = []
    for name, new in what["new"].items():
        label = AlarmRule._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        parts.append(f"{label} {_plain(what['old'].get(name))} → {_plain(new)}")
    return _(", ").join(parts)


def verdict_words(code: Any) -> str:
    """Return the name of a change's state; a text as it stands."""
    return str(dict(ChangeState.choices).get(code, code))


def video_words(code: Any) -> str:
    """Return the name of a kind of video event; a text as it stands."""
    return str(dict(VideoEventKind.choices).get(code, code))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, float):
        return f"{value:g}"
    return "–" if value in (None, "") else str(value)
