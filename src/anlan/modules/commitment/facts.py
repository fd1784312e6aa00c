"""What the product knows about the day: each module adds what it can count, by one line.

@facts.provide
def from_permits(actor, enterprise_id, scope_path, day):
    return {"n_hot_1": …}
"""

import datetime as dt
from collections.abc import Callable, Mapping
from uuid import UUID

from django.db.models import Count, Q

from anlan.base.actors.actor import Actor
from anlan.base.actors.scope import path_end
from anlan.base.clock import now
from anlan.modules.commitment import rules
from anlan.modules.commitment.fields import COUNTS, NAMES, SOURCES
from anlan.modules.findings.choices import Level
from anlan.modules.findings.models import Finding
from anlan.modules.findings.states import OPEN
from anlan.modules.registry.models import Enterprise, Facility
from anlan.modules.registry.models.facility import FacilityKind, OperatingState
from anlan.modules.risk.models import ShutdownRecord

Provider = Callable[[Actor, UUID, str, dt.date], Mapping[str, int]]

Bound = Callable[[Actor, UUID], int | None]

_PROVIDERS: list[Provider] = []
_BOUNDS: list[Bound] = []


def provide(provider: Provider) -> Provider:
    """Add `provider(actor, enterprise_id, scope_path, day) -> {name: count}`.

    Names are those of `fields.COUNTS`. The path narrows to a workshop or shift.
    """
    _PROVIDERS.append(provider)
    return provider


def bounds_grade(bound: Bound) -> Bound:
    """Add `bound(actor, enterprise_id)`: the least grade that what is no figure allows, if any."""
    _BOUNDS.append(bound)
    return bound


def least_grade(actor: Actor, enterprise_id: UUID, counts: Mapping[str, int | None]) -> int:
    """Return the least grade that the figures and all bounds allow."""
    bounds = [bound(actor, enterprise_id) for bound in _BOUNDS]
    return min(rules.least_grade(counts), *(one for one in bounds if one is not None), rules.LOW)


def known(
    actor: Actor, enterprise_id: UUID, scope_path: str, day: dt.date
) -> dict[str, int | None]:
    """Return every figure of the day; None for those nobody provides."""
    found: dict[str, int | None] = dict.fromkeys(NAMES)
    for provider in _PROVIDERS:
        found |= provider(actor, enterprise_id, scope_path, day)
    return found


def not_connected(known_: Mapping[str, int | None]) -> list[str]:
    """Return the sources of which nothing is known, in words; their figures are unchecked."""
    missing = {count.source for count in COUNTS} - {
        count.source for count in COUNTS if known_.get(count.name) is not None
    }
    return [str(label) for code, label in SOURCES.items() if code in missing]


def _below(scope_path: str) -> Q:
    return Q(scope_path__gte=scope_path, scope_path__lt=path_end(scope_path))


@provide
def from_registry(
    actor: Actor, enterprise_id: UUID, scope_path: str, day: dt.date
) -> Mapping[str, int]:
    """Count production installations by state, and key processes of the enterprise."""
    rows = Facility.objects.for_actor(actor).filter(
        _below(scope_path),
        enterprise=enterprise_id,
        removed_at__isnull=True,
        kind=FacilityKind.INSTALLATION,
    )
    total = rows.exclude(state=OperatingState.SCRAPPED).count()
    stopped = rows.filter(state__in=[OperatingState.STANDBY, OperatingState.STOPPED]).count()
    overhaul = (
        ShutdownRecord.objects.for_actor(actor)
        .filter(
            _below(scope_path),
            enterprise=enterprise_id,
            started_at__lte=now(),
            ended_at__isnull=True,
        )
        .aggregate(n=Count("unit__object__facility", distinct=True))["n"]
    )
    overhaul = min(overhaul, total - stopped)
    found = {
        "n_units": total,
        "n_stopped": stopped,
        "n_overhaul": overhaul,
        "n_running": total - stopped - overhaul,
    }
    plant = Enterprise.objects.for_actor(actor).filter(pk=enterprise_id).first()
    if plant is not None:
        found["n_key_process"] = len(plant.key_processes or [])
    return found


@provide
def from_findings(
    actor: Actor, enterprise_id: UUID, scope_path: str, day: dt.date
) -> Mapping[str, int]:
    """Count open, overdue and major findings."""
    rows = Finding.objects.for_actor(actor).filter(
        _below(scope_path), enterprise=enterprise_id, state__in=sorted(OPEN)
    )
    counted: dict[str, int] = rows.aggregate(
        n_findings_open=Count("pk"),
        n_findings_overdue=Count("pk", filter=Q(deadline__lt=day)),
        n_major=Count("pk", filter=Q(level=Level.MAJOR)),
    )
    return counted
