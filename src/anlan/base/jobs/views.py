"""Pages of jobs: plumbing only."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from anlan.base.actors.middleware import ActorRequest
from anlan.base.errors import NotYours
from anlan.base.files.responses import serve
from anlan.base.jobs import queries, services

SHOWN = 50


@require_GET
@login_required
def index(request: ActorRequest) -> HttpResponse:
    """The latest jobs of this person."""
    return render(request, "jobs/index.html", {"jobs": queries.jobs_of(request.actor)[:SHOWN]})


@require_GET
@login_required
def show(request: ActorRequest, job_id: UUID) -> HttpResponse:
    """One job: the fragment alone for htmx (which asks again while it is open), else a page."""
    job = queries.job_for(request.actor, job_id)
    template = "jobs/_job.html" if request.headers.get("HX-Request") else "jobs/show.html"
    return render(request, template, {"job": job})


@require_POST
@login_required
def cancel(request: ActorRequest, job_id: UUID) -> HttpResponse:
    """Ask a job to end."""
    services.cancel(request.actor, job_id)
    return redirect("jobs:show", job_id=job_id)


@require_GET
@login_required
def download(request: ActorRequest, job_id: UUID) -> HttpResponseBase:
    """Hand out the file a job made."""
    job = queries.job_for(request.actor, job_id)
    if job.result_file is None:
        raise NotYours()
    return serve(request, job.result_file, job.result_file_name or "result")
