"""Inbox: what needs a person now, on their screen and by the channels they chose.

    inbox.notify(actor, recipients_for(row, {Role.SAFETY_MANAGER}), "registry.level_changed",
                 {"name": unit.name}, row=unit, url=url, urgency=Urgency.ORANGE)

Digest by default; at once only what is red or whose kind says so. See `docs/base/inbox.md`.
"""
