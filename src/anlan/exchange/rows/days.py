"""What goes by the day and the week: commitments and scores of the operating effect."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.clock import SHANGHAI
from anlan.exchange import fields
from anlan.exchange.choices import Part
from anlan.exchange.rows.shape import Around, Table
from anlan.modules.commitment.fields import COUNTS
from anlan.modules.commitment.models import Commitment, Grade
from anlan.modules.commitment.states import CommitmentState
from anlan.modules.indicators.models import WeeklyScore
from anlan.modules.registry.models import Enterprise

# The order in which an endpoint gives its codes of the day's grade.
GRADES = (Grade.LOW, Grade.GENERAL, Grade.LARGER, Grade.MAJOR)


def _commitments(actor: Actor, enterprise_id: UUID) -> Any:
    # One taken back to be corrected stays upstream as it was until it is published again.
    rows = Commitment.objects.for_actor(actor).filter(
        enterprise=enterprise_id, state=CommitmentState.PUBLISHED
    )
    return rows.select_related("published_by")


def has_mhi(actor: Actor, enterprise_id: UUID) -> bool:
    """Tell whether an enterprise has a major hazard installation."""
    rows = Enterprise.objects.for_actor(actor).filter(pk=enterprise_id, n_mhi__gt=0)
    return bool(rows.exists())


def _commitment(row: Commitment, around: Around) -> dict[str, Any]:
    stated = row.counts

    def yes(*names: str) -> str:
        return "1" if any((stated.get(name) or 0) > 0 for name in names) else "0"

    counts = {one.interface: stated.get(one.name) or 0 for one in COUNTS if one.interface}
    by = row.published_by.display_name if row.published_by else ""
    grade = ""
    if row.grade is not None and len(around.grade_codes) == len(GRADES):
        grade = around.grade_codes[GRADES.index(Grade(row.grade))]
    return {
        "id": row.pk,
        "companyCode": around.company_code,
        **counts,
        "contractor": yes("n_contractor"),
        "trialProduction": "1" if row.has_trial else yes("n_trial"),
        "openParking": yes("n_starting", "n_stopping"),
        "openParkingNumber": counts["workNumber"] + counts["notWorkNumber"],
        "test": "1" if row.has_pilot else "0",
        "mHazards": "1" if around.has_mhi else "0",
        "riskGrade": grade,
        "commitDate": dt.datetime.combine(row.day, dt.time(0), tzinfo=SHANGHAI),
        "commitment": row.committer or by,
        "commitContent": row.text,
        **around.stamp(row, by, by),
    }


def _scores(actor: Actor, enterprise_id: UUID) -> Any:
    rows = WeeklyScore.objects.for_actor(actor)
    return rows.filter(enterprise=enterprise_id, score__isnull=False)


def _percent(part: int, whole: int) -> Decimal:
    # Nothing due is nothing missed.
    return (Decimal(100 * part) / whole).quantize(Decimal("0.01")) if whole else Decimal(100)


def _score(row: WeeklyScore, around: Around) -> dict[str, Any]:
    return {
        "id": row.pk,
        "companyCode": around.company_code,
        "score": row.score,
        "runLevel": row.band,
        "rateCheck": _percent(row.done, row.planned),
        "rateDanger": _percent(row.findings_accepted, row.findings_due),
        "screeTaskScore": row.inspection_points,
        "coverageScore": row.coverage_deduction,
        "hiddenGovernScore": row.rectification_points,
        "hiddenFewScore": row.few_deduction,
        "vetoItem": "1" if row.vetoes else "0",
        **around.stamp(row),
    }


TABLES: tuple[Table, ...] = (
    Table(fields.PROMISE, _("Safety-risk commitments"), Part.COMMITMENT, _commitments,
          _commitment),
    Table(fields.SCORE, _("Weekly scores"), Part.SCORE, _scores, _score),
)  # fmt: skip
