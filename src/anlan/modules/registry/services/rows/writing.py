"""Writing planned rows: values, history and consequences in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.policy import allows
from anlan.base.audit.models import AuditEvent
from anlan.base.audit.services import Entry, record_many
from anlan.base.audit.words import who
from anlan.base.clock import SHANGHAI, now
from anlan.base.errors import BadInput, Forbidden, Problem, Refused
from anlan.modules.registry.models import Enterprise
from anlan.modules.registry.services.rows.planning import decide, draft_of, known_of, plan_rows
from anlan.modules.registry.services.rows.register import Plan, Register, Upserted

_CHUNK = 2000


class ChangedMeanwhile(Refused):
    """Somebody saved the record after this person opened it."""

    code = "registry.changed_meanwhile"
    text = _("%(who)s changed this record at %(at)s, after you opened it.")
    remedy = _("Compare with the newer values, then save again.")


class StillUsed(Refused):
    """The record is referred to by others."""

    code = "registry.still_used"
    text = _("%(n)s records of type “%(kind)s” still refer to it.")
    remedy = _("Remove or change those first.")


def write_plans(
    actor: Actor, register: Register, plans: Sequence[Plan], reason: str = ""
) -> Upserted:
    """Write planned rows and their history. Call inside the transaction that planned them."""
    fresh = [plan for plan in plans if plan.action == "create"]
    altered = [plan for plan in plans if plan.action == "update"]
    for plan in altered:
        plan.instance.version += 1
    columns = [*register.fields, "scope_path", "search_key", "removed_at", "version", "updated_at"]
    try:
        with transaction.atomic():
            register.model.objects.bulk_create([p.instance for p in fresh], batch_size=_CHUNK)
            # ON CONFLICT DO UPDATE writes many rows at the speed of an insert; a CASE per column
            # (bulk_update) takes ten times as long.
            register.model.objects.bulk_create(
                [p.instance for p in altered],
                batch_size=_CHUNK,
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=columns,
            )
    except IntegrityError as error:
        raise BadInput(_conflict(register, error)) from error
    record_many(
        actor,
        [Entry(register.created, p.instance, None, p.after, reason) for p in fresh]
        + [Entry(register.changed, p.instance, p.before, p.after, reason) for p in altered],
    )
    if fresh or altered:
        register.after_write(actor, [*fresh, *altered])
    return Upserted(len(fresh), len(altered), len(plans) - len(fresh) - len(altered))


def _conflict(register: Register, error: IntegrityError) -> Problem:
    """Say in words which constraint refused; somebody else wrote between plan and write."""
    return Problem(
        register.key[-1] if len(register.key) == 1 else register.key[0],
        _("is already in the register"),
        _("Open the list, find it and change it there."),
        code="duplicate",
    )


def refuse_wrong(plans: Iterable[Plan], *, single: bool = False) -> None:
    """Raise Forbidden or BadInput when a plan is wrong; rows are counted from 1."""
    problems = [
        Problem(p.field, p.text, p.remedy, None if single else plan.row + 1, p.code)
        for plan in plans
        for p in plan.problems
    ]
    if any(problem.code == "forbidden" for problem in problems):
        raise Forbidden()
    if problems:
        raise BadInput(problems)


@transaction.atomic
def upsert_rows(
    actor: Actor, register: Register, rows: Sequence[Mapping[str, Any]], reason: str = ""
) -> Upserted:
    """Create or update rows by natural key, all or none. Raises BadInput with every problem."""
    plans = plan_rows(actor, register, rows, lock=True)
    refuse_wrong(plans)
    return write_plans(actor, register, plans, reason)


@transaction.atomic
def create_row(actor: Actor, register: Register, values: Mapping[str, Any]) -> Any:
    """Create one row; a removed one of the same key comes back. Raises BadInput, Forbidden."""
    (plan,) = plan_rows(actor, register, [values], lock=True)
    refuse_wrong([plan], single=True)
    if plan.action != "create" and "removed" not in plan.before:
        raise BadInput(
            Problem(
                register.key[0],
                _("is already in the register"),
                _("Open the list, find it and change it there."),
                code="duplicate",
            )
        )
    write_plans(actor, register, [plan])
    return plan.instance


@transaction.atomic
def update_row(
    actor: Actor,
    register: Register,
    pk: UUID | str,
    values: Mapping[str, Any],
    expected_version: int | None = None,
) -> Any:
    """Change one row. Raises NotYours, Forbidden, BadInput, ChangedMeanwhile."""
    found = lock_row(actor, register, pk, expected_version)
    row = {"enterprise": found.enterprise_id, **_changed_only(found, values)}
    home = Enterprise.objects.for_actor(actor).one(found.enterprise_id)
    known = known_of(actor, register, [row], {home.pk: home})
    plan, draft = draft_of(actor, register, 0, row, known)
    if draft is not None and not plan.problems:
        decide(actor, register, plan, draft, found)
    refuse_wrong([plan], single=True)
    write_plans(actor, register, [plan])
    return plan.instance


def _changed_only(found: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what stays as it is: an old entry that breaks a newer rule must not block."""
    return {
        name: value
        for name, value in values.items()
        if name == "department" or getattr(found, name) != value
    }


def lock_row(actor: Actor, register: Register, pk: UUID | str, expected_version: int | None) -> Any:
    """Return the row locked, permission and version checked."""
    found = (
        register.model.objects.for_actor(actor)
        .select_related(*register.references)
        .filter(removed_at__isnull=True)
        .lock(pk)
    )
    if not allows(actor, register.permission, found.scope_path, found.enterprise_id):
        raise Forbidden(permission=register.permission)
    demand_version(found, expected_version)
    return found


def demand_version(found: Any, expected: int | None) -> None:
    """Raise ChangedMeanwhile, naming who it was, unless the row is still at that version."""
    if expected is None or found.version == expected:
        return
    last = AuditEvent.objects.filter(object_id=found.pk).order_by("-seq").first()
    moment = (last.at if last else found.updated_at).astimezone(SHANGHAI)
    raise ChangedMeanwhile(
        who=who(last) if last else "?", at=f"{moment:%Y-%m-%d %H:%M}", version=found.version
    )


@transaction.atomic
def remove_row(
    actor: Actor,
    register: Register,
    pk: UUID | str,
    reason: str = "",
    expected_version: int | None = None,
) -> Any:
    """Take one row out of every list. Raises NotYours, Forbidden, StillUsed, ChangedMeanwhile."""
    found = lock_row(actor, register, pk, expected_version)
    for model, name in register.used_by:
        users = model.objects.unscoped("every reference counts").filter(
            **{name: found.pk}, removed_at__isnull=True
        )
        if n := users.count():
            raise StillUsed(n=n, kind=str(model._meta.verbose_name))
    found.removed_at = now()
    found.version += 1
    found.save(update_fields=["removed_at", "version", "updated_at"])
    record_many(actor, [Entry(register.removed, found, None, None, reason)])
    plan = Plan(0, "update", found, {"removed": False}, {"removed": True})
    register.after_write(actor, [plan])
    return found
