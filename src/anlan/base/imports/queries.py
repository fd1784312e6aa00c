"""Reading imports: a person sees their own."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from anlan.base.actors.actor import Actor
from anlan.base.errors import NotYours
from anlan.base.imports.models import ImportRow, ImportRun
from anlan.base.imports.sheet import Sheet, all_sheets


def runs_of(actor: Actor) -> QuerySet[ImportRun]:
    """Return this person's imports, newest first; nobody's for an actor without an account."""
    mine = ImportRun.objects.filter(user_id=actor.user_id, user_id__isnull=False)  # type: ignore[misc]
    return mine.select_related("job").order_by("-created_at", "-pk")


def run_for(actor: Actor, run_id: UUID | str) -> ImportRun:
    """Return one of this person's imports. Raises NotYours."""
    try:
        return runs_of(actor).select_related("source", "marked", "rest").get(pk=run_id)
    except (ImportRun.DoesNotExist, ValidationError, ValueError) as error:
        raise NotYours() from error


def rows_of(run: ImportRun, kind: str = "") -> QuerySet[ImportRow]:
    """Return the rows of a preview in the file's order."""
    rows = run.rows.all()
    return (rows.filter(kind=kind) if kind else rows).order_by("number", "pk")


def sheets_for(actor: Actor) -> list[Sheet]:
    """Return the sheets this person may import, by title."""
    found = [sheet for sheet in all_sheets().values() if actor.may(sheet.permission)]
    return sorted(found, key=str)
