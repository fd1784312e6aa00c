"""Settings of an enterprise for what GB 18218 leaves open."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.audit.services import record
from anlan.base.errors import Problems
from anlan.modules.registry import events, policy
from anlan.modules.registry.models import Enterprise, GradingSettings, MhiUnit
from anlan.modules.registry.models.grading import SETTINGS_FIELDS
from anlan.modules.registry.services.recalculation import units_changed


@transaction.atomic
def grading_update(
    actor: Actor, enterprise_id: UUID | str, values: Mapping[str, str], reason: str
) -> GradingSettings:
    """Answer the open points for an enterprise; all its units are identified again.

    Raises NotYours, Forbidden, BadInput (unknown answer, or no reason for a change).
    """
    enterprise = Enterprise.objects.for_actor(actor).lock(enterprise_id)
    policy.require(actor, policy.GRADING_EDIT, enterprise)
    rows = GradingSettings.objects.for_actor(actor)
    row = rows.filter(enterprise=enterprise.pk).first() or GradingSettings(
        enterprise_id=enterprise.pk, scope_path=enterprise.scope_path
    )
    before = {name: getattr(row, name) for name in SETTINGS_FIELDS}
    after = {**before, **{k: v for k, v in values.items() if k in SETTINGS_FIELDS}}
    _check(after, reason, changed=before != after)
    if before == after:
        return row
    is_new = row._state.adding
    for name, value in after.items():
        setattr(row, name, value)
    row.version += 0 if is_new else 1
    row.save(force_insert=is_new)
    changed = [name for name in SETTINGS_FIELDS if before[name] != after[name]]
    record(
        actor,
        events.GRADING_CHANGED,
        enterprise,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        reason=reason.strip(),
    )
    units = MhiUnit.objects.for_actor(actor).filter(
        enterprise=enterprise.pk, removed_at__isnull=True
    )
    units_changed(units.values_list("pk", flat=True), "settings")
    return row


def _check(values: Mapping[str, str], reason: str, *, changed: bool) -> None:
    problems = Problems()
    for name in SETTINGS_FIELDS:
        choices = {key for key, _label in GradingSettings._meta.get_field(name).flatchoices}  # type: ignore[union-attr]
        if values[name] not in choices:
            problems.add(name, _("is none of the answers offered"))
    if changed and not reason.strip():
        problems.add("reason", _("Say why: inspectors ask for the grounds."))
    problems.raise_if_any()
