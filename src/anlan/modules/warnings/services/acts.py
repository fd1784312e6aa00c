"""What people do about a warning: acknowledge, report, clear; ask and answer."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base import live
from anlan.base.actors import policy as actors_policy
from anlan.base.actors.actor import Actor
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import BadInput, Problem, Problems
from anlan.base.inbox.models import Urgency
from anlan.base.inbox.queries import recipients_for
from anlan.base.inbox.services import notify
from anlan.base.states.services import advance, check
from anlan.modules.warnings import events, notices, policy, queries
from anlan.modules.warnings.models import EarlyWarning, FeedbackRequest
from anlan.modules.warnings.problems import AnsweredAlready, QuestionsOpen, StillStands
from anlan.modules.warnings.services.telling import PLANT_ROLES
from anlan.modules.warnings.states import WARNING

ANSWER_WITHIN = dt.timedelta(hours=4)
SAY_SOMETHING = _("Say it in a sentence.")


@check(WARNING, "clear")
def _is_over(actor: Actor, row: EarlyWarning) -> None:
    if row.calm_at is None:
        raise StillStands()
    if FeedbackRequest.objects.for_actor(actor).filter(warning=row, answer="").exists():
        raise QuestionsOpen()


@transaction.atomic
def acknowledge(actor: Actor, warning_id: UUID | str) -> EarlyWarning:
    """Say that a warning was seen. Raises as `advance`."""
    row = queries.warning_one(actor, warning_id)
    fields = {"acknowledged_at": now(), "acknowledged_by_id": actor.user_id}
    return _told(advance(actor, row, "acknowledge", events.ACKNOWLEDGED, changes=fields))


@transaction.atomic
def report(actor: Actor, warning_id: UUID | str, *, cause: str, measure: str) -> EarlyWarning:
    """Say why the index rose and what is done about it. Raises BadInput, and as `advance`.

    Who reports has seen it: an unacknowledged warning counts as acknowledged with it.
    """
    row = queries.warning_one(actor, warning_id)
    problems = Problems()
    if not cause.strip():
        problems.add("cause", SAY_SOMETHING, code="missing")
    if not measure.strip():
        problems.add("measure", SAY_SOMETHING, code="missing")
    problems.raise_if_any()
    moment = now()
    fields: dict[str, object] = {
        "cause": cause.strip()[:1000],
        "measure": measure.strip()[:1000],
        "reported_at": moment,
        "reported_by_id": actor.user_id,
    }
    if row.acknowledged_at is None:
        fields |= {"acknowledged_at": moment, "acknowledged_by_id": actor.user_id}
    return _told(advance(actor, row, "report", events.REPORTED, changes=fields))


@transaction.atomic
def clear(actor: Actor, warning_id: UUID | str, reason: str) -> EarlyWarning:
    """Clear a warning whose index is back, with a reason, by another than who reported.

    Raises StillStands, QuestionsOpen, and as `advance`.
    """
    row = queries.warning_one(actor, warning_id)
    fields = {"cleared_at": now(), "cleared_by_id": actor.user_id}
    return _told(advance(actor, row, "clear", events.CLEARED, reason=reason, changes=fields))


@transaction.atomic
def ask(
    actor: Actor, warning_id: UUID | str, text: str, due_at: dt.datetime | None = None
) -> FeedbackRequest:
    """Ask the enterprise about a warning; it answers within four hours unless said otherwise.

    Raises NotYours, Forbidden, BadInput.
    """
    row = queries.warning_one(actor, warning_id)
    actors_policy.require(actor, policy.ASK, row)
    if not text.strip():
        raise BadInput(Problem("text", SAY_SOMETHING, code="missing"))
    made = FeedbackRequest.objects.create(
        enterprise_id=row.enterprise_id,
        scope_path=row.scope_path,
        warning=row,
        text=text.strip()[:1000],
        asked_by_id=actor.user_id,
        place=actor.home.organisation_name[:120] if actor.home else "",
        due_at=due_at or now() + ANSWER_WITHIN,
    )
    record(actor, events.ASKED, row, after={"text": made.text, "due_at": made.due_at})
    notify(
        actor,
        recipients_for(row, PLANT_ROLES),
        notices.ASKED.code,
        {"place": row.unit.name, "who": made.place, "text": made.text[:120]},
        row=row,
        url=f"/warnings/{row.pk}/",
        urgency=Urgency.ORANGE,
        needs_action=True,
    )
    _told(row)
    return made


@transaction.atomic
def answer(actor: Actor, request_id: UUID | str, text: str) -> FeedbackRequest:
    """Answer a question of a level above. Raises NotYours, Forbidden, AnsweredAlready, BadInput."""
    made = FeedbackRequest.objects.for_actor(actor).lock(request_id)
    actors_policy.require(actor, policy.REPORT, made)
    if made.answered_at is not None:
        raise AnsweredAlready()
    if not text.strip():
        raise BadInput(Problem("answer", SAY_SOMETHING, code="missing"))
    made.answer, made.answered_at = text.strip()[:1000], now()
    made.answered_by_id = actor.user_id
    made.version += 1
    made.save()
    row = queries.warning_one(actor, made.warning_id)
    record(actor, events.ANSWERED, row, after={"answer": made.answer})
    if made.asked_by_id is not None:
        notify(
            actor,
            [made.asked_by_id],
            notices.ANSWERED.code,
            {"place": row.unit.name, "text": made.answer[:120]},
            row=row,
            url=f"/warnings/{row.pk}/",
        )
    _told(row)
    return made


def _told(row: EarlyWarning) -> EarlyWarning:
    live.publish("warnings", "warning", {"id": str(row.pk)}, row=row)
    return row
