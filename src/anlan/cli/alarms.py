"""`anlan alarms`: replay a process through the alarm core, judge the load, name a pattern."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import click

_Read = TypeVar("_Read")

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
    alarm after the onset comes and how long alarms stand. Rows are taken in the order of their
    times. Ends with 2 when a file cannot be used, and then writes nothing.
    """
    from anlan.engines.alarms import formats, tuning
    from anlan.engines.tables import FileProblem, write_whole

    try:
        if out.resolve() in (process.resolve(), config.resolve()):
            raise FileProblem(f"{out}: would be overwritten by its own events. Name another file.")
        record = formats.read_process(process)
        tags = formats.read_tags(config)
        unknown = [tag.name for tag in tags if tag.name not in record.tags]
        if not tags:
            raise FileProblem(f"{config}: names no tag. Give each tag a row.")
        if unknown:
            # Left out in silence, a misspelt tag would look like one without an alarm.
            raise FileProblem(
                f"{config}: {', '.join(unknown)} is no column of {process}."
                " Mend the name, or leave the row out."
            )
        try:
            plain = formats.replay(record, tuning.rules_for(tags, "raw"))
            treated = formats.replay(record, tuning.rules_for(tags, treatment))
        except ValueError as error:
            raise FileProblem(f"{config}: {error}. Mend the row.") from None
        effect = tuning.effect(plain, treated, float(record.times[-1]), onset)
        write_whole(out, formats.events_csv(treated))
    except FileProblem as error:
        _give_up("replay", str(error))
    _print(
        {
            "treatment": treatment,
            "activations": effect.activations_after,
            "activations_raw": effect.activations_before,
            "first_alarm_later_s": effect.added_delay_s,
            "standing_s": effect.standing_after_s,
            "standing_raw_s": effect.standing_before_s,
            "rows_put_in_order": record.n_disordered,
            "rows_repeated": record.n_repeated,
            "cells_without_number": record.n_gaps,
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
    from anlan.engines.alarms import formats
    from anlan.engines.alarms import kpi as figures

    rows = _used("kpi", formats.read_announced, events)
    moments = [row.start for row in rows] + [row.end for row in rows if row.end is not None]
    first = min(moments, default=0.0) // _TEN_MINUTES * _TEN_MINUTES
    last = -(-max(moments, default=0.0) // _TEN_MINUTES) * _TEN_MINUTES
    begin = first if start is None else start
    finish = max(last, begin + _TEN_MINUTES) if end is None else end
    try:
        _print(figures.figures(rows, begin, finish, positions=positions))
    except ValueError as error:
        _give_up("kpi", f"{events}: {error}. Mend --start and --end, or the times of the file.")


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
    from anlan.engines.alarms import formats, patterns

    files = sorted(one for one in known.glob("*.csv*") if one.is_file()) if known.is_dir() else []
    # A run is not known by itself.
    files = [one for one in files if one.resolve() != events.resolve()]
    courses: dict[str, list[patterns.Course]] = {}
    for file in files:
        # Records and configurations may lie beside the events.
        if _used("identify", formats.is_event_file, file):
            name = file.name.split(".")[0].split("_")[0]
            course = patterns.course(_used("identify", formats.read_announced, file))
            courses.setdefault(name, []).append(course)
    if not courses:
        _give_up("identify", f"{known}: holds no event file. Put known courses there.")
    rows = _used("identify", formats.read_announced, events)
    likes = patterns.ranked(patterns.course(rows, until), courses)
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


def _used(what: str, read: Callable[[Path], _Read], path: Path) -> _Read:
    from anlan.engines.tables import FileProblem

    try:
        return read(path)
    except FileProblem as error:
        _give_up(what, str(error))


def _print(result: object) -> None:
    sys.stdout.buffer.write(json.dumps(result, ensure_ascii=False, indent=1).encode() + b"\n")


def _give_up(what: str, message: str) -> NoReturn:
    click.echo(f"anlan alarms {what}: {message}", err=True)
    raise SystemExit(2)
