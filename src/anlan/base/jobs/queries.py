"""Reading jobs: a person sees their own."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from anlan.base.actors.actor import Actor
from anlan.base.errors import NotYours
from anlan.base.jobs.models import Job
from anlan.base.jobs.states import OPEN


def jobs_of(actor: Actor) -> QuerySet[Job]:
    """This person's jobs, newest first. Nobody's for an actor without an account."""
    return (
        Job.objects.filter(owner_id=actor.user_id, owner_id__isnull=False)
        .select_related("result_file", "enterprise")
        .order_by("-created_at", "-pk")
    )


def open_jobs_of(actor: Actor) -> QuerySet[Job]:
    """Those that still wait or run."""
    return jobs_of(actor).filter(state__in=OPEN)


def job_for(actor: Actor, job_id: UUID | str) -> Job:
    """One of this person's jobs. Raises NotYours."""
    try:
        return jobs_of(actor).get(pk=job_id)
    except (Job.DoesNotExist, ValidationError) as error:
        raise NotYours() from error


def newest_of_system(name: str) -> Job | None:
    """Return the job of this name that the product itself started last, None before the first."""
    rows = Job.objects.filter(owner_id__isnull=True, kind=name)
    return rows.order_by("-created_at", "-pk").first()
