"""What phones take along of findings, and what they bring back."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from msgspec import Meta

from anlan.base.actors.actor import Actor
from anlan.base.clock import SHANGHAI
from anlan.base.errors import BadInput, NotYours, Problem
from anlan.base.files import services as files
from anlan.base.files.models import Attachment
from anlan.base.files.sniff import EXTENSIONS, IMAGES
from anlan.base.pocket import kinds, parts, pictures
from anlan.modules.findings import policy, queries, texts
from anlan.modules.findings.choices import Channel, Level, PhotoRole, Source, Treatment
from anlan.modules.findings.models import Finding
from anlan.modules.findings.services import major, reporting, treating
from anlan.modules.findings.states import OPEN, FindingState
from anlan.modules.risk.models import RiskObject, RiskUnit

TAKEN = 300
"""At most so many findings travel with a phone, the most urgent first."""


class Immediate(msgspec.Struct):
    """What was put right on the spot."""

    measures_text: Annotated[str, Meta(max_length=2000)] = ""
    made_safe: Annotated[str, Meta(max_length=2000)] = ""


class ReportPayload(msgspec.Struct):
    """`finding.report`, schema 1. `id` is the record's id, made on the phone."""

    id: UUID
    title: Annotated[str, Meta(max_length=200)]
    place_id: UUID | None = None
    measure_id: UUID | None = None
    instance_id: UUID | None = None
    description: Annotated[str, Meta(max_length=4000)] = ""
    level_guess: str = "general"
    criterion: str | None = None
    discipline: int = 8
    treatment: str = "deadline"
    immediate: Immediate | None = None


class RectifyPayload(msgspec.Struct):
    """`finding.rectify`, schema 1. `cost` is a decimal number as text, in CNY."""

    finding_id: UUID
    text: Annotated[str, Meta(max_length=2000)]
    cost: str | None = None


class RaisePayload(msgspec.Struct):
    """`finding.raise_level`, schema 1."""

    finding_id: UUID
    criterion: str
    reason: Annotated[str, Meta(max_length=2000)]


def _report(actor: Actor, envelope: kinds.Envelope, _given: Sequence[kinds.Given]) -> kinds.Outcome:
    payload: ReportPayload = envelope.payload
    if actor.own_enterprise_id is None:
        raise NotYours()
    done = payload.immediate
    unit_id, object_id = _place(actor, payload.place_id)
    row = reporting.report(
        actor,
        actor.own_enterprise_id,
        reporting.Report(
            id=payload.id,
            title=payload.title,
            description=_description(payload, envelope),
            level=Level.MAJOR if payload.level_guess == "major" else Level.GENERAL,
            criterion=payload.criterion or "",
            source=Source.DAILY,
            channel=Channel.SELF,
            discipline=payload.discipline if 1 <= payload.discipline <= 8 else 8,
            treatment=Treatment.IMMEDIATE
            if payload.treatment == "immediate"
            else Treatment.DEADLINE,
            unit_id=unit_id,
            object_id=object_id,
            measure_id=payload.measure_id,
            origin_kind="duty" if payload.instance_id else "",
            origin_id=payload.instance_id,
            found_at=envelope.occurred_at,
            result=(done.made_safe or done.measures_text) if done else "",
        ),
    )
    return kinds.Outcome(record=row, number=row.number, version=row.version)


def _description(payload: ReportPayload, envelope: kinds.Envelope) -> str:
    """Return the words of the phone; of a locked one it is said that nobody proved who held it."""
    if envelope.auth != "device":
        return payload.description
    said = _("Reported from the lock screen of a phone; who held it is not known.")
    return f"{payload.description}\n{said}".strip()


def _place(actor: Actor, place_id: UUID | None) -> tuple[UUID | None, UUID | None]:
    """Return unit and object of a place; one that is gone meanwhile stops no report."""
    if place_id is None:
        return None, None
    if RiskUnit.objects.for_actor(actor).filter(pk=place_id).exists():
        return place_id, None
    known = RiskObject.objects.for_actor(actor).filter(pk=place_id).exists()
    return None, place_id if known else None


def _rectify(actor: Actor, envelope: kinds.Envelope, given: Sequence[kinds.Given]) -> kinds.Outcome:
    """Submit; where somebody moved it on meanwhile the words are kept and the person is asked."""
    payload: RectifyPayload = envelope.payload
    row = _there(actor, payload.finding_id)
    if row.state not in OPEN or row.state == FindingState.AWAITING:
        # Closed or submitted by somebody else: what was done is not lost.
        treating.remark(actor, row.pk, payload.text)
        remark = _("Kept as a remark: the finding had moved on meanwhile.")
        return kinds.Outcome(record=row, number=row.number, version=row.version, remark=remark)
    moved = envelope.base is not None and envelope.base.version != row.version
    if moved and not envelope.choice:
        conflict = _conflict(envelope, row, payload.text)
        return kinds.Outcome(record=row, number=row.number, version=row.version, conflict=conflict)
    if envelope.choice == "remark":
        row = treating.remark(actor, row.pk, payload.text)
        return kinds.Outcome(record=row, number=row.number, version=row.version)
    shown = any(one.role in (PhotoRole.AFTER, PhotoRole.EVIDENCE) for one in given)
    row = treating.submit(
        actor, row.pk, result=payload.text, cost=_cost(payload.cost), photo_follows=shown
    )
    return kinds.Outcome(record=row, number=row.number, version=row.version)


def _conflict(envelope: kinds.Envelope, row: Finding, text: str) -> kinds.Conflict:
    deadline = row.deadline.isoformat() if row.deadline else ""
    return kinds.Conflict(
        title=_("%(number)s was changed while you were away") % {"number": row.number},
        mine=kinds.Side("", envelope.occurred_at, _("Submitted for acceptance"), text),
        theirs=kinds.Side("", row.updated_at, str(row.get_state_display()), deadline),
        choices=(
            kinds.Choice("submit", _("Send to acceptance anyway")),
            kinds.Choice("remark", _("Keep my words as a remark")),
        ),
    )


def _raise(actor: Actor, envelope: kinds.Envelope, _given: Sequence[kinds.Given]) -> kinds.Outcome:
    payload: RaisePayload = envelope.payload
    row = _there(actor, payload.finding_id)
    row = major.raise_level(actor, row.pk, payload.criterion, payload.reason)
    return kinds.Outcome(record=row, number=row.number, version=row.version)


def _there(actor: Actor, pk: UUID) -> Finding:
    """Return the finding, or wait for the report that is still on its way."""
    row = Finding.objects.for_actor(actor).filter(pk=pk).first()
    if row is None:
        raise kinds.NotYet(pk)
    return row


def _cost(text: str | None) -> Decimal | None:
    if not text or not text.strip():
        return None
    try:
        found = Decimal(text.strip().replace(",", ""))
    except InvalidOperation as error:
        raise BadInput(Problem("cost", texts.AMOUNT_WRONG)) from error
    if not found.is_finite() or not 0 <= found < 10**12:
        raise BadInput(Problem("cost", texts.AMOUNT_WRONG))
    return found


def _hang(actor: Actor, envelope: kinds.Envelope, row: models.Model, given: kinds.Given) -> None:
    """Hang a file on the finding under what it shows, so that rules about photos see it."""
    assert given.file is not None
    role = given.role if given.role in PhotoRole.values else PhotoRole.SCENE
    end = EXTENSIONS.get(given.file.mime, (".bin",))[0]
    details: dict[str, Any] = {"role": role, "sha256": given.sha256}
    if given.taken_at is not None:
        details["taken_at"] = given.taken_at.astimezone(SHANGHAI).isoformat()
    files.hang(
        actor, row, given.file, f"{role}-{given.sha256[:8]}{end}",
        kind=str(role), title=str(PhotoRole(role).label), details=details,
    )  # fmt: skip


def findings_part(actor: Actor, now: dt.datetime) -> list[dict[str, Any]]:
    """Return the open findings of the person's plant, their own to rectify first."""
    if actor.own_enterprise_id is None:
        return []
    rows = list(queries.waiting(actor, TAKEN))
    rows.sort(key=lambda row: row.owner_id != actor.user_id)
    return [
        {
            "id": str(row.pk),
            "number": row.number,
            "place_id": str(row.unit_id) if row.unit_id else None,
            "title": row.title,
            "level": "major" if row.level == Level.MAJOR else "general",
            "state": row.state,
            "version": row.version,
            "deadline": row.deadline.isoformat() if row.deadline else None,
            "mine_to_rectify": row.owner_id == actor.user_id
            and row.state in (FindingState.CONFIRMED, FindingState.RECTIFYING),
            "lines": [],
        }
        for row in rows
    ]


def pictures_of_findings(actor: Actor, _now: dt.datetime) -> list[pictures.Picture]:
    """Return the first photo of each finding the person is to rectify."""
    rows = queries.waiting(actor, TAKEN) if actor.own_enterprise_id is not None else ()
    mine = [row.pk for row in rows if row.owner_id == actor.user_id]
    photos = (
        Attachment.objects.for_actor(actor)
        .filter(
            object_type=Finding._meta.label_lower, object_id__in=mine, removed_at=None,
            kind__in=(PhotoRole.BEFORE, PhotoRole.SCENE), file__mime__in=IMAGES,
        )
        .select_related("file")
        .order_by("object_id", "created_at", "pk")
    )  # fmt: skip
    first = {one.object_id: one for one in reversed(photos)}
    return [pictures.Picture("photo", one.file, str(pk), one.title) for pk, one in first.items()]


def install() -> None:
    """Register kinds and part; called once when the app starts."""
    kinds.register(
        kinds.Kind(
            "finding.report", _report, ReportPayload, lane=1,
            label=pgettext_lazy("finding", "Finding"),
            permission=policy.FINDING_REPORT, attach=_hang,
        )
    )  # fmt: skip
    kinds.register(
        kinds.Kind(
            "finding.rectify", _rectify, RectifyPayload,
            label=pgettext_lazy("finding", "Rectification"),
            permission=policy.FINDING_RECTIFY, attach=_hang,
        )
    )  # fmt: skip
    kinds.register(
        kinds.Kind(
            "finding.raise_level", _raise, RaisePayload, lane=1,
            label=gettext_lazy("Raise to major"), permission=policy.FINDING_REPORT, attach=_hang,
        )
    )  # fmt: skip
    parts.provide("findings", findings_part)
    pictures.provide(pictures_of_findings)
