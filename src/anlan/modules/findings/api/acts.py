"""What one does to findings: one operation an act, through the services the pages use.

They join the router of the reads: one address answers to both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Schema, Status
from ninja.decorators import decorate_view

from anlan.base.actors.actor import Actor
from anlan.base.api.etags import expected_version
from anlan.base.api.services import idempotent
from anlan.base.errors import Problems
from anlan.modules.findings import queries, texts
from anlan.modules.findings.api import schemas
from anlan.modules.findings.api.routes import ERRORS, WRITE_ERRORS, actor_of, router, shown
from anlan.modules.findings.models import Finding
from anlan.modules.findings.services import extending, major, treating

__all__ = ["router"]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: its name in the address, what it takes, what it does."""

    name: str
    summary: str
    body: type[Schema]
    run: Callable[[Actor, Finding, Any], object]


def _plan(row: Finding, body: schemas.PlanIn) -> treating.Plan:
    """Return the plan as it stands with what the caller sent in its place."""
    sent = body.model_dump(exclude_unset=True)
    links = ("owner", "acceptor", "department")
    names = [name for name in schemas.PlanIn.model_fields if name not in links]
    given = {name: sent.get(name, getattr(row, name)) for name in names}
    given |= {f"{name}_id": sent.get(name, getattr(row, f"{name}_id")) for name in links}
    given["level"] = row.level if given["level"] is None else given["level"]
    for name in ("measures", "interim", "funds_note", "plan", "cause", "root_cause"):
        given[name] = given[name] or ""
    return treating.Plan(**given)


def _reopen(actor: Actor, row: Finding, body: schemas.ReopenIn) -> object:
    _demand("deadline", body.deadline, texts.DEADLINE_MISSING)
    assert body.deadline is not None
    return treating.reopen(actor, row.pk, body.reason, body.deadline)


def _demand(name: str, value: Any, text: Any) -> None:
    problems = Problems()
    if value is None:
        problems.add(name, text, code="missing")
    problems.raise_if_any()


ACTS = (
    Act("confirm", "Confirm level, owner, deadline and measures of a report", schemas.PlanIn,
        lambda actor, row, body: treating.confirm(actor, row.pk, _plan(row, body))),
    Act("dismiss", "Judge that a report is no finding", schemas.ReasonIn,
        lambda actor, row, body: treating.dismiss(actor, row.pk, body.reason)),
    Act("close", "Confirm and close what was corrected on the spot", schemas.ResultIn,
        lambda actor, row, body: treating.close_on_the_spot(
            actor, row.pk, result=body.result, cost=body.cost)),
    Act("start", "Start rectification", schemas.NothingIn,
        lambda actor, row, body: treating.start(actor, row.pk)),
    Act("submit", "Submit for acceptance", schemas.ResultIn,
        lambda actor, row, body: treating.submit(
            actor, row.pk, result=body.result, cost=body.cost)),
    Act("accept", "Accept and close", schemas.OpinionIn,
        lambda actor, row, body: treating.accept(actor, row.pk, opinion=body.opinion)),
    Act("reject", "Send back to rectification", schemas.ReasonIn,
        lambda actor, row, body: treating.reject(actor, row.pk, body.reason)),
    Act("reopen", "Open a closed finding again", schemas.ReopenIn, _reopen),
    Act("remark", "Add words to its story", schemas.RemarkIn,
        lambda actor, row, body: treating.remark(actor, row.pk, body.text)),
    Act("raise", "Judge it a major accident hazard", schemas.RaiseIn,
        lambda actor, row, body: major.raise_level(actor, row.pk, body.criterion, body.reason)),
    Act("lower", "Judge it general after all", schemas.ReasonIn,
        lambda actor, row, body: major.lower_level(actor, row.pk, body.reason)),
    Act("sign", "Sign as the principal responsible person", schemas.NothingIn,
        lambda actor, row, body: major.sign(actor, row.pk)),
    Act("review", "Review as group, park or bureau", schemas.OpinionIn,
        lambda actor, row, body: major.review(actor, row.pk, body.opinion)),
    Act("supervise", "List for supervision", schemas.ListIn,
        lambda actor, row, body: major.list_for_supervision(actor, row.pk, body.number)),
    Act("clear", "Clear the number of an accepted one", schemas.OpinionIn,
        lambda actor, row, body: major.clear(actor, row.pk, body.opinion)),
)  # fmt: skip


def _held(request: HttpRequest, finding_id: UUID) -> Finding:
    """Return the finding, locked and of the version the caller read."""
    row = queries.finding_locked(actor_of(request), finding_id)
    expected_version(request, row)
    return row


def _mount(act: Act) -> None:
    body_type: Any = act.body

    @router.post(
        f"/findings/{{finding_id}}/{act.name}",
        response={200: schemas.FindingOut, **WRITE_ERRORS},
        operation_id=f"finding_{act.name}",
        summary=f"{act.summary}; needs If-Match",
    )
    @decorate_view(idempotent)
    def acting(
        request: HttpRequest, finding_id: UUID, body: body_type, response: HttpResponse
    ) -> Any:
        with transaction.atomic():
            act.run(actor_of(request), _held(request, finding_id), body)
        return shown(actor_of(request), finding_id, response)


for _act in ACTS:
    _mount(_act)


@router.patch(
    "/findings/{finding_id}",
    response={200: schemas.FindingOut, **WRITE_ERRORS},
    operation_id="finding_change",
    summary="Change the plan of an open finding, without its deadline and level; needs If-Match",
)
@decorate_view(idempotent)
def finding_change(
    request: HttpRequest, finding_id: UUID, body: schemas.PlanIn, response: HttpResponse
) -> Any:
    with transaction.atomic():
        row = _held(request, finding_id)
        treating.change(actor_of(request), row.pk, _plan(row, body))
    return shown(actor_of(request), finding_id, response)


@router.get(
    "/findings/{finding_id}/extensions",
    response={200: list[schemas.ExtensionOut], **ERRORS},
    operation_id="finding_extensions",
    summary="Requests for more time, the newest first",
)
def extension_list(request: HttpRequest, finding_id: UUID) -> Any:
    actor = actor_of(request)
    row = queries.finding_one(actor, finding_id)
    return [schemas.extension_out(one) for one in queries.extensions_of(actor, row)]


@router.post(
    "/findings/{finding_id}/extensions",
    response={201: schemas.ExtensionOut, **WRITE_ERRORS},
    operation_id="finding_extend",
    summary="Ask for more time; needs If-Match",
)
@decorate_view(idempotent)
def extension_request(request: HttpRequest, finding_id: UUID, body: schemas.ExtensionIn) -> Any:
    with transaction.atomic():
        row = _held(request, finding_id)
        _demand("new_deadline", body.new_deadline, texts.DEADLINE_MISSING)
        assert body.new_deadline is not None
        made = extending.request(
            actor_of(request),
            row.pk,
            new_deadline=body.new_deadline,
            reason=body.reason,
            interim=body.interim,
        )
    return Status(201, schemas.extension_out(made))


def _decide(verdict: str, summary: str, run: Callable[[Actor, UUID, str], object]) -> None:
    @router.post(
        f"/findings/extensions/{{extension_id}}/{verdict}",
        response={200: schemas.ExtensionOut, **WRITE_ERRORS},
        operation_id=f"finding_extension_{verdict}",
        summary=summary,
    )
    @decorate_view(idempotent)
    def deciding(request: HttpRequest, extension_id: UUID, body: schemas.ReasonIn) -> Any:
        actor = actor_of(request)
        run(actor, queries.extension_one(actor, extension_id).pk, body.reason)
        return schemas.extension_out(queries.extension_one(actor, extension_id))


_decide("grant", "Grant more time; the deadline moves",
        lambda actor, pk, reason: extending.grant(actor, pk))  # fmt: skip
_decide("refuse", "Refuse more time, with a reason", extending.refuse)
