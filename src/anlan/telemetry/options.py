"""The environment variables that the processes of telemetry read; see `anlan.config.env`."""

from dataclasses import dataclass, field
from pathlib import Path

from anlan.config import env, nats_address


@dataclass(frozen=True, slots=True)
class Limits:
    """What the stream keeps at most; whichever is reached first drops the oldest.

    `replicas` servers of a cluster keep it.
    """

    max_age_s: float = 72 * 3600.0
    max_bytes: int = 8 << 30
    replicas: int = 1


@dataclass(frozen=True, slots=True)
class Keep:
    """Days after which each is dropped; 0 keeps it for ever."""

    samples: int = 400
    minutes: int = 1_830
    hours: int = 0


@dataclass(frozen=True, slots=True)
class History:
    """What the historian is told. `folder` holds its tables and what it remembers."""

    nats_url: str
    folder: Path
    keep: Keep = field(default_factory=Keep)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Door:
    """Where values are taken in. `host` None and `port` None mean: beside the web server."""

    host: str | None
    port: int | None
    mqtt_port: int | None
    mqtt_certificate: Path | None
    mqtt_key: Path | None
    mqtt_seed: str | None


def door() -> Door:
    """Read them. Raises `env.BadSetting` for the first bad one."""
    certificate = env.path(
        "ANLAN_MQTT_CERTIFICATE",
        None,
        help="""PEM file of the certificate, and those that signed it, with which MQTT is spoken
        over TLS. Unset: without TLS, for a network of the plant's own only.""",
    )
    key = env.path(
        "ANLAN_MQTT_KEY", None, help="PEM file of that certificate's private key, no password."
    )
    if (certificate is None) != (key is None):
        missing = "ANLAN_MQTT_CERTIFICATE" if certificate is None else "ANLAN_MQTT_KEY"
        raise env.BadSetting(missing, "is not set, but its counterpart is.", "Set both or none.")
    return Door(
        host=env.text(
            "ANLAN_DOOR_HOST",
            None,
            help="Address at which measured values are taken in by HTTP. Unset: ANLAN_HOST.",
        ),
        port=env.integer(
            "ANLAN_DOOR_PORT",
            None,
            minimum=1,
            maximum=65535,
            help="""Port at which measured values are taken in by HTTP. Unset: ten above
            ANLAN_PORT.""",
        ),
        mqtt_port=env.integer(
            "ANLAN_MQTT_PORT",
            None,
            minimum=1,
            maximum=65535,
            help="""Port at which the embedded message server takes values in by MQTT 3.1.1, at
            ANLAN_DOOR_HOST. Unset: it takes none.""",
        ),
        mqtt_certificate=certificate,
        mqtt_key=key,
        mqtt_seed=env.secret(
            "ANLAN_MQTT_SEED",
            None,
            help="""Secret with which the door answers the message server about MQTT senders; of
            a server of your own only. `anlan up` makes one.""",
        ),
    )


def history() -> History:
    """Read them. Raises `env.BadSetting` for the first bad one."""
    days = "Days that {} are kept in the store; 0 for ever."
    return History(
        nats_url=nats_address.from_environment(),
        folder=Path(env.path("ANLAN_DATA", "var")) / "history",
        keep=Keep(
            samples=env.integer(
                "ANLAN_HISTORY_SAMPLE_DAYS", 400, minimum=0, help=days.format("single samples")
            ),
            minutes=env.integer(
                "ANLAN_HISTORY_MINUTE_DAYS", 1830, minimum=0, help=days.format("one-minute figures")
            ),
            hours=env.integer(
                "ANLAN_HISTORY_HOUR_DAYS", 0, minimum=0, help=days.format("one-hour figures")
            ),
        ),
        limits=log_limits(),
    )


def log_limits() -> Limits:
    """What the durable log of samples keeps at most, and how often."""
    return Limits(
        max_age_s=3600.0
        * env.integer(
            "ANLAN_TELEMETRY_LOG_HOURS",
            72,
            minimum=1,
            help="Hours that samples stay in the message server for replay.",
        ),
        max_bytes=env.integer(
            "ANLAN_TELEMETRY_LOG_MB",
            8192,
            minimum=64,
            help="""Megabytes that samples may take in the message server. Nearly full of samples
            that the store has not taken yet, the door asks senders to wait.""",
        )
        << 20,
        replicas=nats_address.replicas(),
    )
