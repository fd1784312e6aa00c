"""The year of history of the demonstration."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import Count

from anlan.base.actors.loading import load_actor
from anlan.base.actors.models import User
from anlan.base.duties import queries as duties
from anlan.base.duties.models import Instance
from anlan.base.files.models import Attachment
from anlan.demo.services import demo_load
from anlan.demo.tests.conftest import DAY
from anlan.modules.commitment.models import Commitment
from anlan.modules.findings.choices import Level
from anlan.modules.findings.criteria import find
from anlan.modules.findings.models import Extension, Finding, Flag
from anlan.modules.findings.states import FindingState
from anlan.modules.indicators.models import MonthlyAnalysis, WeeklyScore
from anlan.modules.inspections.models import InspectionRecord
from anlan.modules.ledgers.models import LedgerEntry
from anlan.modules.risk.models import ControlMeasure, RiskObject

WHY = "count all"


@pytest.mark.usefixtures("city")
def test_the_city_has_a_year_behind_it() -> None:
    assert RiskObject.objects.unscoped(WHY).values("enterprise").distinct().count() == 60
    measures = ControlMeasure.objects.unscoped(WHY)
    assert not measures.filter(verification=2, inspection_content="").exists()
    assert not measures.filter(verification=1, tag="").exists()

    assert not RiskObject.objects.unscoped(WHY).filter(head=None).exists()
    pictured = Attachment.objects.unscoped(WHY).filter(object_type="risk.riskunit")
    assert pictured.exists()
    assert all(row.details["drawn"] and "演示" in row.title for row in pictured)

    states = Counter(Instance.objects.unscoped(WHY).values_list("state", flat=True))
    assert states["done"] > 5_000
    assert {"pending", "done_late", "overdue"} <= set(states)
    records = InspectionRecord.objects.unscoped(WHY)
    assert not records.filter(occurred_at__date__gt=DAY + timedelta(days=1)).exists()
    assert records.filter(is_late=True).exists()
    for record in records.filter(result="abnormal").select_related("task"):
        assert Finding.objects.unscoped(WHY).one(record.finding_id).origin_id == record.pk

    findings = Finding.objects.unscoped(WHY)
    assert set(findings.values_list("state", flat=True)) == set(FindingState.values)
    majors = findings.filter(level=Level.MAJOR)
    assert {row.criteria_edition for row in majors} == {"2017", "2026"}
    assert all(find(row.criteria_edition, row.criterion) for row in majors)
    assert Extension.objects.unscoped(WHY).filter(state="granted").exists()
    assert findings.filter(state__in=["confirmed", "rectifying"], overdue_days__gt=0).exists()
    assert Attachment.objects.unscoped(WHY).filter(kind="before").exists()
    padded = findings.filter(title__contains="箱门").values("enterprise").annotate(n=Count("id"))
    assert max(row["n"] for row in padded) >= 30

    weeks = WeeklyScore.objects.unscoped(WHY).values("week_on").annotate(n=Count("id"))
    assert len(weeks) == 52
    assert min(row["n"] for row in weeks) == 60
    assert MonthlyAnalysis.objects.unscoped(WHY).count() == 24
    assert LedgerEntry.objects.unscoped(WHY).exists()
    promised = Commitment.objects.unscoped(WHY)
    assert promised.filter(state="published", flags=[]).exists()
    assert promised.exclude(flags=[]).exists()

    doubts = Counter(Flag.objects.unscoped(WHY).values_list("code", flat=True))
    assert {"padding", "major_as_general", "too_quick", "late_entry"} <= set(doubts)

    operator = load_actor(User.objects.get(username="operator"))
    assert duties.mine(operator, DAY).exists()
    assert Finding.objects.for_actor(operator).exists()

    counted = findings.count()
    demo_load(2026, "small", DAY)
    assert findings.count() == counted
