"""Snapshots of JetStream streams, through the server's own snapshot and restore requests.

A snapshot is taken while the stream is in use: the server sends a consistent copy, messages and
consumers, in chunks that we acknowledge one by one.
"""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg

from anlan.config.nats_address import apart, server_options
from anlan.config.supervisor.problem import Problem

CHUNK_BYTES = 128 * 1024
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One stream as the server described it when the snapshot began."""

    name: str
    config: dict[str, Any]
    state: dict[str, Any]


def save_all(url: str, folder: Path) -> tuple[list[Snapshot], list[str]]:
    """Write every stream on disk to `folder/NAME`.

    Returns the snapshots and the names of streams kept in memory, which have none.
    Raises Problem if the server does not answer.
    """
    return asyncio.run(_save_all(url, folder))


def restore_all(url: str, folder: Path, snapshots: list[Snapshot]) -> None:
    """Bring the streams back. Raises Problem if one is there already or is refused."""
    asyncio.run(_restore_all(url, folder, snapshots))


async def _connect(url: str) -> Client:
    async def quiet(_: Exception) -> None:
        """The exception that ends the connection is the one to report."""

    trouble: Exception | None = None
    for one in apart(url):
        try:
            return await nats.connect(
                **server_options(one),
                connect_timeout=5,
                max_reconnect_attempts=2,
                allow_reconnect=False,
                error_cb=quiet,
            )
        except Exception as error:  # nats-py raises many kinds, OSError and its own
            trouble = error
    raise Problem(f"The message server does not answer: {trouble}.") from trouble


async def _ask(client: Client, subject: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.request(subject, json.dumps(body).encode(), timeout=PATIENCE_SECONDS)
    found: dict[str, Any] = json.loads(answer.data)
    if "error" in found:
        raise Problem(f"The message server refused {subject}: {found['error']['description']}.")
    return found


async def _names(client: Client) -> list[dict[str, Any]]:
    streams: list[dict[str, Any]] = []
    while True:
        page = await _ask(client, "$JS.API.STREAM.LIST", {"offset": len(streams)})
        streams += page.get("streams") or []
        if len(streams) >= page["total"] or not page.get("streams"):
            return streams


async def _save_all(url: str, folder: Path) -> tuple[list[Snapshot], list[str]]:
    client = await _connect(url)
    saved, skipped = [], []
    try:
        for stream in await _names(client):
            name = stream["config"]["name"]
            if stream["config"].get("storage") == "memory":
                skipped.append(name)
            else:
                saved.append(await _save(client, name, folder / name))
    finally:
        await client.close()
    return saved, skipped


async def _save(client: Client, name: str, target: Path) -> Snapshot:
    inbox = client.new_inbox()
    chunks: asyncio.Queue[Msg] = asyncio.Queue()
    subscription = await client.subscribe(inbox, cb=chunks.put)
    head = await _ask(
        client,
        f"$JS.API.STREAM.SNAPSHOT.{name}",
        {"deliver_subject": inbox, "chunk_size": CHUNK_BYTES, "no_consumers": False},
    )
    with open(target, "wb") as file:  # noqa: ASYNC230 (this program does nothing else)
        while True:
            chunk = await asyncio.wait_for(chunks.get(), PATIENCE_SECONDS)
            if not chunk.data:
                status = (chunk.headers or {}).get("Status", "204")
                if status not in ("204", "200"):
                    raise Problem(f"The snapshot of stream {name} failed: {chunk.headers}.")
                break
            file.write(chunk.data)
            if chunk.reply:
                await client.publish(chunk.reply, b"")
    await subscription.unsubscribe()
    return Snapshot(name, head["config"], head["state"])


async def _restore_all(url: str, folder: Path, snapshots: list[Snapshot]) -> None:
    client = await _connect(url)
    try:
        present = {stream["config"]["name"] for stream in await _names(client)}
        for snapshot in snapshots:
            if snapshot.name in present:
                raise Problem(
                    f"The message server already has a stream {snapshot.name}. "
                    "Restore to an empty server."
                )
            await _restore(client, snapshot, folder / snapshot.name)
    finally:
        await client.close()


async def _restore(client: Client, snapshot: Snapshot, source: Path) -> None:
    begun = await _ask(
        client,
        f"$JS.API.STREAM.RESTORE.{snapshot.name}",
        {"config": snapshot.config, "state": snapshot.state},
    )
    subject = begun["deliver_subject"]
    with open(source, "rb") as file:  # noqa: ASYNC230
        while chunk := file.read(CHUNK_BYTES):
            await client.request(subject, chunk, timeout=PATIENCE_SECONDS)
    done = await _ask_end(client, subject)
    if "error" in done:
        raise Problem(f"Stream {snapshot.name}: {done['error']['description']}.")


async def _ask_end(client: Client, subject: str) -> dict[str, Any]:
    answer = await client.request(subject, b"", timeout=PATIENCE_SECONDS)
    found: dict[str, Any] = json.loads(answer.data)
    return found
