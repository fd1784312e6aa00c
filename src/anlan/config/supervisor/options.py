"""The environment variables that the supervisor itself reads; see `anlan.config.env`."""

import os
from dataclasses import dataclass
from pathlib import Path

from anlan.config import env, nats_address
from anlan.telemetry import options as telemetry

DATABASE_SCHEMES = ("postgresql", "postgres")


@dataclass(frozen=True, slots=True)
class Options:
    """What the environment says. None for an engine address means: run our own."""

    data: Path
    host: str
    port: int
    web_workers: int
    job_workers: int
    user: str | None
    database_url: str | None
    database_owner_url: str | None
    database_backup_url: str | None
    nats_url: str | None
    secret_key: str | None
    telemetry: bool
    door_host: str
    door_port: int
    mqtt_port: int | None
    mqtt_certificate: Path | None = None
    mqtt_key: Path | None = None


def read() -> Options:
    """Read all of them. Raises `env.BadSetting` for the first bad one.

    Those without help here are described where Django reads them, in `settings`.
    """
    host = env.text(
        "ANLAN_HOST",
        "127.0.0.1",
        help="Address the web server listens on; 0.0.0.0 for all networks of the machine.",
    )
    port = env.integer(
        "ANLAN_PORT", 8000, minimum=1, maximum=65535, help="Port the web server listens on."
    )
    door = telemetry.door()
    telemetry.history()
    return Options(
        data=env.path("ANLAN_DATA", "var"),
        host=host,
        port=port,
        web_workers=env.integer(
            "ANLAN_WEB_WORKERS",
            None,
            minimum=1,
            maximum=64,
            help="Web server processes. Unset: one a processor core, four at most.",
        )
        or min(4, os.cpu_count() or 1),
        job_workers=env.integer(
            "ANLAN_JOB_WORKERS",
            1,
            minimum=0,
            maximum=64,
            help="Background worker processes that `anlan up` starts; 0 if they run elsewhere.",
        ),
        user=env.text(
            "ANLAN_USER",
            None,
            help="""User the parts run as when `anlan` is started as root. Unset: the owner of
            the data folder, else `anlan` if there is such a user, else `nobody`.""",
        ),
        database_url=env.url("ANLAN_DATABASE_URL", None, schemes=DATABASE_SCHEMES),
        database_owner_url=env.url("ANLAN_DATABASE_OWNER_URL", None, schemes=DATABASE_SCHEMES),
        database_backup_url=env.url(
            "ANLAN_DATABASE_BACKUP_URL",
            None,
            schemes=DATABASE_SCHEMES,
            help="""The same database with a role that may read all rows (BYPASSRLS), for
            `anlan backup` of a PostgreSQL of your own. Unset: the owner's address.""",
        ),
        nats_url=nats_address.from_environment(None),
        secret_key=env.secret("ANLAN_SECRET_KEY", None),
        telemetry=env.flag(
            "ANLAN_TELEMETRY",
            True,
            help="Take in, keep and watch measured values; 0 where no plant sends any.",
        ),
        door_host=door.host or host,
        door_port=door.port or min(port + 10, 65535),
        mqtt_port=door.mqtt_port,
        mqtt_certificate=door.mqtt_certificate,
        mqtt_key=door.mqtt_key,
    )
