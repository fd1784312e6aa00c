"""What the inbox puts into the frame of pages."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.clock import today as this_day
from anlan.base.inbox import queries, today
from anlan.base.inbox.models import Channel
from anlan.base.inbox.policy import MANAGE_CHANNELS
from anlan.base.ui import navigation, slots


def register() -> None:
    """Fill the places and add the entries; called once at start-up."""
    slots.provide("unread")(_unread)
    slots.provide("inbox_url")(lambda _viewer: reverse("inbox:list"))
    slots.provide("live_url")(lambda _viewer: reverse("live"))
    slots.provide("today_groups")(_pocket_groups)
    navigation.register(
        navigation.NavItem(
            "today", pgettext_lazy("home", "Today"), "checkup-list", "home", "home", order=10
        )
    )
    navigation.register(
        navigation.NavItem(
            "channels", _("Channels"), "send", "inbox:channels", "system",
            permission=MANAGE_CHANNELS, order=80,
            prefixes=("/inbox/deliveries/", "/inbox/held/"),
        )
    )  # fmt: skip
    today.provider("inbox")(_needs_action)
    today.first_step("inbox.channels")(_set_up_channels)


def _unread(viewer: Any) -> int:
    return queries.unread_count(viewer)


def _pocket_groups(viewer: Any) -> list[dict[str, Any]]:
    found = today.today_of(viewer, this_day())
    return [
        {
            "title": group.title,
            "n": group.n,
            "items": [
                {
                    "icon": item.icon,
                    "title": item.title,
                    "context": item.context,
                    "url": item.action_url or item.url,
                    "risk": item.risk,
                    "due_at": item.due,
                    "is_now": group.key in ("overdue", "today"),
                }
                for item in group.items
            ],
        }
        for group in found.groups(size=50)
    ]


def _needs_action(actor: Actor, day: dt.date) -> today.Contribution:
    """Notices that need action: two statements, and one for each kind that is due by the hour."""
    rows = queries.open_actions(actor)
    found = list(rows[: today.LIMIT])
    moments = today.due_moments(actor, found)
    return today.Contribution(
        items=[
            today.Item(
                title=notice.title,
                context=notice.body,
                url=reverse("inbox:open", args=[notice.pk]),
                action=notice.action,
                icon=notice.icon,
                due=moments.get(notice.pk, notice.due_on),
                urgency=notice.urgency,
                risk=notice.urgency if notice.urgency == 1 else 0,
            )
            for notice in found
        ],
        total=len(found) if len(found) < today.LIMIT else rows.count(),
    )


def _set_up_channels(actor: Actor) -> today.Step | None:
    if not actor.may(MANAGE_CHANNELS) or actor.home is None:
        return None
    above = queries.places_above(actor.home.path)
    if Channel.objects.filter(organisation__path__in=above, is_active=True).exists():
        return None
    return today.Step(
        _("Set up a channel"),
        _("E-mail, WeCom, DingTalk, Feishu or SMS, so that people hear of what is urgent."),
        reverse("inbox:channels"),
        icon="send",
        order=50,
    )
