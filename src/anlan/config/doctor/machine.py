"""Checks of the machine and the installed package; no engine is needed."""

import json
import os
import platform
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import chinese_calendar.constants

import anlan
from anlan.config.doctor.check import Finding, fail, ok, warn
from anlan.config.supervisor import account as accounts
from anlan.config.supervisor import nats, ports, postgres
from anlan.config.supervisor.installation import Installation
from anlan.config.supervisor.problem import Problem

GB = 2**30
LEAST_FREE, COMFORTABLE_FREE = 1 * GB, 10 * GB
LEAST_MEMORY = 2 * GB
BACKUP_EVERY = timedelta(days=7)
PACKAGE = Path(anlan.__file__).parent


def python(here: Installation) -> Iterator[Finding]:
    """The interpreter and the machine."""
    found = f"Python {platform.python_version()} on {platform.machine()}"
    if platform.machine() not in ("x86_64", "aarch64"):
        yield warn("python", found, "The engines' wheels are for x86_64 and aarch64: use your own.")
    else:
        yield ok("python", found)


def engine_programs(here: Installation) -> Iterator[Finding]:
    """Whether the embedded engines' programs run as the user they are to run as."""
    programs = []
    if here.postgres is not None:
        programs.append(("postgres program", postgres.binaries, "postgres"))
    if here.nats is not None:
        programs.append(("nats program", lambda: nats.binary().parent, "nats-server"))
    for name, folder, program in programs:
        try:
            result = subprocess.run(
                [str(folder() / program), "--version"],
                capture_output=True,
                text=True,
                timeout=20,
                check=False,
                preexec_fn=accounts.entry(here.folder.account, 15),
            )
        except (Problem, OSError, subprocess.SubprocessError) as error:
            yield fail(name, str(error), "Install Anlan again: pip install --force-reinstall anlan")
            continue
        said = (result.stdout or result.stderr).strip()
        if result.returncode == 0:
            yield ok(name, said)
        else:
            yield fail(name, said, "The wheels need glibc 2.28 or newer (Debian 10, RHEL 8).")


def space(here: Installation) -> Iterator[Finding]:
    """Disk and memory."""
    place = here.folder.path
    while not place.exists():
        place = place.parent
    usage = shutil.disk_usage(place)
    says = f"{usage.free / GB:.1f} GB free of {usage.total / GB:.0f} GB for {here.folder.path}"
    if usage.free < LEAST_FREE:
        yield fail("disk", says, "Free space: PostgreSQL stops when the disk is full.")
    elif usage.free < COMFORTABLE_FREE:
        yield warn("disk", says, "Keep 10 GB free, or move the data folder.")
    else:
        yield ok("disk", says)
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    says = f"{memory / GB:.1f} GB"
    if memory < LEAST_MEMORY:
        yield warn("memory", says, "2 GB is the least for a small plant; lower --workers to 1.")
    else:
        yield ok("memory", says)


def data_folder(here: Installation) -> Iterator[Finding]:
    """Existence, owner, modes, and the secrets in it."""
    folder, who = here.folder, here.folder.account
    if not folder.initialised:
        yield warn(
            "data folder", f"{folder.path} holds no installation yet", "Start it with: anlan up"
        )
        return
    info = folder.path.stat()
    if info.st_uid != who.uid:
        yield fail(
            "data folder",
            f"{folder.path} belongs to user {info.st_uid}, not to {who.name}",
            f"chown -R {who.name} {folder.path}",
        )
    elif stat.S_IMODE(info.st_mode) & 0o077:
        yield fail(
            "data folder", f"{folder.path} is open to other users", f"chmod 700 {folder.path}"
        )
    else:
        yield ok("data folder", f"{folder.path}, private to {who.name}")
    exposed = [
        path
        for path in (folder / "secrets").rglob("*")
        if path.is_file() and (stat.S_IMODE(path.stat().st_mode) & 0o077)
    ]
    if exposed:
        names = " ".join(str(path) for path in exposed)
        yield fail("secrets", "readable by other users", f"chmod 600 {names}")
    else:
        yield ok("secrets", "private")


def account(here: Installation) -> Iterator[Finding]:
    """Who the parts run as, and whether they need a capability to get there."""
    who = here.folder.account
    if who.capabilities:
        yield warn(
            "user",
            f"parts run as {who.name} with a capability to pass closed folders",
            "Install below an open folder such as /opt, with the data in /var/lib/anlan.",
        )
    elif who.name == "nobody":
        yield warn("user", "parts run as nobody", "useradd --system anlan, and set ANLAN_USER.")
    else:
        yield ok("user", f"parts run as {who.name}")


def web_port(here: Installation) -> Iterator[Finding]:
    """The web server, if it runs; else whether its port is free."""
    given = here.options
    holder = here.folder.holder()
    if holder is not None and holder.mode == "up":
        if here.serves() or holder.url != here.url:
            yield ok("web", f"runs at {holder.url} (process {holder.pid})")
        else:
            yield fail(
                "web", f"{holder.url} does not answer", f"See {here.folder / 'logs' / 'web.log'}."
            )
        return
    try:
        ports.require_free(given.port, given.host)
    except Problem as problem:
        yield fail("web", f"not running; {problem.message}", "Choose another with ANLAN_PORT.")
    else:
        yield ok("web", f"not running; port {given.port} is free")


def built_parts(here: Installation) -> Iterator[Finding]:
    """What a build puts beside the source: screens, translations, fonts."""
    manifest = PACKAGE / "static" / "dist" / "manifest.json"
    if manifest.exists():
        yield ok("screens", "scripts and styles are built")
    else:
        yield fail("screens", f"{manifest} is not there", "Run: make setup (it builds web/).")
    sources = sorted(PACKAGE.rglob("locale/*/LC_MESSAGES/*.po"))
    stale = [
        source
        for source in sources
        if not source.with_suffix(".mo").exists()
        or source.with_suffix(".mo").stat().st_mtime < source.stat().st_mtime
    ]
    if stale:
        yield warn(
            "translations",
            f"{len(stale)} of {len(sources)} catalogues are not compiled",
            "Run: make setup, or python -m anlan.config.compile_messages",
        )
    else:
        yield ok("translations", f"{len(sources)} catalogues")
    fonts = [*(PACKAGE / "base" / "papers" / "fonts").glob("*.[to]tf")]
    if fonts:
        yield ok("fonts", f"{len(fonts)} for PDF")
    else:
        yield fail(
            "fonts",
            "no Chinese font for PDF is bundled",
            "Run: make setup. Until then printed Chinese shows as boxes.",
        )


def clock(here: Installation) -> Iterator[Finding]:
    """Time zone data, and whether this year's and next year's holidays are known."""
    now = datetime.now(UTC)
    try:
        local = now.astimezone(ZoneInfo("Asia/Shanghai"))
    except ZoneInfoNotFoundError:
        yield fail("clock", "the time zone Asia/Shanghai is not known", "pip install tzdata")
        return
    yield ok("clock", f"{local:%Y-%m-%d %H:%M} in Shanghai; deadlines depend on it")
    last = max(day.year for day in chinese_calendar.constants.holidays)
    if local.year > last:
        yield fail(
            "holidays",
            f"known up to {last}; workday deadlines of {local.year} cannot be computed",
            "pip install --upgrade chinesecalendar, or enter the year's holidays as data.",
        )
    elif local.year == last and local.month == 12:
        yield warn(
            "holidays",
            f"known up to {last}; next year's are missing",
            "pip install --upgrade chinesecalendar (published each November).",
        )
    else:
        yield ok("holidays", f"known up to {last}")


def settings(here: Installation) -> Iterator[Finding]:
    """Whether every variable is readable, known and safe to serve with."""
    code = (
        "import json\nfrom anlan.config import env, settings\n"
        "from anlan.config.supervisor import options\noptions.read()\n"
        "print(json.dumps([env.unknown(), settings.DEBUG, len(settings.SECRET_KEY),"
        " settings.ALLOWED_HOSTS, settings.PUBLIC_URL]))"
    )
    environment = here.environment(owner_too=True) if here.folder.initialised else dict(os.environ)
    environment.setdefault("ANLAN_SECRET_KEY_FILE", "")
    if here.options.secret_key is None and not here.folder.initialised:
        environment["ANLAN_SECRET_KEY"] = "x" * 50  # the first start makes one
    result = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if result.returncode != 0:
        said = result.stderr.strip().splitlines()[-1:]
        yield fail("settings", " ".join(said), "Correct the variable it names.")
        return
    unknown, debug, key_length, hosts, public = json.loads(result.stdout.splitlines()[-1])
    for name, meant in unknown.items():
        hint = f"Did you mean {meant}?" if meant else "Remove it, or see the list of settings."
        yield warn("settings", f"{name} is set, but nothing reads it", hint)
    is_open = here.options.host not in ("127.0.0.1", "::1", "localhost")
    if debug:
        bad = fail if is_open else warn
        yield bad("settings", "ANLAN_DEBUG is on", "Unset it: error pages show data and code.")
    if key_length < 32:
        yield fail("settings", "ANLAN_SECRET_KEY is short", "Unset it; a good one is generated.")
    if is_open and not public.startswith("https://"):
        yield warn(
            "tls",
            f"served on {here.options.host} without TLS",
            "Put a proxy with TLS in front and set ANLAN_PUBLIC_URL=https://…; without it "
            "passkeys and the phone's offline mode do not work.",
        )
    if is_open and "*" in hosts:
        yield warn("settings", "any host name is served", "Set ANLAN_ALLOWED_HOSTS to your own.")
    if not unknown and not debug and key_length >= 32:
        yield ok("settings", "all variables are known and readable")


def last_backup(here: Installation) -> Iterator[Finding]:
    """How old the last backup is."""
    if not here.folder.initialised:
        return
    when = here.folder.state().get("last_backup")
    remedy = "anlan backup FILE.tar.gz, daily, to another machine."
    if not when:
        yield warn("backup", "none was ever made", remedy)
        return
    age = datetime.now(UTC) - datetime.fromisoformat(when)
    if age > BACKUP_EVERY:
        yield warn("backup", f"the last is {age.days} days old", remedy)
    else:
        yield ok("backup", f"the last is from {when}")


CHECKS = (
    python,
    engine_programs,
    space,
    account,
    data_folder,
    settings,
    web_port,
    built_parts,
    clock,
    last_backup,
)
