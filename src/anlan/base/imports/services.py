"""The life of an import: taken, checked, applied in one transaction, or refused with reasons."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import AnlanError, NotYours, Refused
from anlan.base.files.models import StoredFile
from anlan.base.files.queries import open_content
from anlan.base.files.services import clean_name, keep
from anlan.base.imports import events, limits
from anlan.base.imports.checking import Checked, Progress, check_table
from anlan.base.imports.marking import write_marked
from anlan.base.imports.models import ImportRun, Mode
from anlan.base.imports.preview_store import fingerprint, keep_preview, moved_rows
from anlan.base.imports.reading import Table, read_table
from anlan.base.imports.refusals import Empty, TooLarge
from anlan.base.imports.sheet import Sheet, sheet_for
from anlan.base.imports.states import IMPORT, RunState
from anlan.base.jobs.services import enqueue

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BATCH = 5_000
FileRows = Sequence[tuple[int, list[Any]]]


class RowsWrong(Refused):
    """Everything was to be written, but rows are wrong."""

    code = "imports.rows_wrong"
    text = _("%(n)s rows are wrong.")
    remedy = _("Correct them and bring the file again, or write the good rows only.")


class NothingToWrite(Refused):
    """Every row is unchanged or wrong."""

    code = "imports.nothing_to_write"
    text = _("No row would change anything.")


class PreviewOutdated(Refused):
    """Between preview and writing somebody changed what the preview had read."""

    code = "imports.outdated"
    text = _("Since the check something was changed that this file changes too: rows %(rows)s.")
    remedy = _("Check the file again and look at the differences anew. Nothing was written.")


class Collision(Refused):
    """The database refused a row that the check let pass."""

    code = "imports.collision"
    text = _("The rows contradict something that is stored: %(detail)s")
    remedy = _("Check the file again. Nothing was written.")


def run_start(actor: Actor, sheet: Sheet, upload: IO[bytes], name: str) -> ImportRun:
    """Take a file and have it checked in the background. Raises Forbidden, Empty, TooLarge."""
    policy.require(actor, sheet.permission)
    if actor.user_id is None:
        raise NotYours()
    size = upload.seek(0, 2)
    upload.seek(0)
    if size > limits.max_bytes():
        raise TooLarge(most=limits.max_mb())
    if size == 0:
        raise Empty()
    home = actor.home
    with transaction.atomic():
        run = ImportRun.objects.create(
            sheet=sheet.name,
            user_id=actor.user_id,
            organisation_id=home.organisation_id if home else None,
            file_name=clean_name(name),
            source=keep(upload, "application/octet-stream"),
            language=translation.get_language() or actor.language,
        )
        _enqueue(actor, run, "imports.check")
    return run


def run_again(actor: Actor, run_id: UUID | str) -> ImportRun:
    """Check the same file anew, against what is stored now. Raises NotFromHere, NotYours."""
    with transaction.atomic():
        run = _lock(actor, run_id)
        policy.require(actor, sheet_for(run.sheet).permission)
        _settle(run)
        IMPORT.step(run, "again")
        run.error = run.remedy = run.mode = ""
        run.save()
        _enqueue(actor, run, "imports.check")
    return run


def run_cancel(actor: Actor, run_id: UUID | str) -> ImportRun:
    """Give an import up; nothing was written. Raises NotFromHere, NotYours."""
    with transaction.atomic():
        run = _lock(actor, run_id)
        _settle(run)
        IMPORT.step(run, "cancel")
        run.finished_at = now()
        run.save()
    return run


def run_apply(actor: Actor, run_id: UUID | str, mode: str) -> ImportRun:
    """Have the checked rows written in the background.

    Raises RowsWrong when all are wanted and some are wrong, NothingToWrite, NotFromHere, NotYours.
    """
    with transaction.atomic():
        run = _lock(actor, run_id)
        policy.require(actor, sheet_for(run.sheet).permission)
        wanted = Mode(mode) if mode in Mode.values else Mode.ALL
        if wanted == Mode.ALL and run.counts.get("wrong"):
            raise RowsWrong(n=run.counts["wrong"])
        IMPORT.step(run, "apply")
        if not run.counts.get("create") and not run.counts.get("update"):
            raise NothingToWrite()
        run.mode = wanted
        run.save()
        _enqueue(actor, run, "imports.apply")
    return run


def check_now(actor: Actor, run_id: UUID | str, progress: Progress) -> ImportRun:
    """Check the file of a run and keep its preview; a refused file ends the run as failed."""
    with transaction.atomic():
        run = _lock(actor, run_id)
        if run.state not in (RunState.UPLOADED, RunState.CHECKING):
            return run
        IMPORT.step(run, "check")
        run.save(update_fields=["state"])
    sheet = sheet_for(run.sheet)
    with translation.override(run.language):
        try:
            with _file_of(run) as path:
                table = read_table(path, sheet)
                rows = list(table.rows)
                checked = check_table(actor, sheet, table, progress=progress)
                marked = rest = None
                if checked.wrong:
                    marked = _marked(table, rows, checked, wrong_only=False)
                    rest = _marked(table, rows, checked, wrong_only=True)
        except AnlanError as error:
            return _fail(actor, run_id, error)
        with transaction.atomic():
            run = _lock(actor, run_id)
            keep_preview(run, checked)
            run.marked, run.rest = marked, rest
            run.counts, run.notes = checked.counts(), checked.notes
            run.fingerprint = fingerprint(checked)
            IMPORT.step(run, "preview")
            run.save()
    return run


def apply_now(actor: Actor, run_id: UUID | str, progress: Progress) -> ImportRun:
    """Write what the preview promised, all of it in one transaction, or nothing.

    Safe to run again: a run that was written is left alone. The stored rows are locked and the
    whole check is repeated first; if anything differs from the preview, nothing is written.
    """
    run = _own(actor, run_id)
    if run.state != RunState.APPLYING:
        return run
    sheet = sheet_for(run.sheet)
    try:
        with translation.override(run.language), transaction.atomic():
            run = _apply(actor, run_id, sheet, progress)
    except IntegrityError as error:
        detail = str(error).split("\n")[0][:200]
        return _fail(actor, run_id, Collision(detail=detail))
    except AnlanError as error:
        return _fail(actor, run_id, error)
    return run


def _apply(actor: Actor, run_id: UUID | str, sheet: Sheet, progress: Progress) -> ImportRun:
    run = _lock(actor, run_id)
    if run.state != RunState.APPLYING:
        return run
    policy.require(actor, sheet.permission)
    with connection.cursor() as cursor:
        # Two imports of one sheet at once would promise over each other's heads.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"imports:{sheet.name}"])
    with _file_of(run) as path:
        checked = check_table(actor, sheet, read_table(path, sheet), lock=True)
    if fingerprint(checked) != run.fingerprint:
        raise PreviewOutdated(rows=moved_rows(run, checked))
    changes = [*checked.creates, *checked.updates]
    for start in range(0, len(changes), BATCH):
        progress(start, len(changes))
        sheet.write(actor, changes[start : start + BATCH])
    progress(len(changes), len(changes))
    IMPORT.step(run, "finish")
    run.finished_at = now()
    run.save()
    counts = {key: run.counts.get(key, 0) for key in ("create", "update", "wrong")}
    record(actor, events.APPLIED, run, after={"sheet": sheet.name, "mode": run.mode, **counts})
    return run


def _marked(table: Table, rows: FileRows, checked: Checked, *, wrong_only: bool) -> StoredFile:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "marked.xlsx"
        write_marked(path, table.sheet_name, rows, checked, wrong_only=wrong_only)
        with path.open("rb") as stream:
            return keep(stream, XLSX)


def _enqueue(actor: Actor, run: ImportRun, name: str) -> None:
    run.job = enqueue(actor, name, run_id=run.pk, sheet=run.sheet, file_name=run.file_name)
    run.save(update_fields=["job"])


def _own(actor: Actor, run_id: UUID | str) -> ImportRun:
    run = ImportRun.objects.filter(pk=run_id, user_id=actor.user_id).first()  # type: ignore[misc]
    if run is None or actor.user_id is None:
        raise NotYours()
    return run


def _lock(actor: Actor, run_id: UUID | str) -> ImportRun:
    run = (
        ImportRun.objects.select_for_update(of=("self",))
        .select_related("source")
        .filter(pk=run_id, user_id=actor.user_id)  # type: ignore[misc]
        .first()
    )
    if run is None or actor.user_id is None:
        raise NotYours()
    return run


def _settle(run: ImportRun) -> None:
    """Count as failed what nobody works on any more; it wrote nothing."""
    if run.is_abandoned:
        IMPORT.step(run, "fail")


def _fail(actor: Actor, run_id: UUID | str, error: AnlanError) -> ImportRun:
    with transaction.atomic():
        run = _lock(actor, run_id)
        with translation.override(run.language):
            run.error, run.remedy = error.message(), error.remedy_text()
        IMPORT.step(run, "fail")
        run.finished_at = now()
        run.save()
    return run


@contextmanager
def _file_of(run: ImportRun) -> Iterator[Path]:
    """Give the source as a file on this machine: the readers need a path."""
    with tempfile.TemporaryDirectory(prefix="anlan-import-") as folder:
        path = Path(folder) / ("source" + Path(run.file_name).suffix.lower()[:6])
        with open_content(run.source) as source, path.open("wb") as target:
            for chunk in source.chunks(1 << 20):
                target.write(chunk)
        yield path
