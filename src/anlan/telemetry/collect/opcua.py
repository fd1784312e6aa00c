"""Reads an OPC UA server by subscription: values with the server's source time and quality."""

import asyncio
import contextlib
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asyncua import ua
from asyncua.client.client import Client
from asyncua.common.node import Node
from asyncua.common.subscription import Subscription
from asyncua.ua.uaerrors import UaError

from anlan.telemetry.collect import trust
from anlan.telemetry.collect.buffer import Buffer, Sample, now_us, number
from anlan.telemetry.collect.config import OpcUa
from anlan.telemetry.collect.security import secure
from anlan.telemetry.wire import BAD, GOOD, UNCERTAIN

logger = logging.getLogger("anlan.collect")

PAUSE_S = 2.0
CHECK_S = 2.0
QUEUE = 100


class Reader:
    """Follows one server for ever."""

    def __init__(self, config: OpcUa, buffer: Buffer, kept: Path) -> None:
        self._config, self._buffer, self._kept = config, buffer, kept
        self._tags: dict[str, str] = {}
        self._is_followed = False

    async def run(self) -> None:
        """Connect, subscribe, and begin again when the line breaks."""
        while True:
            try:
                await self._follow()
            except (TimeoutError, OSError, UaError, EOFError) as error:
                logger.warning("%s: %s; trying again", self._config.url, error or type(error))
            self._mark_lost()
            await asyncio.sleep(PAUSE_S)

    async def _follow(self) -> None:
        client = Client(self._config.url)
        if self._config.user:
            client.set_user(self._config.user)
            client.set_password(self._config.password)
        if self._config.security:
            await secure(client, self._config.security)
            # The one that the channel is about to be made with.
            certificate = client.security_policy.peer_certificate
            trust.require(self._kept, self._config.url, certificate or b"", self._config.thumbprint)
        async with client:
            nodes = [client.get_node(node) for node in self._config.nodes]
            self._tags = dict(self._config.nodes)
            for start in self._config.browse:
                for node in await variables_below(client.get_node(start)):
                    if node.nodeid.to_string() not in self._tags:
                        self._tags[node.nodeid.to_string()] = node.nodeid.to_string()
                        nodes.append(node)
            subscription: Subscription = await client.create_subscription(
                self._config.every_ms, self
            )
            await subscription.subscribe_data_change(nodes, queuesize=QUEUE)
            self._is_followed = True
            logger.info("%s: %d values followed", self._config.url, len(nodes))
            while True:
                await asyncio.sleep(CHECK_S)
                await client.check_connection()

    def datachange_notification(self, node: Node, val: Any, data: Any) -> None:
        """A value has changed; called by the subscription."""
        given = data.monitored_item.Value
        moment = given.SourceTimestamp or given.ServerTimestamp
        if not isinstance(moment, datetime):
            time_us = now_us()
        else:
            time_us = round(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1e6)
        tag = self._tags.get(node.nodeid.to_string())
        if tag is not None:
            self._buffer.add([Sample(tag, time_us, number(val), quality_of(given.StatusCode))])

    def status_change_notification(self, status: Any) -> None:
        """The server says something of the subscription; the connection check acts on it."""

    def _mark_lost(self) -> None:
        """What cannot be read is said to be bad, rather than silently old: once a loss, or a
        weekend without the server would fill the buffer with it."""
        if not self._is_followed:
            return
        self._is_followed = False
        at = now_us()
        self._buffer.add(Sample(tag, at, float("nan"), BAD) for tag in self._tags.values())


def quality_of(status: Any) -> int:
    """OPC UA's status as ours."""
    if status is None or status.is_good():
        return GOOD
    return UNCERTAIN if status.is_uncertain() else BAD


async def variables_below(start: Node) -> list[Node]:
    """All variables below a node, and itself if it is one."""
    found, seen, ahead = [], set[str](), [start]
    while ahead:
        node = ahead.pop()
        if (name := node.nodeid.to_string()) in seen:
            continue
        seen.add(name)
        kind = ua.NodeClass.Unspecified
        with contextlib.suppress(UaError):  # a node that may not be looked at
            kind = await node.read_node_class()
        if kind == ua.NodeClass.Variable:
            found.append(node)
        elif kind == ua.NodeClass.Object:
            ahead += await node.get_children()
    return found
