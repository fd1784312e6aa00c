"""Uploads on a clock."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import SYSTEM
from anlan.base.jobs.registry import JobContext, JobResult, job
from anlan.exchange.models import Endpoint
from anlan.exchange.services.collecting import collect
from anlan.exchange.services.sending import push

UPLOAD_JOB = "exchange.upload"


@job(
    "exchange.upload_all",
    title=_("Upload what changed"),
    every="*/10 * * * *",
    resumes=True,
)
def upload_all(context: JobContext) -> JobResult:
    """Upload what changed to every endpoint in use."""
    rows = Endpoint.objects.for_actor(SYSTEM).filter(is_active=True, problem="")
    accepted = rejected = 0
    for pk in list(rows.order_by("pk").values_list("pk", flat=True)):
        collect(pk)
        run = push(pk)
        accepted, rejected = accepted + run.accepted, rejected + run.rejected
        context.progress(accepted + rejected)
    return JobResult(data={"accepted": accepted, "rejected": rejected})


@job(UPLOAD_JOB, title=_("Upload now"), resumes=True)
def upload(context: JobContext, endpoint: str) -> JobResult:
    """Upload what changed to one endpoint."""
    pk = UUID(endpoint)
    n = collect(pk)
    context.progress(0, n)
    run = push(pk, at_once=True)
    return JobResult(
        message=_("Taken: %(accepted)s, rejected: %(rejected)s. %(problem)s"),
        params={"accepted": run.accepted, "rejected": run.rejected, "problem": run.problem},
        url=f"/exchange/endpoints/{pk}/",
    )
