"""Findings, with the photos before and after."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.files.models import Attachment
from anlan.exchange import fields, photos
from anlan.exchange.choices import Part, Photos
from anlan.exchange.rows.shape import Around, Table
from anlan.modules.findings.choices import PhotoRole
from anlan.modules.findings.models import Finding
from anlan.modules.findings.states import INTERFACE_CODES, FindingState
from anlan.modules.inspections.models import InspectionRecord
from anlan.modules.inspections.queries import ORIGIN

ANONYMOUS = "匿名"
TEN_THOUSAND = Decimal(10_000)
_TYPE = "findings.finding"
# What each role of a photo is at the interface; the first photo of a role goes.
_SHOWS = {
    PhotoRole.BEFORE.value: "before",
    PhotoRole.SCENE.value: "before",
    PhotoRole.AFTER.value: "after",
    PhotoRole.EVIDENCE.value: "other",
}
_FIELDS = {
    Photos.ATTACHMENTS.value: {
        "before": "attachments1", "after": "attachments2", "other": "attachments3",
    },
    Photos.IMAGES.value: {"before": "dangerImg", "after": "dangerAcceptImg"},
}  # fmt: skip


def _findings(actor: Actor, enterprise_id: UUID) -> Any:
    # Before confirmation a report is the plant's own; afterwards it is known upstream.
    rows = Finding.objects.for_actor(actor).filter(enterprise=enterprise_id)
    return rows.exclude(state=FindingState.REPORTED).select_related(
        "object", "owner", "registered_by", "submitted_by", "accepted_by", "department"
    )


def _with_new_photos(actor: Actor, enterprise_id: UUID, since: dt.datetime) -> Q:
    files = Attachment.objects.for_actor(actor).filter(
        enterprise=enterprise_id, object_type=_TYPE, updated_at__gt=since
    )
    return Q(pk__in=files.values("object_id"))


def records_of(actor: Actor, rows: Sequence[Finding]) -> dict[UUID, UUID]:
    """Return the check each finding came of, as far as the interface knows its task."""
    known = InspectionRecord.objects.for_actor(actor).filter(task__measure__isnull=False)
    ids = [row.pk for row in rows]
    found = dict(known.filter(finding_id__in=ids).values_list("finding_id", "pk"))
    origins = [row.origin_id for row in rows if row.origin_kind == ORIGIN]
    there = set(known.filter(pk__in=origins).values_list("pk", flat=True))
    return found | {row.pk: row.origin_id for row in rows if row.origin_id in there}


def photos_of(
    actor: Actor, rows: Sequence[Finding]
) -> tuple[dict[UUID, dict[str, Any]], dict[UUID, dt.datetime]]:
    """Return the files that may go by finding and what they show, and when they last changed."""
    files = Attachment.objects.for_actor(actor).filter(
        object_type=_TYPE, object_id__in=[row.pk for row in rows], kind__in=list(_SHOWS)
    )
    order = list(_SHOWS)
    found: dict[UUID, dict[str, Any]] = {}
    moments: dict[UUID, dt.datetime] = {}
    for one in sorted(
        files.select_related("file").order_by("created_at", "pk"),
        key=lambda one: order.index(one.kind),
    ):
        pk = one.object_id
        moments[pk] = max(moments.get(pk, one.updated_at), one.updated_at)
        if one.removed_at is None and photos.may_go(one.file, is_other=_SHOWS[one.kind] == "other"):
            found.setdefault(pk, {}).setdefault(_SHOWS[one.kind], photos.reference(one))
    return found, moments


def _name(user: Any) -> str:
    return user.display_name if user else ""


def _finding(row: Finding, around: Around) -> dict[str, Any]:
    state = INTERFACE_CODES.get(row.state, "0")  # type: ignore[call-overload]
    registrant = ANONYMOUS if row.is_anonymous else _name(row.registered_by)
    is_closed = state == "9"
    shown = around.photos.get(row.pk, {})
    names = _FIELDS.get(around.photo_fields, {})
    pictures = {name: shown[what] for what, name in names.items() if what in shown}
    return {
        "id": row.pk,
        "companyCode": around.company_code,
        "hazardCode": row.object.code if row.object else "",
        "riskMeasureId": row.measure_id,
        "checkRecordId": around.records.get(row.pk) if row.measure_id else None,
        "dangerName": row.title,
        "dangerLevel": str(row.level),
        "registTime": row.registered_at,
        "registrant": registrant or around.enterprise_name,
        "dangerSrc": str(row.source),
        "dangerManageType": str(row.treatment),
        "hazardDangerType": str(row.discipline),
        "hazardCategory": str(row.role_category),
        "dangerDesc": row.description or row.title,
        "dangerReason": row.cause,
        "controlMeasures": "；".join(text for text in (row.interim, row.measures) if text),
        "cost": row.cost / TEN_THOUSAND if row.cost is not None else None,
        # What was put right on the spot had no owner and no deadline: who closed it, and when.
        "liablePerson": row.rectifier or _name(row.submitted_by or row.accepted_by),
        "dangerManageDeadline": row.deadline or row.accepted_at,
        "checkAcceptPerson": (_name(row.accepted_by) or row.acceptor_name) if is_closed else "",
        "checkAcceptTime": row.accepted_at if is_closed else None,
        "checkAcceptComment": row.acceptance if is_closed else "",
        "dangerState": state,
        "managementClassification": str(row.unsafe_factor or ""),
        "occurrenceLink": str(row.link or ""),
        **pictures,
        "attachmentsType": pictures["attachments3"]["name"] if "attachments3" in pictures else "",
        **around.stamp(row, registrant, others=(row.object,)),
    }


def _needs(row: Finding, around: Around) -> list[UUID]:
    if row.measure_id is None:
        return []
    record = around.records.get(row.pk)
    return [row.measure_id, *([record] if record else [])]


TABLES: tuple[Table, ...] = (
    Table(fields.FINDING, _("Findings"), Part.CHAIN, _findings, _finding, _needs,
          lambda row: row.state == FindingState.DISMISSED,
          touched=("object",), more=_with_new_photos),
)  # fmt: skip
