"""Measured values for the journeys: the door and the alarm worker beside their product.

The journeys' product takes no values in, so that the others do not pay for it. No historian runs:
alarms are judged from the log of samples.
"""

import contextlib
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from unittest import mock

from anlan.config.supervisor import options
from anlan.config.supervisor.account import entry
from anlan.config.supervisor.installation import Installation
from tests.ops.conftest import Product, clean_environment

PARTS = ("door", "alarms")
# The index of early warning is computed once a minute.
PATIENCE = 90.0


@contextlib.contextmanager
def running(product: Product) -> Iterator[None]:
    """Run what takes values in and judges them, unless the product does so itself."""
    given = clean_environment(
        ANLAN_TELEMETRY="1", ANLAN_DATA=str(product.data), ANLAN_PORT=str(product.port)
    )
    with mock.patch.dict(os.environ, given, clear=True):
        here = Installation(options.read())
        recipes = [one for one in here.telemetry() if one.name in PARTS]
    if here.door_answers():
        yield
        return
    started = []
    try:
        for one in recipes:
            with open(product.data.with_name(f"{one.name}.out"), "w", encoding="utf-8") as said:
                started.append(
                    subprocess.Popen(
                        list(one.command),
                        cwd=one.folder,
                        env=dict(one.environment),
                        stdin=subprocess.DEVNULL,
                        stdout=said,
                        stderr=subprocess.STDOUT,
                        start_new_session=True,
                        preexec_fn=entry(one.account, signal.SIGTERM),
                    )
                )
        until(here.door_answers, "the door did not open")
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=30)


def until(holds: Callable[[], object], otherwise: str) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.1)


@dataclass
class Gauge:
    """A program that sends the level of one tank, a value a second, with its own clock."""

    url: str
    key: str
    tag: str
    clock: float = field(default_factory=lambda: float(int(time.time()) - 55))

    def send(self, level: float, seconds: int) -> float:
        """Send the next seconds at one level; return the time of the first of them."""
        first = self.clock
        self.clock += seconds
        moments = [round((first + n) * 1000) for n in range(seconds)]
        columns = {"tag": [self.tag] * seconds, "ts": moments, "value": [level] * seconds}
        body = json.dumps({"columns": columns, "batch": uuid.uuid4().hex}).encode()
        until(lambda: self._post(body), "the door did not take the values")
        return first

    def _post(self, body: bytes) -> bool:
        head = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url, body, head)) as answer:
                told = json.loads(answer.read())
                assert answer.status == 202, told
                assert not told.get("unknown"), told
                return True
        except urllib.error.HTTPError as error:
            # It may not have heard of a key just issued, or its log is only being made.
            if error.code in (401, 503):
                return False
            raise
