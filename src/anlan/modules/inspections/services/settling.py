"""Several records of one duty: which counts, and who hears that they differ."""

from uuid import UUID

from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Membership, Organisation
from anlan.base.actors.roles import Role
from anlan.base.audit.services import Entry, record_many
from anlan.base.duties.models import Instance
from anlan.base.inbox.services.notices import notify
from anlan.modules.inspections import events, notices, rules
from anlan.modules.inspections.choices import Result
from anlan.modules.inspections.models import InspectionRecord, InspectionTask

LEADS = (Role.TEAM_LEADER, Role.WORKSHOP_HEAD)


def settle(actor: Actor, instance_id: UUID, row: InspectionRecord, remarks: list[str]) -> None:
    """Mark which record of a duty counts and which are repeats, in any order of arrival.

    The caller holds the duty's lock and has counted `row` already.
    """
    rows = list(InspectionRecord.objects.for_actor(actor).filter(instance_id=instance_id))
    if len(rows) == 1:
        return
    instance = Instance.objects.for_actor(actor).one(instance_id)
    seen = [rules.Seen(one.pk, one.result, one.occurred_at) for one in rows]
    standing = rules.standing(seen)
    entries = []
    for one in rows:
        stands = one.pk == standing
        is_repeat = one.result != Result.NOT_INSPECTED and one.pk != instance.record_id
        if (one.stands, one.is_repeat) == (stands, is_repeat):
            continue
        before = {"stands": one.stands, "is_repeat": one.is_repeat}
        one.stands, one.is_repeat = stands, is_repeat
        one.version += 1
        one.save(update_fields=["stands", "is_repeat", "version", "updated_at"])
        after = {"stands": stands, "is_repeat": is_repeat}
        entries.append(Entry(events.RESETTLED, one, before=before, after=after))
        if one.pk == row.pk:
            row.stands, row.is_repeat, row.version = stands, is_repeat, one.version
    record_many(actor, entries)
    if row.is_repeat:
        remarks.append(_("Inspected before: both records are kept."))
    elif row.result == Result.NOT_INSPECTED and not row.stands:
        remarks.append(_("Somebody else has inspected it: kept as a remark."))
    if rules.differ(seen):
        remarks.append(_("The checks differ: the worse result stands."))
        notify(
            actor,
            leads_of(row.task, instance.scope_path),
            notices.DIFFERENT.code,
            {"title": row.task.title, "place": row.place},
            row=row,
            url=f"/inspections/records/{standing}/",
            needs_action=True,
            dedupe_key=f"inspections.different:{instance_id}",
        )


def tell_cannot_do(actor: Actor, task: InspectionTask, row: InspectionRecord) -> None:
    """Tell the lead that something was not inspected, and why."""
    if not row.stands:
        return
    notify(
        actor,
        [pk for pk in leads_of(task, row.scope_path) if pk != actor.user_id],
        notices.CANNOT_DO.code,
        {
            "who": actor.name,
            "title": task.title,
            "place": row.place,
            "reason": row.note or row.reason,
        },
        row=row,
        url=f"/inspections/records/{row.pk}/",
        dedupe_key=f"inspections.cannot_do:{row.instance_id or row.pk}",
    )


def leads_of(task: InspectionTask, scope_path: str) -> list[UUID]:
    """Return the shift and workshop heads at a place or above it, within the enterprise."""
    above = Organisation.objects.filter(
        owner_enterprise_id=task.enterprise_id, path__in=_prefixes(scope_path)
    )
    return list(
        Membership.objects.filter(
            organisation__in=above, role__in=LEADS, ended_at__isnull=True, user__is_active=True
        )
        .values_list("user_id", flat=True)
        .distinct()
    )


def _prefixes(path: str) -> list[str]:
    parts = path.rstrip("/").split("/")
    return ["/".join(parts[:n]) + "/" for n in range(1, len(parts) + 1)]
