"""Checks of what takes measured values in and keeps them."""

import shutil
import time
from collections.abc import Iterator

import msgspec

from anlan.config.doctor.check import Finding, fail, ok, warn
from anlan.config.supervisor.installation import Installation
from anlan.telemetry.client import BadQuestion, NatsAsker, NoHistorian
from anlan.telemetry.questions import Status

FAR_BEHIND = 2_000
"""Batches that wait for the store: more than a few seconds at any usual rate."""
LEAST_FREE = 2 << 30
RECENT_S = 3600


def historian(here: Installation) -> Iterator[Finding]:
    """Whether the store answers, keeps up and is well; asked only while Anlan runs."""
    holder = here.folder.holder()
    if not here.options.telemetry or holder is None or holder.mode != "up":
        return
    asker = NatsAsker(here.nats_url())
    try:
        told = msgspec.json.decode(asker.ask(Status(), 5.0).column("status")[0].as_py())
    except (NoHistorian, BadQuestion):
        log = here.folder / "logs" / "historian.log"
        yield fail("historian", "the store of measured values does not answer", f"See {log}.")
        return
    finally:
        asker.close()
    stored = sum(table["bytes"] for table in told["tables"].values())
    says = f"{told['tags']} tags, {stored / 1e6:,.1f} MB, {told['lag_messages']} batches waiting"
    if told["lag_messages"] > FAR_BEHIND:
        yield warn("historian", says, "The machine or its disk is too slow for what is sent.")
    elif told["last_error_at"] > time.time() - RECENT_S:
        yield warn("historian", f"{says}; {told['last_error']}", "See logs/historian.log.")
    else:
        yield ok("historian", says)


def door(here: Installation) -> Iterator[Finding]:
    """Whether values are taken in; asked only while Anlan runs."""
    holder = here.folder.holder()
    if not here.options.telemetry or holder is None or holder.mode != "up":
        return
    place = f"{here.options.door_host}:{here.options.door_port}"
    if here.door_answers():
        yield ok("door", f"takes measured values in at {place}/ingest/")
    else:
        yield fail(
            "door",
            f"nobody takes measured values in at {place}",
            f"Set ANLAN_DOOR_PORT if another program has it; see {here.folder / 'logs'}/door.log.",
        )


def room(here: Installation) -> Iterator[Finding]:
    """Whether the store has room to merge what it holds."""
    home = here.folder / "history"
    if home.is_dir() and (free := shutil.disk_usage(home).free) < LEAST_FREE:
        yield warn("history", f"{free / 1e9:.1f} GB free", "Lower ANLAN_HISTORY_SAMPLE_DAYS.")


CHECKS = (room, historian, door)
