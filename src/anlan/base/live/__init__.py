"""Live events: what changed, on the screens that show it, within a second.

    live.publish("alarms", "alarm.raised", {"id": alarm.pk}, row=alarm)

`publish` is called by services inside their transaction; the event leaves after the commit and
reaches every open page whose person may see the row. See `docs/base/live.md`.
"""

from anlan.base.live.services import publish, rights_changed

__all__ = ["publish", "rights_changed"]
