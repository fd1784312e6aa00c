"""The product under load: a generator at the door, alarms, 20 watchers, questions to the store.

An alarm's latency runs from when its sample was due to when the event reached a watcher, so that
a generator that falls behind makes it worse and not better.
"""

import http.client
import http.cookiejar
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from anlan.config.supervisor.ports import choose
from anlan.telemetry import client
from anlan.telemetry.bench.stack import processor_seconds, until
from anlan.telemetry.client import NatsAsker, NoHistorian

PASSWORD = "anlan-demo-2026"  # noqa: S105 (the demonstration's, printed in the README)
ACCOUNTS = ("operator", "control", "safety", "leader")
TICK_S = 0.1
LIMIT = 90.0
PARTS = ("nats", "door", "historian", "alarms", "web", "postgres")

FILL = """
from anlan.base.actors import wall
from anlan.base.actors.loading import load_actor
from anlan.base.actors.models import User
from anlan.modules.monitoring.models import Point
from anlan.modules.monitoring.services import bulk, sources
actor = load_actor(User.objects.get(username="equipment"))
source = sources.source_create(actor, dict(name="bench", kind="http"))
token, raw = sources.token_issue(actor, source.pk, days=30)
for first in range(0, {tags}, 5000):
    bulk.points_write(actor, [bulk.PointRow(dict(tag=f"BENCH-{{k}}", name="bench", kind="level",
        source=source, range_low=0, range_high=200), dict(HH={limit}))
        for k in range(first, min({tags}, first + 5000))])
numbers = sorted(Point.objects.for_actor(actor).filter(source=source)
    .values_list("number", flat=True))
print(">>", raw, numbers[0], numbers[-1])
"""
RULES = """
from anlan.base.actors.actor import SYSTEM
from anlan.modules.monitoring.models import AlarmRule
of_ours = AlarmRule.objects.for_actor(SYSTEM).filter(point__source__name="bench")
print(">>", *of_ours.values_list("pk", flat=True))
"""


@dataclass(slots=True)
class Watched:
    """What one watcher saw: of each alarm of `rules` raised, when its sample was due and when it
    came. The demonstration's plants have alarms of their own."""

    rules: frozenset[str]
    raised: dict[tuple[str, float], float] = field(default_factory=dict)

    def delays(self, since: float) -> list[float]:
        """Seconds from the due time, of alarms due since then; each alarm once."""
        return [came - due for (_, due), came in list(self.raised.items()) if due >= since]


@dataclass(slots=True)
class Whole:
    """What came of it."""

    rate: int
    seconds: float
    sent: int
    stored: int
    alarms: int
    seen: list[int]
    p50_ms: float
    p99_ms: float
    worst_ms: float
    trend_ms: float
    behind_s: float
    processors: dict[str, float]

    @property
    def lost(self) -> int:
        """Samples that the store does not count."""
        return self.sent - self.stored


def run(
    folder: Path,
    *,
    rate: int,
    tags: int,
    seconds: float,
    watchers: int = 20,
    warm_up_s: float = 10.0,
    alarms_a_second: int = 5,
    say: Callable[[str], None] = print,
) -> Whole:
    """Start the demonstration in `folder`, fill in points and alarms, load it and count."""
    product = Product(folder)
    say(f"starting the product in {folder}")
    with product.running():
        say(f"making {tags:,} points with an alarm each")
        token, first = product.fill(tags)
        rules = product.rules()
        with product.asking():
            product.tell_directory()
            return _measure(
                product,
                token,
                rules,
                first,
                rate,
                tags,
                seconds,
                watchers,
                warm_up_s,
                alarms_a_second,
                say,
            )


class Product:
    """`anlan demo` or another such command in a folder of its own."""

    def __init__(self, folder: Path, command: str = "demo", **environment: str) -> None:
        self.folder, self._mode = folder, command
        self.port = choose(None, range(15400, 15700))
        self.door = self.port + 10
        self.base = f"http://127.0.0.1:{self.port}"
        kept = {k: v for k, v in os.environ.items() if not k.startswith("ANLAN_")}
        self._environment = {**kept, "ANLAN_DATA": str(folder), "ANLAN_WEB_WORKERS": "1"}
        self._environment |= environment

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-c", "from anlan.cli import main; main()", *arguments]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run it for the length of a block."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder.with_suffix(".out"), "wb") as output:
            process = subprocess.Popen(  # noqa: S603
                self._command(self._mode, "--port", str(self.port)),
                env=self._environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                if not until(lambda: _ready(self.base), 900):
                    raise RuntimeError(f"it did not start; see {output.name}")
                yield
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(120)

    def manage(self, *arguments: str) -> str:
        """What a management command prints. Raises RuntimeError."""
        found = subprocess.run(  # noqa: S603
            self._command("manage", *arguments),
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if found.returncode:
            raise RuntimeError(found.stderr[-2000:])
        return found.stdout

    def fill(self, tags: int, code: str = FILL) -> tuple[str, int]:
        """Make points and alarms; returns the source's key and the first point's number, which
        the others follow."""
        code = code.format(tags=tags, limit=LIMIT)
        said = self.manage("shell", "-v", "0", "-c", code)
        token, *numbers = said.rpartition(">>")[2].split()
        first, last = map(int, numbers)
        if last - first + 1 != tags:
            raise RuntimeError("other points were made meanwhile")
        return token, first

    def rules(self) -> frozenset[str]:
        """Return the alarm settings of the points that `fill` made."""
        said = self.manage("shell", "-v", "0", "-c", RULES)
        return frozenset(said.rpartition(">>")[2].split())

    @property
    def nats_url(self) -> str:
        """The address of its message servers."""
        if outside := self._environment.get("ANLAN_NATS_URL"):
            return outside
        port = json.loads((self.folder / "state.json").read_text())["nats_port"]
        password = (self.folder / "secrets" / "nats").read_text().strip()
        return f"nats://anlan:{quote(password, safe='')}@127.0.0.1:{port}"

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask its store for the length of a block."""
        asker = NatsAsker(self.nats_url)
        before = client.install(asker)
        try:
            until(lambda: bool(client.status()), 120)
            yield
        finally:
            client.install(before)
            asker.close()

    def tell_directory(self) -> None:
        """Have door and alarm worker read the register anew."""
        import asyncio

        from anlan.telemetry import stream

        async def tell() -> None:
            connection = await stream.connect(self.nats_url, "bench")
            await connection.publish(stream.DIRECTORY_SUBJECT, b"")
            await connection.close()

        asyncio.run(tell())

    def pids(self) -> dict[str, list[int]]:
        """The processes of its parts, with what they started."""
        found = {}
        for part in PARTS:
            try:
                pid = int(json.loads((self.folder / "run" / f"{part}.json").read_text())["pid"])
            except (OSError, ValueError):
                continue
            found[part] = [pid, *_descendants(pid)]
        return found


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += [int(child), *_descendants(int(child))]
    return found


def _ready(base: str) -> bool:
    with urllib.request.urlopen(f"{base}/readyz", timeout=2) as answer:  # noqa: S310
        return bool(answer.status == 200)


def _measure(
    product: Product,
    token: str,
    rules: frozenset[str],
    first: int,
    rate: int,
    tags: int,
    seconds: float,
    watchers: int,
    warm_up_s: float,
    alarms_a_second: int,
    say: Callable[[str], None],
) -> Whole:
    over = threading.Event()
    watched = [Watched(rules) for _ in range(watchers)]
    since = time.time()
    for number, one in enumerate(watched):
        cookies = _signed_in(product.base, ACCOUNTS[number % len(ACCOUNTS)])
        threading.Thread(
            target=_watch, args=(product.port, cookies, one, over), daemon=True
        ).start()
    generator = Generator(product.door, token, first, tags, rate, alarms_a_second)
    say(f"warming up for {warm_up_s:.0f} s")
    generator.run(warm_up_s)
    generator.raised = 0
    before = {part: sum(map(processor_seconds, pids)) for part, pids in product.pids().items()}
    trends: list[float] = []
    asker = threading.Thread(target=_ask, args=(first, tags, trends, over), daemon=True)
    asker.start()
    say(f"{rate:,} samples a second for {seconds:.0f} s, {watchers} watchers")
    measured_since = time.time()
    began = time.monotonic()
    generator.run(seconds)
    spent = time.monotonic() - began
    after = {part: sum(map(processor_seconds, pids)) for part, pids in product.pids().items()}
    until(lambda: all(len(one.delays(measured_since)) >= generator.raised for one in watched), 20)
    over.set()
    begin, end = datetime.fromtimestamp(since - 60, UTC), datetime.now(UTC) + timedelta(minutes=1)
    stored = 0

    def is_stored() -> bool:
        nonlocal stored
        found = client.counts(begin, end, timeout_s=300)
        # The demonstration's own simulators send, too.
        stored = sum(n for number, n in found.items() if first <= number < first + tags)
        return stored >= generator.sent

    until(is_stored, 120)
    seen = [one.delays(measured_since) for one in watched]
    delays = [1e3 * delay for one in seen for delay in one] or [float("nan")]
    return Whole(
        rate=rate,
        seconds=spent,
        sent=generator.sent,
        stored=stored,
        alarms=generator.raised,
        seen=[len(one) for one in seen],
        p50_ms=float(np.percentile(delays, 50)),
        p99_ms=float(np.percentile(delays, 99)),
        worst_ms=max(delays),
        trend_ms=statistics.median(trends) if trends else float("nan"),
        behind_s=generator.behind,
        processors={part: (after[part] - before.get(part, 0.0)) / spent for part in after},
    )


class Generator:
    """Posts Arrow batches to the door when they are due; now and then a tag crosses its limit."""

    def __init__(
        self, port: int, token: str, first: int, tags: int, rate: int, alarms_a_second: int
    ) -> None:
        self._token = token
        self._first, self._tags, self._rate = first, tags, rate
        self._alarms = alarms_a_second
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._row = 0
        self._next_alarm = 0
        self.sent = self.raised = self.repeated = 0
        self.behind = 0.0

    def run(self, seconds: float) -> None:
        """Send at the rate for a while; what the door refuses is sent again."""
        rows = max(1, int(self._rate * TICK_S))
        began = time.time()
        for tick in range(int(seconds / TICK_S)):
            due = began + tick * TICK_S
            if due > (now := time.time()):
                time.sleep(due - now)
            self.behind = max(self.behind, time.time() - due)
            self._post(self._batch(rows, due, tick))
            self.sent += rows

    def _batch(self, rows: int, due: float, tick: int) -> bytes:
        row = np.arange(self._row, self._row + rows)
        self._row += rows
        tags = row % self._tags
        values = np.round(50 + 20 * np.sin(row / 9973), 2)
        # The last sample of the tick crosses the limit; its tag's next one is back again.
        if self._alarms and tick % max(1, int(1 / TICK_S / self._alarms)) == 0:
            values[-1] = LIMIT + 5
            self.raised += 1
        times = np.full(rows, int(due * 1e6))
        if rows > self._tags:  # a tag has one value at a moment
            times = times + row // self._tags
        return self.encoded(tags, times, values)

    def encoded(
        self, tags: NDArray[np.int64], times: NDArray[np.int64], values: NDArray[np.float64]
    ) -> bytes:
        """A batch as Arrow; `tags` count from the first point, `times` are microseconds."""
        table = pa.table(
            {
                "tag": pa.array((tags + self._first).astype(np.int32)),
                "ts": pa.array(times).cast(pa.timestamp("us", "UTC")),
                "value": values,
            }
        )
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        return bytes(sink.getvalue())

    def _post(self, body: bytes) -> None:
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/vnd.apache.arrow.stream",
            "Anlan-Batch": f"{os.getpid()}-{self._row}",
        }
        for attempt in range(600):
            self.repeated += attempt > 0
            try:
                self._connection.request("POST", "/ingest/", body, headers)
                answer = self._connection.getresponse()
                said = answer.read()
            except (OSError, http.client.HTTPException):
                self._connection.close()
                time.sleep(0.2)
                continue
            if answer.status == 202:
                counted = json.loads(said)
                if counted.get("unknown"):
                    raise RuntimeError(f"the door does not know the points: {counted}")
                return
            if answer.status not in (401, 503):  # 401: the register is read anew now and then
                raise RuntimeError(f"the door says {answer.status}: {said[:300]!r}")
            time.sleep(0.2)
        raise RuntimeError("the door does not take samples")


def _ask(first: int, tags: int, spent: list[float], over: threading.Event) -> None:
    chance = np.random.default_rng(1)
    while not over.wait(1.0):
        number = first + int(chance.integers(tags))
        end = datetime.now(UTC)
        at = time.perf_counter()
        try:
            client.trend([number], end - timedelta(hours=1), end, 900)
        except NoHistorian:
            spent.append(5e3)
        else:
            spent.append((time.perf_counter() - at) * 1e3)


def _signed_in(base: str, account: str) -> str:
    """Sign in by the form; returns the cookies."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = opener.open(f"{base}/accounts/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    if token is None:
        raise RuntimeError("the sign-in page has no form")
    form = {"login": account, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    opener.open(
        urllib.request.Request(  # noqa: S310
            f"{base}/accounts/login/",
            urllib.parse.urlencode(form).encode(),
            {"Referer": f"{base}/accounts/login/"},
        )
    )
    cookies = {cookie.name: cookie.value for cookie in jar}
    if "sessionid" not in cookies:
        raise RuntimeError(f"{account} cannot sign in")
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _watch(port: int, cookies: str, watched: Watched, over: threading.Event) -> None:
    """Follow the page's event stream and note how late each raised alarm comes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/live/?topics=alarms", headers={"Cookie": cookies})
    answer = connection.getresponse()
    if answer.status != 200:
        return
    while not over.is_set():
        line = answer.readline()
        if not line:
            return
        if not line.startswith(b"data:"):
            continue
        now = time.time()
        for change in json.loads(line[5:]).get("changes", ()):
            if change["what"] == "raised" and change["rule"] in watched.rules:
                at = datetime.fromisoformat(change["at"]).timestamp()
                watched.raised.setdefault((change["rule"], at), now)
