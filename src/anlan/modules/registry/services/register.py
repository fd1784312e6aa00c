"""The one way rows of a register are written, one row or a hundred thousand.

A register is declared once (`Register`); `plan_rows` says what would happen to each row given,
without writing, and `write_plans` does it: rows, history and consequences in one transaction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.policy import allows
from anlan.base.audit.events import Event
from anlan.base.audit.models import AuditEvent
from anlan.base.audit.services import Entry, record_many
from anlan.base.audit.words import who
from anlan.base.clock import SHANGHAI, now
from anlan.base.errors import BadInput, Forbidden, Problem, Problems, Refused
from anlan.base.search_key import search_key
from anlan.modules.registry.models import Enterprise
from anlan.modules.registry.models.base import RegisterModel

Values = dict[str, Any]
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


@dataclass(frozen=True, slots=True)
class Register:
    """What distinguishes one register from another.

    `fields` may be written by people; `key` tells rows of one enterprise apart; `searched` make
    the search key. `check(values, problems)` sees the complete row. `complete(values, given)`
    derives fields from others; those of `derived` may be left empty for it. `inherits` names the
    row whose place this one shares. `placed` rows may be given a
    `department`. `affected(plans)` are the units to identify again. `used_by` lists
    (model, foreign key) that forbid removal.
    """

    model: type[RegisterModel]
    permission: str
    created: Event
    changed: Event
    removed: Event
    fields: tuple[str, ...]
    key: tuple[str, ...]
    searched: tuple[str, ...]
    check: Callable[[Values, Problems], None] = lambda values, problems: None
    complete: Callable[[Values, frozenset[str]], None] = lambda values, given: None
    inherits: tuple[str, ...] = ()
    placed: bool = False
    used_by: tuple[tuple[type[RegisterModel], str], ...] = ()
    derived: tuple[str, ...] = ()
    after_write: Callable[[Actor, "Sequence[Plan]"], None] = lambda actor, plans: None

    @property
    def references(self) -> dict[str, type[RegisterModel]]:
        """Return the fields that point at other registers' rows."""
        return _references_of(self.model, self.fields)


@cache
def _references_of(
    model: type[RegisterModel], fields: tuple[str, ...]
) -> dict[str, type[RegisterModel]]:
    found: dict[str, type[RegisterModel]] = {}
    for name in fields:
        model_field = model._meta.get_field(name)
        if isinstance(model_field, models.ForeignKey):
            found[name] = model_field.related_model  # type: ignore[assignment]
    return found


@dataclass(slots=True)
class Plan:
    """What would happen to one given row; `row` counts from 0 in the order given."""

    row: int
    action: Literal["create", "update", "unchanged", "wrong"]
    instance: Any = None
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    moved_from: dict[str, UUID | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Upserted:
    """How many rows were created, updated and found unchanged."""

    created: int
    updated: int
    unchanged: int


def clean_values(
    model: type[models.Model], values: Mapping[str, Any], problems: Problems
) -> Values:
    """Return plain fields as Python values; note a problem beside each that cannot be taken."""
    cleaned: Values = {}
    for name, value in values.items():
        model_field = model._meta.get_field(name)
        text = isinstance(model_field, models.CharField | models.TextField)
        if text:
            value = "" if value is None else str(value).strip()
            if any(ord(letter) < 32 and letter not in "\n\r\t" for letter in value):
                problems.add(name, _("contains characters that cannot be printed"))
                continue
        elif value == "":
            value = None
        if value is None and not text and model_field.null:
            cleaned[name] = None
            continue
        try:
            cleaned[name] = model_field.clean(value, None)  # type: ignore[union-attr]
        except ValidationError as error:
            problems.add(name, " ".join(error.messages))
    return cleaned


def plan_rows(
    actor: Actor, register: Register, rows: Sequence[Mapping[str, Any]], *, lock: bool = False
) -> list[Plan]:
    """Say what upserting `rows` would do. A row holds field values and `enterprise` (an id).

    References are ids or rows. Without `enterprise` the actor's own is meant. A fixed number of
    queries, however many rows; rows that cannot be taken come back as "wrong" with all problems.
    """
    enterprises = _enterprises(actor, rows)
    references = _references(actor, register, rows)
    departments = _departments(rows) if register.placed else {}
    plans, drafts = [], []
    for number, values in enumerate(rows):
        plan, draft = _draft(actor, register, number, values, enterprises, references, departments)
        plans.append(plan)
        drafts.append(draft)
    existing = _existing(actor, register, drafts, lock=lock)
    seen: dict[tuple[Any, ...], int] = {}
    for plan, draft in zip(plans, drafts, strict=True):
        if draft is None or plan.problems:
            plan.action = "wrong"
            continue
        key = draft.key(register)
        if key in seen:
            text = gettext("the same as row %(row)s of this sheet") % {"row": seen[key] + 1}
            plan.problems.append(Problem(register.key[0], text))
            plan.action = "wrong"
            continue
        seen[key] = plan.row
        _decide(actor, register, plan, draft, existing.get(key))
    return plans


@dataclass(slots=True)
class _Draft:
    enterprise: Enterprise
    values: Values
    department: Organisation | None
    moves: bool

    def key(self, register: Register) -> tuple[Any, ...]:
        parts = [_plain_key(self.values.get(name, "")) for name in register.key]
        return (self.enterprise.pk, *parts)


def _plain_key(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def _enterprises(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> dict[UUID, Enterprise]:
    ids = {_id(row.get("enterprise") or own_enterprise_id(actor)) for row in rows}
    found = Enterprise.objects.for_actor(actor).filter(
        pk__in=[pk for pk in ids if pk], removed_at__isnull=True
    )
    return {enterprise.pk: enterprise for enterprise in found}


def own_enterprise_id(actor: Actor) -> UUID | None:
    """Return the enterprise a person of an enterprise works for, or None for officers."""
    return next((post.enterprise_id for post in actor.posts if post.enterprise_id), None)


def _id(value: Any) -> UUID | None:
    if value is None or isinstance(value, UUID):
        return value
    if isinstance(value, models.Model):
        return value.pk
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _references(
    actor: Actor, register: Register, rows: Sequence[Mapping[str, Any]]
) -> dict[str, dict[UUID, Any]]:
    found: dict[str, dict[UUID, Any]] = {}
    for name, model in register.references.items():
        ids = {pk for row in rows if (pk := _id(row.get(name)))}
        targets = model.objects.for_actor(actor).filter(pk__in=ids, removed_at__isnull=True)
        found[name] = {target.pk: target for target in targets} if ids else {}
    return found


def _departments(rows: Sequence[Mapping[str, Any]]) -> dict[UUID, Organisation]:
    ids = {pk for row in rows if (pk := _id(row.get("department")))}
    return Organisation.objects.in_bulk(ids) if ids else {}


def _draft(
    actor: Actor,
    register: Register,
    number: int,
    values: Mapping[str, Any],
    enterprises: dict[UUID, Enterprise],
    references: dict[str, dict[UUID, Any]],
    departments: dict[UUID, Organisation],
) -> tuple[Plan, _Draft | None]:
    plan = Plan(number, "create")
    problems = Problems()
    pk = _id(values.get("enterprise") or own_enterprise_id(actor))
    enterprise = enterprises.get(pk) if pk else None
    if enterprise is None:
        problems.add(
            "enterprise", _("no such enterprise in your area"), _("Check the enterprise's code.")
        )
        plan.problems = problems.found
        return plan, None
    pointing = register.references
    plain = {
        name: value
        for name, value in values.items()
        if name not in pointing and name not in ("enterprise", "department")
    }
    # Left empty in a sheet or a form: `complete` fills it, or `check` says what is missing.
    left = {name for name in register.derived if plain.get(name, 0) in (None, "")}
    plain = {name: value for name, value in plain.items() if name not in left}
    cleaned = clean_values(register.model, plain, problems) | dict.fromkeys(left)
    for name in pointing.keys() & values.keys():
        cleaned[name] = _referred(name, values[name], register, references, enterprise, problems)
    department = None
    if register.placed and values.get("department"):
        department = departments.get(_id(values["department"]))  # type: ignore[arg-type]
        if department is None or not department.path.startswith(enterprise.scope_path):
            problems.add("department", _("is not a department of this enterprise"))
    plan.problems = problems.found
    return plan, _Draft(enterprise, cleaned, department, "department" in values)


def _referred(
    name: str,
    value: Any,
    register: Register,
    references: dict[str, dict[UUID, Any]],
    enterprise: Enterprise,
    problems: Problems,
) -> Any:
    model_field = register.model._meta.get_field(name)
    if value is None or value == "":
        if not model_field.null:
            problems.add(name, _("This field cannot be blank."))
        return None
    target = references[name].get(_id(value))  # type: ignore[arg-type]
    if target is None or target.enterprise_id != enterprise.pk:
        problems.add(
            name,
            _("is not in this enterprise's register"),
            _("Enter it there first, or choose another."),
        )
        return None
    return target


def _existing(
    actor: Actor, register: Register, drafts: Iterable[_Draft | None], *, lock: bool
) -> dict[tuple[Any, ...], Any]:
    """Return rows that are there already by (enterprise, key…), removed ones included."""
    given = [draft for draft in drafts if draft is not None]
    if not given:
        return {}
    rows = (
        register.model.objects.for_actor(actor)
        .select_related(*register.references)
        .filter(enterprise_id__in={draft.enterprise.pk for draft in given})
    )
    first = register.key[0]
    rows = rows.filter(**{f"{first}__in": {_plain_key(d.values.get(first, "")) for d in given}})
    if lock:
        rows = rows.select_for_update(of=("self",)).order_by("pk")
    return {
        (row.enterprise_id, *(_plain_key(getattr(row, name)) for name in register.key)): row
        for row in rows
    }


def _decide(actor: Actor, register: Register, plan: Plan, draft: _Draft, found: Any) -> None:
    """Fill the plan: the finished instance and what changes, or the problems."""
    instance = found or register.model(
        enterprise_id=draft.enterprise.pk, scope_path=draft.enterprise.scope_path
    )
    problems = Problems()
    values = {
        name: getattr(instance, name) for name in register.fields if found or _has(name, register)
    }
    values |= draft.values
    register.complete(values, frozenset(draft.values))
    if not found:
        _demand(register, values, problems)
    register.check(values, problems)
    path = _place(actor, register, draft, values, found)
    _may(actor, register, path, draft, found, problems)
    if problems.found:
        plan.action, plan.problems = "wrong", problems.found
        return
    _fill(register, plan, instance, values, path, is_new=found is None)


def _has(name: str, register: Register) -> bool:
    return name not in register.references


def _demand(register: Register, values: Values, problems: Problems) -> None:
    for name in register.fields:
        model_field = register.model._meta.get_field(name)
        assert isinstance(model_field, models.Field)
        if not model_field.blank and values.get(name) in (None, ""):
            problems.add(name, _("This field cannot be blank."), code="required")


def _place(actor: Actor, register: Register, draft: _Draft, values: Values, found: Any) -> str:
    if draft.department is not None:
        return draft.department.path
    for name in register.inherits:
        target = values.get(name)
        if target is not None and (found is None or name in draft.values):
            return str(target.scope_path)
    if found is not None and not draft.moves:
        return str(found.scope_path)
    home = draft.enterprise.scope_path
    if register.placed and not allows(actor, register.permission, home, draft.enterprise.pk):
        # A workshop head enters what stands in the workshop.
        for post in actor.posts:
            if post.path.startswith(home) and allows(actor, register.permission, post.path):
                return post.path
    return home


def _may(
    actor: Actor, register: Register, path: str, draft: _Draft, found: Any, problems: Problems
) -> None:
    places = {path} | ({str(found.scope_path)} if found is not None else set())
    for place in places:
        if not allows(actor, register.permission, place, draft.enterprise.pk):
            problems.add(
                "",
                _("Your role may not do this."),
                _("Ask the administrator of your organisation for the role you need."),
                code="forbidden",
            )
            return


def _fill(
    register: Register, plan: Plan, instance: Any, values: Values, path: str, *, is_new: bool
) -> None:
    revived = instance.removed_at is not None
    before, after = {}, {}
    for name in register.fields:
        if name not in values:
            continue
        old, new = (
            getattr(instance, name, None) if (not is_new or _has(name, register)) else None,
            values[name],
        )
        if is_new:
            if new not in (None, "", [], False):
                after[name] = shown(new)
        elif old != new:
            before[name], after[name] = shown(old), shown(new)
            if name in register.references:
                plan.moved_from[name] = old.pk if old else None
        setattr(instance, name, new)
    if not is_new and instance.scope_path != path:
        before["scope_path"], after["scope_path"] = instance.scope_path, path
    if revived:
        before["removed"], after["removed"] = True, False
    instance.scope_path = path
    instance.removed_at = None
    instance.search_key = search_key(
        *(str(getattr(instance, name) or "") for name in register.searched)
    )
    plan.instance, plan.before, plan.after = instance, before, after
    plan.action = "create" if is_new else ("update" if after or before else "unchanged")


def shown(value: Any) -> Any:
    """Return a value as history keeps it: a row by its code and name."""
    if isinstance(value, models.Model):
        code = getattr(value, "code", "") or getattr(value, "number", "")
        text = str(value)
        return text if not code or text.startswith(code) else f"{code} {text}"
    return value


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
    plan, draft = _draft(
        actor,
        register,
        0,
        row,
        {found.enterprise_id: Enterprise.objects.for_actor(actor).one(found.enterprise_id)},
        _references(actor, register, [row]),
        _departments([row]) if register.placed else {},
    )
    if draft is not None and not plan.problems:
        _decide(actor, register, plan, draft, found)
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
