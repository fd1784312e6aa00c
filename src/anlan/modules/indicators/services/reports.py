"""Monthly analyses and half-yearly self-evaluations: kept as drafts, then finished."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.queries import organisation_one
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import Problems
from anlan.modules.indicators import elements, events, queries_analysis
from anlan.modules.indicators.models import MonthlyAnalysis, SelfEvaluation
from anlan.modules.indicators.policy import ANALYSE, EVALUATE
from anlan.modules.indicators.problems import Finished


@transaction.atomic
def analysis_save(
    actor: Actor,
    enterprise_id: UUID,
    month_on: dt.date,
    *,
    conclusion: str,
    measures: str,
    finish: bool = False,
) -> MonthlyAnalysis:
    """Keep what an enterprise says about its month; `finish` freezes the figures with it.

    Raises NotYours, Forbidden, Finished, BadInput without a conclusion to finish with.
    """
    enterprise = organisation_one(actor, enterprise_id)
    policy.require(actor, ANALYSE, enterprise)
    month = month_on.replace(day=1)
    rows = MonthlyAnalysis.objects.for_actor(actor).select_for_update(of=("self",))
    row = rows.filter(enterprise=enterprise, month_on=month).first()
    if row is None:
        row = MonthlyAnalysis(enterprise=enterprise, scope_path=enterprise.path, month_on=month)
    elif row.finished_at is not None:
        raise Finished()
    else:
        row.version += 1
    before = {"conclusion": row.conclusion, "measures": row.measures}
    row.conclusion, row.measures = conclusion.strip(), measures.strip()
    if finish:
        _demand("conclusion", row.conclusion)
        row.finished_at, row.finished_by_id = now(), actor.user_id
        row.figures = queries_analysis.figures(actor, month, enterprise.pk).as_json()
    row.save()
    event = events.ANALYSIS_FINISHED if finish else events.ANALYSIS_SAVED
    after = {"conclusion": row.conclusion, "measures": row.measures}
    record(actor, event, row, before=before, after=after)
    return row


@transaction.atomic
def evaluation_save(
    actor: Actor,
    enterprise_id: UUID,
    year: int,
    half: int,
    *,
    answers: Mapping[str, Mapping[str, Any]],
    summary: str,
    finish: bool = False,
) -> SelfEvaluation:
    """Keep an enterprise's points and words per element; `finish` ends it.

    `answers` are `{"points": …, "text": …}` by element. Raises NotYours, Forbidden, Finished,
    BadInput for points beyond an element's score, or missing when it is finished.
    """
    enterprise = organisation_one(actor, enterprise_id)
    policy.require(actor, EVALUATE, enterprise)
    rows = SelfEvaluation.objects.for_actor(actor).select_for_update(of=("self",))
    row = rows.filter(enterprise=enterprise, year=year, half=half).first()
    if row is None:
        row = SelfEvaluation(
            enterprise=enterprise, scope_path=enterprise.path, year=year, half=half
        )
    elif row.finished_at is not None:
        raise Finished()
    else:
        row.version += 1
    before = {"total": row.total}
    row.answers, row.total = _answers(answers, finish)
    row.summary = summary.strip()
    if finish:
        row.finished_at, row.finished_by_id = now(), actor.user_id
    row.save()
    event = events.EVALUATION_FINISHED if finish else events.EVALUATION_SAVED
    record(actor, event, row, before=before, after={"total": row.total, "summary": row.summary})
    return row


def _answers(
    given: Mapping[str, Mapping[str, Any]], finish: bool
) -> tuple[dict[str, dict[str, str]], Decimal]:
    problems, total = Problems(), Decimal(0)
    kept: dict[str, dict[str, str]] = {}
    for element in elements.elements():
        answer = given.get(element.code, {})
        text = str(answer.get("text") or "").strip()[:2000]
        raw = answer.get("points")
        points: Decimal | None = None
        if raw not in (None, ""):
            try:
                points = Decimal(str(raw))
            except InvalidOperation:
                problems.add(element.field, _("is not a number"))
                continue
            if not points.is_finite() or not 0 <= points <= element.score:
                problems.add(
                    element.field, _("must lie between 0 and %(most)s") % {"most": element.score}
                )
                continue
            total += points
        elif finish and not element.is_bonus:
            problems.add(element.field, _("Give the points to finish."), code="required")
        kept[element.code] = {"points": "" if points is None else f"{points:f}", "text": text}
    problems.raise_if_any()
    return kept, total


def _demand(name: str, text: str) -> None:
    problems = Problems()
    if not text:
        problems.add(name, _("Say what the figures show before you finish."), code="required")
    problems.raise_if_any()
