"""`anlan alarms`: replay a process through the alarm core, judge the load, name a pattern."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from anlan.engines.alarms.kpi import Announced

_TEN_MINUTES = 600


@click.group(name="alarms")
def command() -> None:
    """Alarm records: replay, load on the operator, known patterns."""


@command.command(name="replay")
@click.argument("process", metavar="PROCESS.csv[.gz]", type=click.Path(path_type=Path))
@click.option("--config", required=True, type=click.Path(path_type=Path), help="Tags and limits.")
@click.option(
    "--treatment",
    type=click.Choice(["raw", "reference", "proposed"]),
    default="raw",
    show_default=True,
    help="No deadband and delay; the recommended start; what is proposed here.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Events as CSV.")
@click.option("--onset", type=float, default=0.0, help="Second at which the upset begins.")
def replay(process: Path, config: Path, treatment: str, out: Path, onset: float) -> None:
    """Write the alarms that a recorded process raises, and say on the screen how many.

    Beside the activations it tells, against neither deadband nor delay, how much later the first
    alarm after the onset comes and how long alarms stand. Ends with 2 when a file cannot be used.
    """
    from anlan.engines.alarms import formats, tuning

    try:
        record = formats.read_process(process)
        tags = [tag for tag in formats.read_tags(config) if tag.name in record.tags]
        if not tags:
            raise formats.FileProblem(f"{config}: none of its tags is a column of {process}.")
        plain = formats.replay(record, tuning.rules_for(tags, "raw"))
        treated = formats.replay(record, tuning.rules_for(tags, treatment))
        out.write_text(formats.events_csv(treated), encoding="utf-8")
    except (ValueError, OSError) as error:
        _give_up("replay", str(error))
    end = float(record.times[-1]) if len(record.times) else 0.0
    effect = tuning.effect(plain, treated, end, onset)
    _print(
        {
            "treatment": treatment,
            "activations": effect.activations_after,
            "activations_raw": effect.activations_before,
            "first_alarm_later_s": effect.added_delay_s,
            "standing_s": effect.standing_after_s,
            "standing_raw_s": effect.standing_before_s,
        }
    )


@command.command(name="kpi")
@click.argument("events", metavar="EVENTS.csv[.gz]", type=click.Path(path_type=Path))
@click.option("--start", type=float, help="Second at which the period begins.")
@click.option("--end", type=float, help="Second at which it ends.")
@click.option("--positions", type=click.IntRange(min=1), default=1, show_default=True)
def kpi(events: Path, start: float | None, end: float | None, positions: int) -> None:
    """Print the figures of IEC 62682 for an event file, as JSON.

    Without --start and --end the period runs from the first event to the last, widened to whole
    ten minutes. Ends with 2 when the file cannot be used.
    """
    from anlan.engines.alarms import kpi as figures

    rows = _read("kpi", events)
    moments = [row.start for row in rows] + [row.end for row in rows if row.end is not None]
    first = min(moments, default=0.0) // _TEN_MINUTES * _TEN_MINUTES
    last = -(-max(moments, default=0.0) // _TEN_MINUTES) * _TEN_MINUTES
    begin = first if start is None else start
    finish = max(last, begin + _TEN_MINUTES) if end is None else end
    try:
        _print(figures.figures(rows, begin, finish, positions=positions))
    except ValueError as error:
        _give_up("kpi", str(error))


@command.command(name="identify")
@click.argument("events", metavar="EVENTS.csv[.gz]", type=click.Path(path_type=Path))
@click.option(
    "--known",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Event files of known courses; a file's pattern is its name up to the first _.",
)
@click.option("--until", type=float, help="Second at which the record ends.")
def identify(events: Path, known: Path, until: float | None) -> None:
    """Name the known pattern that these alarms follow, or "unknown".

    Prints JSON: the pattern, and for each known one how alike it is (0 to 1) with the alarms
    that say so. Ends with 2 when a file cannot be used.
    """
    from anlan.engines.alarms import patterns

    files = sorted(one for one in known.glob("*.csv*") if one.is_file()) if known.is_dir() else []
    # A run is not known by itself.
    files = [one for one in files if one.resolve() != events.resolve()]
    if not files:
        _give_up("identify", f"{known}: holds no event file. Put known courses there.")
    courses: dict[str, list[patterns.Course]] = {}
    for file in files:
        name = file.name.split(".")[0].split("_")[0]
        courses.setdefault(name, []).append(patterns.course(_read("identify", file)))
    likes = patterns.ranked(patterns.course(_read("identify", events), until), courses)
    _print(
        {
            "pattern": patterns.identified(likes) or "unknown",
            "unknown_below": patterns.UNKNOWN_BELOW,
            "candidates": [
                {"pattern": one.name, "score": round(one.score, 4), "alarms": list(one.shared)}
                for one in likes
            ],
        }
    )


def _read(what: str, path: Path) -> "Sequence[Announced]":
    from anlan.engines.alarms import formats

    try:
        return formats.read_announced(path)
    except formats.FileProblem as error:
        _give_up(what, str(error))


def _print(result: object) -> None:
    sys.stdout.buffer.write(json.dumps(result, ensure_ascii=False, indent=1).encode() + b"\n")


def _give_up(what: str, message: str) -> NoReturn:
    click.echo(f"anlan alarms {what}: {message}", err=True)
    raise SystemExit(2)
