"""Enterprises: their file and their node in the organisation tree, always changed together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.policy import allows
from anlan.base.actors.roles import OrganisationKind
from anlan.base.actors.scope import EVERYTHING, Scope
from anlan.base.actors.wall import acting_as, bound_scope
from anlan.base.audit.services import Entry, record_many
from anlan.base.clock import now
from anlan.base.errors import BadInput, Forbidden, Problem, Problems
from anlan.base.search_key import search_key
from anlan.modules.registry import events, policy
from anlan.modules.registry.choices import process_codes
from anlan.modules.registry.models import Chemical, Enterprise, Equipment, Facility, MhiUnit, Site
from anlan.modules.registry.services import rows
from anlan.modules.registry.services.checks import check_credit_code, check_past, check_position
from anlan.modules.registry.services.enterprise_facts import enterprise_facts_refresh
from anlan.modules.registry.services.node import (
    NodeSpec,
    enterprise_node_close,
    enterprise_node_move,
    enterprise_nodes_change,
    enterprise_nodes_create,
)

FIELDS = (
    "unified_social_credit_code",
    "company_code",
    "name",
    "short_name",
    "kind",
    "state",
    "industry",
    "area_code",
    "longitude",
    "latitude",
    "address",
    "registered_address",
    "legal_representative",
    "principal",
    "principal_phone",
    "safety_manager",
    "safety_manager_phone",
    "duty_phone",
    "n_employees",
    "n_safety_staff",
    "founded_on",
    "business_scope",
    "key_processes",
    "standardisation",
    "note",
)
# Where an enterprise belongs is said by officers, not by the enterprise.
_PLACES = {"park": OrganisationKind.PARK, "group": OrganisationKind.GROUP}
_CHUNK = 2000


@dataclass(slots=True)
class _Known:
    """What planning needs to know, fetched for all rows at once."""

    areas: dict[str, Organisation]
    places: dict[UUID, Organisation]
    existing: dict[str, Enterprise]
    taken_codes: frozenset[str]
    taken_company_codes: dict[str, str]


@dataclass(slots=True)
class EnterprisePlan(rows.Plan):
    """A plan with the places it leads to; `area` is set when the enterprise moves or is new."""

    area: Organisation | None = None
    node_changes: bool = False


def enterprises_plan(
    actor: Actor, given: Sequence[Mapping[str, Any]], *, lock: bool = False
) -> list[EnterprisePlan]:
    """Say what upserting these enterprises by credit code would do, without writing.

    Rows may hold `park` and `group` (ids or nodes; None takes it out). A fixed number of queries.
    """
    known = _known(actor, given, lock=lock)
    plans: list[EnterprisePlan] = []
    seen: dict[str, int] = {}
    for number, values in enumerate(given):
        code = str(values.get("unified_social_credit_code") or "").strip().upper()
        plan = EnterprisePlan(number, "create")
        if code and code in seen:
            text = gettext("the same as row %(row)s of this sheet") % {"row": seen[code] + 1}
            plan.action = "wrong"
            plan.problems = [Problem("unified_social_credit_code", text)]
        else:
            seen[code] = number
            given_values = {**values, "unified_social_credit_code": code}
            _plan_one(actor, plan, given_values, known.existing.get(code), known)
        plans.append(plan)
    return plans


def _known(actor: Actor, given: Sequence[Mapping[str, Any]], *, lock: bool) -> _Known:
    def texts(name: str) -> set[str]:
        return {str(row.get(name) or "").strip().upper() for row in given} - {""}

    codes, company_codes = texts("unified_social_credit_code"), texts("company_code")
    own = Enterprise.objects.for_actor(actor).select_related("enterprise")
    if lock:
        own = own.select_for_update(of=("self",)).order_by("pk")
    existing = {
        row.unified_social_credit_code: row
        for row in own.filter(unified_social_credit_code__in=codes)
    }
    # Codes are unique in the whole installation: whether one is taken must be known even where
    # the row itself may not be seen.
    with acting_as(EVERYTHING):
        everywhere = Enterprise.objects.unscoped("codes are unique everywhere")
        taken = everywhere.filter(unified_social_credit_code__in=codes - existing.keys())
        taken_codes = frozenset(taken.values_list("unified_social_credit_code", flat=True))
        company = everywhere.filter(company_code__in=company_codes)
        taken_company = dict(company.values_list("company_code", "unified_social_credit_code"))
    areas = Organisation.objects.filter(kind=OrganisationKind.AREA, code__in=texts("area_code"))
    ids = {pk for row in given for name in _PLACES if (pk := _id(row.get(name)))}
    places = Organisation.objects.filter(pk__in=ids, is_active=True)
    return _Known(
        {area.code: area for area in areas},
        {place.pk: place for place in places},
        existing,
        taken_codes,
        taken_company,
    )


def _id(value: Any) -> UUID | None:
    return value.pk if isinstance(value, Organisation) else value


def _plan_one(
    actor: Actor,
    plan: EnterprisePlan,
    given: Mapping[str, Any],
    found: Enterprise | None,
    known: _Known,
) -> None:
    problems = Problems()
    plain = {name: value for name, value in given.items() if name not in _PLACES}
    if "company_code" in plain:
        plain["company_code"] = str(plain["company_code"] or "").strip().upper()
    cleaned = rows.clean_values(Enterprise, plain, problems)
    values = _stored(found) | cleaned
    _check(values, cleaned, found, known, problems)
    if found is None:
        _demand(values, problems)
    places = {
        name: _place(name, given[name], known, problems) for name in _PLACES.keys() & given.keys()
    }
    area = known.areas.get(values["area_code"])
    if area is None and (found is None or found.area_code != values["area_code"]):
        problems.add(
            "area_code",
            _("There is no area with the code %(code)s.") % {"code": values["area_code"] or "–"},
            _("Use the six-digit code of the county or district (GB/T 2260)."),
        )
    if problems.found:
        plan.action, plan.problems = "wrong", problems.found
        return
    try:
        _may(actor, found, area, places)
    except Forbidden as error:
        plan.action = "wrong"
        plan.problems = [Problem("", error.message(), error.remedy_text(), code="forbidden")]
        return
    _fill(plan, found, values, places, area)


def _stored(found: Enterprise | None) -> rows.Values:
    row = found or Enterprise()
    return {name: getattr(row, name) for name in FIELDS}


def _check(
    values: rows.Values,
    cleaned: rows.Values,
    found: Enterprise | None,
    known: _Known,
    problems: Problems,
) -> None:
    code = values["unified_social_credit_code"]
    if code and (found is None or found.unified_social_credit_code != code):
        check_credit_code(code, problems)
    if found is None and code in known.taken_codes:
        problems.add(
            "unified_social_credit_code",
            _("An enterprise with this code is registered outside your area."),
            _("Ask the bureau one level up to move it to you."),
            code="duplicate",
        )
    company = values["company_code"]
    if company and known.taken_company_codes.get(company, code) != code:
        problems.add(
            "company_code",
            _("Another enterprise has this registration code."),
            _("Compare with the registration certificate."),
            code="duplicate",
        )
    check_position(values, problems)
    check_past(values, problems, "founded_on")
    unknown = [item for item in cleaned.get("key_processes") or [] if item not in process_codes()]
    if unknown:
        problems.add(
            "key_processes",
            _("“%(name)s” is not one of the 18 key regulated processes.") % {"name": unknown[0]},
            _("Choose from the list."),
        )
    staff, everyone = values["n_safety_staff"], values["n_employees"]
    if staff is not None and everyone is not None and staff > everyone:
        problems.add("n_safety_staff", _("There are more safety staff than employees."))


def _demand(values: rows.Values, problems: Problems) -> None:
    told = {problem.field for problem in problems.found}
    for name in ("unified_social_credit_code", "name", "kind", "area_code"):
        if not values[name] and name not in told:
            problems.add(name, _("This field cannot be blank."), code="required")


def _place(name: str, value: Any, known: _Known, problems: Problems) -> Organisation | None:
    pk = _id(value)
    if not pk:
        return None
    place = known.places.get(pk if isinstance(pk, UUID) else UUID(str(pk)))
    if place is None or place.kind != _PLACES[name]:
        problems.add(name, _("is not in the list"), _("Choose from the list."))
        return None
    return place


def _may(
    actor: Actor,
    found: Enterprise | None,
    area: Organisation | None,
    places: Mapping[str, Organisation | None],
) -> None:
    """Raise Forbidden unless the actor may enter, edit or move the enterprise."""
    if found is None:
        policy.require_enterprise_create(actor, area, places.get("park"))  # type: ignore[arg-type]
        return
    policy.require(actor, policy.ENTERPRISE_EDIT, found)
    node = found.enterprise
    if area is not None and area.pk != node.parent_id:
        policy.require(actor, policy.ENTERPRISE_CREATE, found)
        policy.require_enterprise_create(actor, area, None)
    elsewhere = [n for n, place in places.items() if getattr(node, f"{n}_id") != _pk(place)]
    if elsewhere and not allows(actor, policy.ENTERPRISE_CREATE, found.scope_path, found.pk):
        raise policy.OfficersPlace()


def _pk(place: Organisation | None) -> UUID | None:
    return place.pk if place else None


def _fill(
    plan: EnterprisePlan,
    found: Enterprise | None,
    values: rows.Values,
    places: Mapping[str, Organisation | None],
    area: Organisation | None,
) -> None:
    before: rows.Values = {}
    after: rows.Values = {}
    row = found or Enterprise()
    for name in FIELDS:
        old, new = getattr(row, name), values[name]
        if found is None:
            if new not in (None, "", []):
                after[name] = new
        elif old != new:
            before[name], after[name] = old, new
        setattr(row, name, new)
    node = found.enterprise if found else None
    for name, place in places.items():
        old_place = getattr(node, name) if node else None
        if _pk(place) != _pk(old_place):
            before[name], after[name] = str(old_place or ""), str(place or "")
        if node:
            setattr(node, name, place)
    if row.removed_at is not None:
        before["removed"], after["removed"] = True, False
        row.removed_at = None
        node.is_active = True  # type: ignore[union-attr]
    row.search_key = search_key(
        row.name, row.short_name, row.unified_social_credit_code, row.company_code
    )
    plan.instance, plan.after = row, after
    if found is None:
        plan.action, plan.area, plan.moved_from = "create", area, {}
        plan.before = {"places": places}
        return
    plan.before = before
    plan.action = "update" if after else "unchanged"
    plan.node_changes = bool({"name", "short_name", "park", "group", "removed"} & after.keys())
    if area is not None and area.pk != found.enterprise.parent_id:
        plan.area = area


def _write(
    actor: Actor, plans: Sequence[EnterprisePlan], reason: str = "", *, is_demo: bool = False
) -> rows.Upserted:
    fresh = [plan for plan in plans if plan.action == "create"]
    altered = [plan for plan in plans if plan.action == "update"]
    _make_nodes(fresh, is_demo=is_demo)
    try:
        # A park's officer sees an enterprise by its id, which did not exist a moment ago.
        with transaction.atomic(), acting_as(_widened(p.instance.pk for p in fresh)):
            Enterprise.objects.bulk_create([p.instance for p in fresh], batch_size=_CHUNK)
            _write_altered(actor, altered)
            enterprise_facts_refresh(p.instance.pk for p in (*fresh, *altered))
    except IntegrityError as error:
        raise BadInput(
            Problem(
                "unified_social_credit_code",
                _("is already in the register"),
                _("Open the list, find it and change it there."),
                code="duplicate",
            )
        ) from error
    record_many(
        actor,
        [Entry(events.ENTERPRISE_CREATED, p.instance, None, p.after, reason) for p in fresh]
        + [
            Entry(events.ENTERPRISE_CHANGED, p.instance, p.before, p.after, reason) for p in altered
        ],
    )
    return rows.Upserted(len(fresh), len(altered), len(plans) - len(fresh) - len(altered))


def _make_nodes(fresh: Sequence[EnterprisePlan], *, is_demo: bool) -> None:
    specs = []
    for plan in fresh:
        places = plan.before["places"]
        row = plan.instance
        specs.append(
            NodeSpec(
                row.name,
                row.short_name,
                row.company_code,
                plan.area,  # type: ignore[arg-type]
                places.get("park"),
                places.get("group"),
                is_demo,
            )
        )
        plan.before = {}
    for plan, node in zip(fresh, enterprise_nodes_create(specs), strict=True):
        plan.instance.pk = node.pk
        plan.instance.enterprise = node
        plan.instance.scope_path = node.path
        plan.instance.is_demo = is_demo


def _widened(enterprise_ids: Iterable[UUID]) -> Scope:
    bound = bound_scope()
    return Scope(bound.prefixes, bound.enterprises | set(enterprise_ids), bound.everything)


def _write_altered(actor: Actor, altered: Sequence[EnterprisePlan]) -> None:
    for plan in altered:
        plan.instance.version += 1
        if plan.area is not None:
            node, old = plan.instance.enterprise, plan.instance.scope_path
            park, group = node.park, node.group
            plan.instance.scope_path = enterprise_node_move(actor, node, plan.area)
            # Moving reads the node anew; park and group may be changing in the same go.
            node.park, node.group = park, group
            plan.before["scope_path"], plan.after["scope_path"] = old, plan.instance.scope_path
    Enterprise.objects.bulk_create(
        [plan.instance for plan in altered],
        batch_size=_CHUNK,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*FIELDS, "search_key", "removed_at", "version", "updated_at"],
    )
    nodes = []
    for plan in altered:
        if plan.node_changes:
            node = plan.instance.enterprise
            node.name, node.short_name = plan.instance.name, plan.instance.short_name
            nodes.append(node)
    enterprise_nodes_change(nodes)


@transaction.atomic
def enterprise_create(
    actor: Actor, values: Mapping[str, Any], *, is_demo: bool = False
) -> Enterprise:
    """Enter an enterprise and its node. Raises BadInput, Forbidden."""
    (plan,) = enterprises_plan(actor, [values], lock=True)
    rows.refuse_wrong([plan], single=True)
    if plan.action != "create" and "removed" not in plan.before:
        raise BadInput(
            Problem(
                "unified_social_credit_code",
                _("is already in the register"),
                _("Open the list, find it and change it there."),
                code="duplicate",
            )
        )
    _write(actor, [plan], is_demo=is_demo)
    return plan.instance


@transaction.atomic
def enterprise_update(
    actor: Actor, pk: UUID | str, values: Mapping[str, Any], expected_version: int | None = None
) -> Enterprise:
    """Change an enterprise; another area moves it with everything in it.

    Raises NotYours, Forbidden, BadInput, ChangedMeanwhile.
    """
    found = _lock(actor, pk, expected_version)
    policy.require(actor, policy.ENTERPRISE_EDIT, found)
    given = {
        name: value
        for name, value in values.items()
        if name in _PLACES or getattr(found, name) != value
    }
    known = _known(actor, [given], lock=False)
    code = str(given.get("unified_social_credit_code") or "").strip().upper()
    if code in known.existing and known.existing[code].pk != found.pk:
        raise BadInput(
            Problem(
                "unified_social_credit_code",
                _("is already in the register"),
                _("Open the list, find it and change it there."),
                code="duplicate",
            )
        )
    if code:
        given["unified_social_credit_code"] = code
        known.taken_codes -= {found.unified_social_credit_code}
    if found.area_code not in known.areas and "area_code" not in given:
        assert found.enterprise.parent is not None
        known.areas[found.area_code] = found.enterprise.parent
    plan = EnterprisePlan(0, "update")
    _plan_one(actor, plan, given, found, known)
    rows.refuse_wrong([plan], single=True)
    _write(actor, [plan])
    return plan.instance


def _lock(actor: Actor, pk: UUID | str, expected_version: int | None) -> Enterprise:
    found = (
        Enterprise.objects.for_actor(actor)
        .select_related("enterprise__parent", "enterprise__park", "enterprise__group")
        .filter(removed_at__isnull=True)
        .lock(pk)
    )
    rows.demand_version(found, expected_version)
    return found


@transaction.atomic
def enterprise_remove(
    actor: Actor, pk: UUID | str, reason: str = "", expected_version: int | None = None
) -> Enterprise:
    """Take an enterprise out of every list and end its people's access.

    For one entered by mistake; one that closed keeps its file with the state "closed". Raises
    NotYours, Forbidden, ChangedMeanwhile, StillUsed while its registers hold anything.
    """
    found = _lock(actor, pk, expected_version)
    policy.require(actor, policy.ENTERPRISE_CREATE, found)
    for model in (MhiUnit, Facility, Equipment, Chemical, Site):
        held = model.objects.unscoped("everything of the enterprise counts")
        if n := held.filter(enterprise=found.pk, removed_at__isnull=True).count():
            raise rows.StillUsed(n=n, kind=str(model._meta.verbose_name))
    found.removed_at = now()
    found.version += 1
    found.save(update_fields=["removed_at", "version", "updated_at"])
    enterprise_node_close(actor, found.enterprise, reason)
    record_many(actor, [Entry(events.ENTERPRISE_REMOVED, found, None, None, reason)])
    return found


@transaction.atomic
def enterprise_upsert_many(
    actor: Actor, given: Sequence[Mapping[str, Any]], *, is_demo: bool = False
) -> rows.Upserted:
    """Create or update enterprises by credit code, all or none. Raises BadInput, Forbidden."""
    plans = enterprises_plan(actor, given, lock=True)
    rows.refuse_wrong(plans)
    return _write(actor, plans, is_demo=is_demo)
