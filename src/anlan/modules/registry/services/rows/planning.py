"""Saying what would happen to the rows given, without writing: a fixed number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.policy import allows
from anlan.base.errors import Problem, Problems
from anlan.base.search_key import search_key
from anlan.modules.registry.models import Enterprise
from anlan.modules.registry.services.rows.register import Plan, Register, Values


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
    known = known_of(actor, register, rows)
    plans, drafts = [], []
    for number, values in enumerate(rows):
        plan, draft = draft_of(actor, register, number, values, known)
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
        decide(actor, register, plan, draft, existing.get(key))
    return plans


@dataclass(frozen=True, slots=True)
class Known:
    """What rows may point at, fetched once for all of them."""

    enterprises: Mapping[UUID, Enterprise]
    references: Mapping[str, Mapping[UUID, Any]]
    departments: Mapping[UUID, Organisation]


def known_of(
    actor: Actor,
    register: Register,
    rows: Sequence[Mapping[str, Any]],
    enterprises: Mapping[UUID, Enterprise] | None = None,
) -> Known:
    """Fetch what these rows point at; the `enterprises` are fetched too unless given."""
    return Known(
        _enterprises(actor, rows) if enterprises is None else enterprises,
        _references(actor, register, rows),
        _departments(rows) if register.placed else {},
    )


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
    ids = {_id(row.get("enterprise") or actor.own_enterprise_id) for row in rows}
    found = Enterprise.objects.for_actor(actor).filter(
        pk__in=[pk for pk in ids if pk], removed_at__isnull=True
    )
    return {enterprise.pk: enterprise for enterprise in found}


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
    model: Any
    for name, model in register.references.items():
        ids = {pk for row in rows if (pk := _id(row.get(name)))}
        if model is Organisation:
            found[name] = Organisation.objects.in_bulk(ids) if ids else {}
            continue
        targets = model.objects.for_actor(actor).filter(pk__in=ids, removed_at__isnull=True)
        found[name] = {target.pk: target for target in targets} if ids else {}
    return found


def _departments(rows: Sequence[Mapping[str, Any]]) -> dict[UUID, Organisation]:
    ids = {pk for row in rows if (pk := _id(row.get("department")))}
    return Organisation.objects.in_bulk(ids) if ids else {}


def draft_of(
    actor: Actor, register: Register, number: int, values: Mapping[str, Any], known: Known
) -> tuple[Plan, _Draft | None]:
    """Read one row as given; the draft is None where not even its enterprise is known."""
    plan = Plan(number, "create")
    problems = Problems()
    pk = _id(values.get("enterprise") or actor.own_enterprise_id)
    enterprise = known.enterprises.get(pk) if pk else None
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
        cleaned[name] = _referred(name, values[name], register, known, enterprise, problems)
    department = None
    if register.placed and values.get("department"):
        department = known.departments.get(_id(values["department"]))  # type: ignore[arg-type]
        if department is None or not department.path.startswith(enterprise.scope_path):
            problems.add("department", _("is not a department of this enterprise"))
    plan.problems = problems.found
    return plan, _Draft(enterprise, cleaned, department, "department" in values)


def _referred(
    name: str,
    value: Any,
    register: Register,
    known: Known,
    enterprise: Enterprise,
    problems: Problems,
) -> Any:
    model_field = register.model._meta.get_field(name)
    if value is None or value == "":
        if not model_field.null:
            problems.add(name, _("This field cannot be blank."))
        return None
    target = known.references[name].get(_id(value))  # type: ignore[arg-type]
    is_place = isinstance(target, Organisation)
    owner = target and (target.owner_enterprise_id if is_place else target.enterprise_id)
    if target is None or owner != enterprise.pk:
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


def decide(actor: Actor, register: Register, plan: Plan, draft: _Draft, found: Any) -> None:
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
        if not isinstance(code, str):  # a number of the product's own says nothing to people
            return text
        return text if not code or text.startswith(code) else f"{code} {text}"
    return value
