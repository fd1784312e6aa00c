"""Send the simulated plant to the door, as a source with a token does.

    ANLAN_FEED_TOKEN=… python -m anlan.demo.simulation.feed http://127.0.0.1:8080/ingest/ \
        [--seed 7] [--speed 1] [--day] [--scenario flood@60 …] [--replay FOLDER] [--seconds N]

Values leave once a second with the time of the clock. While the door does not answer they wait
here, an hour of them at most, and go in order afterwards; each batch has an id, so that one sent
twice counts once. `--speed` lets the plant run quicker than the clock.
"""

import argparse
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from anlan.demo.simulation.plant import Plant
from anlan.demo.simulation.scenarios import day, read

VARIABLE = "ANLAN_FEED_TOKEN"
_KEPT = 3600
_PATIENCE_S = 10.0
_AGAIN_S = 2.0
_TOLD_EVERY = 30
# The door reads its list of keys anew once a minute at the latest.
_NEW_KEY_S = 90


class Stepped(Protocol):
    """What can be sent: the plant, or a record."""

    def step(
        self, seconds: float = 1.0
    ) -> tuple[tuple[str, ...], npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
        """Go on; return tags, values and quality."""
        ...


class Refused(Exception):
    """The door answered that it will not take this, now or later."""


def body(plant: Stepped, seconds: float, at: float, batch: str) -> bytes:
    """Go on by `seconds` and return the JSON of what is measured at the epoch second `at`."""
    names, values, quality = plant.step(seconds)
    moment = round(at * 1000)
    columns = {
        "tag": list(names),
        "ts": [moment] * len(names),
        "value": [None if value != value else value for value in values.tolist()],
        "quality": quality.tolist(),
    }
    return msgspec.json.encode({"columns": columns, "batch": batch})


def send(url: str, token: str, data: bytes, *, is_new: bool = False) -> bool:
    """Send one body; return whether it was taken, False to try again. Raises Refused.

    A token that `is_new` may be unknown to the door as yet.
    """
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, data, headers)  # noqa: S310 - the scheme is checked
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:  # noqa: S310
            return int(answer.status) < 300
    except urllib.error.HTTPError as error:
        unheard = is_new and error.code == 401
        if unheard or error.code in (408, 425, 429) or error.code >= 500:
            return False
        raise Refused(f"{error.code}: {error.read(2000).decode(errors='replace')}") from None
    except OSError:
        return False


def run(
    plant: Stepped, url: str, token: str, *, speed: float, seconds: float | None
) -> Iterator[tuple[int, int]]:
    """Feed until `seconds` of the clock have gone; yield each second how many bodies were sent in
    all, and how many wait. Raises Refused."""
    began = time.monotonic()
    name = uuid.uuid4().hex
    waiting: deque[bytes] = deque(maxlen=_KEPT)
    sent = number = 0
    hold_until = 0.0
    while seconds is None or number < seconds:
        number += 1
        waiting.append(body(plant, speed, time.time(), f"{name}-{number}"))
        while waiting and time.monotonic() >= hold_until:
            is_new = not sent and number <= _NEW_KEY_S
            if not send(url, token, waiting[0], is_new=is_new):
                hold_until = time.monotonic() + _AGAIN_S
                break
            waiting.popleft()
            sent += 1
        yield sent, len(waiting)
        time.sleep(max(0.0, began + number - time.monotonic()))


def _record(folder: Path) -> Stepped:
    # What reads records brings the compiled alarm core along; the simulator runs without it.
    from anlan.demo.simulation.replay import Replay

    return Replay(folder)


def main(arguments: Sequence[str] | None = None) -> int:
    """Feed from the command line; 0 at the end, 1 when refused, 2 for a faulty argument."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("url", help="the door's address, ending in /ingest/")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--speed", type=float, default=1.0, help="plant seconds a second")
    parser.add_argument("--day", action="store_true", help="all scenarios in turn, every half hour")
    parser.add_argument("--scenario", action="append", default=[], help="NAME@SECOND[:WHERE]")
    parser.add_argument("--replay", type=Path, help="folder of recorded processes instead")
    parser.add_argument("--seconds", type=float, help="stop after so long")
    given = parser.parse_args(arguments)
    if not given.url.startswith(("http://", "https://")):
        parser.error("the address begins with http:// or https://")
    token = os.environ.get(VARIABLE, "")
    if not token:
        parser.error(f"set {VARIABLE} to the source's token")
    try:
        plan = [*(day() if given.day else []), *(read(text) for text in given.scenario)]
        plant = _record(given.replay) if given.replay else Plant(given.seed, plan)
    except ValueError as error:
        parser.error(str(error))
    try:
        for sent, waits in run(plant, given.url, token, speed=given.speed, seconds=given.seconds):
            if waits and waits % _TOLD_EVERY == 0:
                sys.stderr.write(f"{waits} batches wait, {sent} sent\n")
    except Refused as refused:
        sys.stderr.write(f"refused: {refused}\n")
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
