"""The address of papers: plumbing only."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from anlan.base.actors import policy
from anlan.base.actors.middleware import ActorRequest
from anlan.base.errors import NotYours
from anlan.base.files.responses import download
from anlan.base.papers.registry import paper_for
from anlan.base.papers.rendering import MIME, render


@require_GET
@login_required
def paper(request: ActorRequest, name: str, object_id: UUID, fmt: str) -> HttpResponseBase:
    """Hand out a paper about a record the actor sees."""
    declared = paper_for(name)
    if declared is None or fmt not in declared.formats:
        raise NotYours()
    row = declared.model._default_manager.for_actor(request.actor).one(object_id)  # type: ignore[attr-defined]
    if declared.permission:
        policy.require(request.actor, declared.permission, row)
    stem = declared.file_name(row) if declared.file_name else f"{declared.title} {row}"
    return download(render(declared, fmt, request.actor, row), MIME[fmt], f"{stem}.{fmt}")
