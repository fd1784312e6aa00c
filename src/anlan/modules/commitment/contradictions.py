"""What may contradict a commitment besides its figures: each module adds what it can tell.

@contradictions.check("running_without_signals", _("said to run, but its sensors stand still"))
def against_telemetry(actor, row, known):
    yield Flag("running_without_signals", stated=row.counts["n_running"], actual=0)

A module that only counts needs nothing of this: `facts.provide` compares its figures by itself.
"""

from collections.abc import Callable, Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.clock import now
from anlan.base.errors import Text
from anlan.modules.commitment.models import Commitment, Judgement
from anlan.modules.commitment.rules import Flag
from anlan.modules.commitment.states import JudgementState
from anlan.modules.risk.models import ShutdownRecord

Check = Callable[[Actor, Commitment, Mapping[str, int | None]], Iterable[Flag]]

_CHECKS: dict[str, Check] = {}
LABELS: dict[str, Text] = {}


def check(code: str, label: Text) -> Callable[[Check], Check]:
    """Add a check, with the words for what it finds."""

    def add(function: Check) -> Check:
        _CHECKS[code], LABELS[code] = function, label
        return function

    return add


def found(actor: Actor, row: Commitment, known: Mapping[str, int | None]) -> list[Flag]:
    """Return what contradicts a commitment that is being published; `known` are the facts."""
    return [flag for function in _CHECKS.values() for flag in function(actor, row, known)]


@check("grade_below_level", _("risk grade lower than a level below judged"))
def against_levels(
    actor: Actor, row: Commitment, known: Mapping[str, int | None]
) -> Iterable[Flag]:
    """Compare the grade with the worst that a shift or workshop signed."""
    worst = (
        Judgement.objects.for_actor(actor)
        .filter(commitment=row, state=JudgementState.SIGNED, grade__isnull=False)
        .order_by("grade")
        .values_list("grade", flat=True)
        .first()
    )
    if row.grade is not None and worst is not None and row.grade > worst:
        yield Flag("grade_below_level", "grade", row.grade, worst)


@check("shutdown_not_stated", _("places are out of service, but none is stated stopped"))
def against_shutdowns(
    actor: Actor, row: Commitment, known: Mapping[str, int | None]
) -> Iterable[Flag]:
    """Compare with the shutdown records, also of places that belong to no installation."""
    stated = sum(row.counts.get(name) or 0 for name in ("n_stopped", "n_overhaul", "n_stopping"))
    if stated:
        return
    n = (
        ShutdownRecord.objects.for_actor(actor)
        .filter(enterprise=row.enterprise_id, ended_at__isnull=True, started_at__lte=now())
        .values("unit")
        .distinct()
        .count()
    )
    # Where the installations already differ the count says it.
    if n and not known.get("n_overhaul"):
        yield Flag("shutdown_not_stated", "n_overhaul", stated, n)
