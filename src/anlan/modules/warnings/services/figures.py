"""Own figures of the index: proposed with a reason, decided by another, in force from then on."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.base.actors import policy as actors_policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.queries import organisation_one
from anlan.base.actors.roles import OrganisationKind, Role
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import BadInput, NotYours, Problem, Problems
from anlan.base.inbox.queries import recipients_for
from anlan.base.inbox.services import notify
from anlan.base.states.services import advance
from anlan.engines.warning import index, model
from anlan.modules.registry.models import MhiUnit
from anlan.modules.warnings import events, notices, policy, rules, rules_figures
from anlan.modules.warnings import queries_figures as queries
from anlan.modules.warnings.models import IndexFigures
from anlan.modules.warnings.problems import ProposalWaits
from anlan.modules.warnings.services import inputs
from anlan.modules.warnings.services.telling import AUTHORITY_ROLES
from anlan.modules.warnings.states import FiguresState

APPROVERS = frozenset({Role.TECHNICAL, Role.PRINCIPAL})


@transaction.atomic
def propose(
    actor: Actor, enterprise_id: UUID | str, given: Mapping[str, float], reason: str
) -> IndexFigures:
    """Propose figures (`part:code` → value; what is not given is the product's).

    Raises NotYours, Forbidden, ProposalWaits, BadInput (out of bounds, nothing changes, no reason).
    """
    plant = organisation_one(actor, enterprise_id)
    if plant.kind != OrganisationKind.ENTERPRISE:
        raise NotYours()
    actors_policy.require(actor, policy.FIGURES_PROPOSE, plant)
    base = model.packaged()
    problems = Problems()
    known = {one.key: one for one in rules_figures.figures(base)}
    for key, value in given.items():
        one = known.get(key)
        if one is None:
            problems.add(key, _("cannot be set"), code="unknown")
        elif not one.least <= value <= one.most:
            problems.add(
                key,
                _("from %(least)s to %(most)s")
                % {"least": f"{one.least:g}", "most": f"{one.most:g}"},
                code="range",
            )
    if not reason.strip():
        problems.add("reason", _("Say why it must change."), code="missing")
    problems.raise_if_any()
    values = rules_figures.own(base, given)
    rows = queries.editions(actor, plant.pk)
    current = rows.filter(state=FiguresState.IN_FORCE).first()
    if values == (current.values if current else {}):
        raise BadInput(Problem("reason", _("These are the figures in force.")))
    if rows.filter(state=FiguresState.PROPOSED).exists():
        raise ProposalWaits()
    present = current.values if current else {}
    moved = [
        (key, present.get(key), values.get(key))
        for key in known
        if present.get(key) != values.get(key)
    ]
    last = rows.order_by().aggregate(n=Max("edition"))["n"] or 0
    row = IndexFigures(
        enterprise_id=plant.pk,
        scope_path=plant.path,
        edition=last + 1,
        values=values,
        reason=reason.strip()[:1000],
        effect=effect_of(actor, plant.pk, values, last + 1),
        proposed_by_id=actor.user_id,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise ProposalWaits() from error
    record(
        actor,
        events.FIGURES_PROPOSED,
        row,
        before={key: known[key].usual if old is None else old for key, old, _new in moved},
        after={key: known[key].usual if new is None else new for key, _old, new in moved},
        reason=row.reason,
    )
    notify(
        actor,
        recipients_for(row, APPROVERS),
        notices.FIGURES_PROPOSED.code,
        {"who": actor.name, "reason": row.reason[:120]},
        row=row,
        url=_address(row),
        needs_action=True,
    )
    return row


def effect_of(
    actor: Actor, enterprise_id: UUID, values: Mapping[str, float], edition: int
) -> list[dict[str, Any]]:
    """Return the index of each installation now, by the figures in force and by these.

    Colours are 1 red to 4 blue, by the index alone (an override stays red).
    """
    base = model.packaged()
    units = list(
        MhiUnit.objects.for_actor(actor)
        .filter(enterprise=enterprise_id)
        .values_list("pk", flat=True)
    )
    if not units:
        return []
    present = queries.models(base, [enterprise_id]).get(enterprise_id, base)
    proposed = rules_figures.model_of(base, values, edition)
    moment = now()
    found: dict[UUID, dict[str, Any]] = {}
    _effect(found, "before", present, inputs.gather(moment, lambda _pk: present, units))
    _effect(found, "after", proposed, inputs.gather(moment, lambda _pk: proposed, units))
    return sorted(found.values(), key=lambda one: (-one["before"], one["name"]))


def _effect(
    found: dict[UUID, dict[str, Any]],
    name: str,
    figures: model.Model,
    gathered: Mapping[UUID, tuple[MhiUnit, index.Inputs]],
) -> None:
    for pk, (unit, given) in gathered.items():
        one = index.assess(given, figures)
        told = found.setdefault(pk, {"unit": str(pk), "name": unit.name})
        told[name] = round(one.score, 1)
        told[f"{name}_level"] = 5 - int(rules.NUMBERS[one.colour])


@transaction.atomic
def decide(actor: Actor, pk: UUID | str, verdict: str, comment: str = "") -> IndexFigures:
    """Put proposed figures into force or refuse them (`verdict`: approve, refuse).

    The edition in force before is replaced; the next run of the index goes by the new one. Levels
    above are told. Raises NotYours, Forbidden, FourEyes, ReasonMissing, NotFromHere, BadInput.
    """
    if verdict not in ("approve", "refuse"):
        raise BadInput(Problem("verdict", _("Approve or refuse.")))
    row = IndexFigures.objects.for_actor(actor).lock(pk)
    if verdict == "approve":
        for old in IndexFigures.objects.for_actor(actor).filter(
            enterprise=row.enterprise_id, state=FiguresState.IN_FORCE
        ):
            # First, for one is in force at a time; without the right to approve all is undone.
            advance(actor, old, "replace", events.FIGURES_REPLACED, is_allowed=True)
    event = events.FIGURES_IN_FORCE if verdict == "approve" else events.FIGURES_REFUSED
    moved: IndexFigures = advance(
        actor,
        row,
        verdict,
        event,
        reason=comment,
        changes={
            "decided_by_id": actor.user_id,
            "decided_at": now(),
            "comment": comment.strip()[:500],
        },
    )
    _tell(actor, moved)
    return moved


@transaction.atomic
def withdraw(actor: Actor, pk: UUID | str, reason: str) -> IndexFigures:
    """Take a proposal back. Raises NotYours, Forbidden, ReasonMissing, NotFromHere."""
    row = IndexFigures.objects.for_actor(actor).lock(pk)
    return advance(actor, row, "withdraw", events.FIGURES_WITHDRAWN, reason=reason)


def _tell(actor: Actor, row: IndexFigures) -> None:
    if row.proposed_by_id is not None:
        notify(
            actor,
            [row.proposed_by_id],
            notices.FIGURES_DECIDED.code,
            {"verdict": row.state, "who": actor.name, "comment": row.comment},
            row=row,
            url=_address(row),
        )
    if row.state == FiguresState.IN_FORCE:
        notify(
            actor,
            recipients_for(row, AUTHORITY_ROLES),
            notices.FIGURES_IN_FORCE.code,
            {
                "place": row.enterprise.name,
                "edition": row.edition,
                "n": len(row.values),
                "reason": row.reason[:120],
            },
            row=row,
            url=_address(row),
        )


def _address(row: IndexFigures) -> str:
    return reverse("warnings:figures", args=[row.enterprise_id])
