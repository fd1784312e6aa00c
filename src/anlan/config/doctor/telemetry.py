"""Checks of what takes measured values in and keeps them."""

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from anlan.config.doctor.check import Finding, fail, ok, warn
from anlan.config.supervisor import certificate
from anlan.config.supervisor.installation import Installation
from anlan.config.supervisor.problem import Problem
from anlan.telemetry.client import BadQuestion, NatsAsker, NoHistorian
from anlan.telemetry.questions import Status

FAR_BEHIND = 2_000
"""Batches that wait for the store: more than a few seconds at any usual rate."""
LEAST_FREE = 2 << 30
RECENT_S = 3600
RENEW_BEFORE = timedelta(days=21)


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


def mqtt(here: Installation) -> Iterator[Finding]:
    """Whether senders by MQTT are met with a certificate that holds."""
    given = here.nats.mqtt if here.nats is not None else None
    if given is None:
        return
    place = f"{given.host}:{given.port}"
    if given.files is None:
        yield ok("mqtt", f"at {place}, without TLS: for the plant's own network only")
        return
    try:
        found = certificate.read(*given.files)
    except Problem as problem:
        yield fail("mqtt", str(problem), "See ANLAN_MQTT_CERTIFICATE and ANLAN_MQTT_KEY.")
        return
    says = (
        f"at {place}, TLS for {', '.join(found.names) or 'no name'} until {found.ends_at:%Y-%m-%d}"
    )
    if not found.names:
        yield warn("mqtt", says, "Clients refuse a certificate without names (subjectAltName).")
    elif found.ends_at - datetime.now(UTC) < RENEW_BEFORE:
        yield warn("mqtt", says, "Renew it, then start Anlan again.")
    else:
        yield ok("mqtt", says)


def room(here: Installation) -> Iterator[Finding]:
    """Whether the store has room to merge what it holds."""
    home = here.folder / "history"
    if home.is_dir() and (free := shutil.disk_usage(home).free) < LEAST_FREE:
        yield warn("history", f"{free / 1e9:.1f} GB free", "Lower ANLAN_HISTORY_SAMPLE_DAYS.")


CHECKS = (room, historian, door, mqtt)
