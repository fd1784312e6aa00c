"""Streams end when the rights they were opened with change."""

import asyncio
import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models.signals import post_save

from anlan.base.actors.models import Membership, User
from anlan.base.clock import now
from anlan.base.live.bridge import Bridge
from anlan.base.live.services import rights_changed
from anlan.base.live.streams import open_streams

CHECK_SECONDS = 15.0
Rights = frozenset[object]


def rights_of(user_ids: Iterable[UUID]) -> dict[UUID, Rights]:
    """Return what each active account's posts are made of, in one query for all of them.

    An inactive account is missing from the result.
    """
    found: dict[UUID, set[object]] = {}
    rows = User.objects.filter(pk__in=set(user_ids), is_active=True).values_list(
        "pk",
        "memberships__pk",
        "memberships__role",
        "memberships__ended_at",
        "memberships__organisation__path",
        "memberships__organisation__is_active",
    )
    for user_id, membership, role, ended_at, path, is_active in rows:
        posts = found.setdefault(user_id, set())
        if membership is not None and ended_at is None and is_active:
            posts.add((membership, role, path))
    return {user_id: frozenset(posts) for user_id, posts in found.items()}


def end_outdated() -> int:
    """End the streams of this process whose account, posts or session are no longer what they
    were; return how many. The number of queries does not depend on that of the streams."""
    streams = open_streams()
    if not streams:
        return 0
    try:
        rights = rights_of(stream.user_id for stream in streams)
        sessions = set(
            Session.objects.filter(
                session_key__in={stream.session_key for stream in streams},
                expire_date__gt=now(),
            ).values_list("session_key", flat=True)
        )
    finally:
        connection.close()  # this thread belongs to no request that would close it
    ended = 0
    for stream in streams:
        if rights.get(stream.user_id) != stream.rights or stream.session_key not in sessions:
            stream.has_ended = True
            ended += 1
    return ended


def watch(bridge: Bridge) -> None:
    """Let the bridge's thread compare rights every CHECK_SECONDS while streams are open.

    The signals below end a stream at once; this catches changes that send none: bulk updates,
    SQL by hand, sessions revoked or run out.
    """
    if bridge.on_idle is not None:
        return
    last = time.monotonic()

    async def check() -> None:
        nonlocal last
        if time.monotonic() - last >= CHECK_SECONDS:
            last = time.monotonic()
            if await asyncio.to_thread(end_outdated):
                bridge.log.ring()

    bridge.on_idle = check


def install() -> None:
    """Tell every process when an account or a membership is saved.

    A signal, although effects belong into services: whoever changes rights, now or in a module
    yet to come, must not have to remember the open pages.
    """
    post_save.connect(_account_saved, sender=User, dispatch_uid="anlan.live.user")
    post_save.connect(_membership_saved, sender=Membership, dispatch_uid="anlan.live.membership")


def _account_saved(
    instance: User, created: bool, update_fields: frozenset[str] | None = None, **_: Any
) -> None:
    if not created and update_fields != frozenset({"last_login"}):
        rights_changed(instance.pk)


def _membership_saved(instance: Membership, **_: Any) -> None:
    rights_changed(instance.user_id)
