"""What is wrong with plans, before they are written."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import path_end
from anlan.base.duties.kinds import all_kinds
from anlan.base.duties.models import Plan, ShiftPattern
from anlan.base.duties.models.plan import CycleUnit, Days, WorkType
from anlan.base.duties.services.places import people_of
from anlan.base.errors import Problems

_SLOTS = {WorkType.PRINCIPAL: 9, WorkType.TECHNICAL: 9, WorkType.OPERATIONAL: 10}


def plan_problems(owner: Organisation, plans: Sequence[Plan]) -> list[Problems]:
    """Complete scope paths and return what is wrong with each plan."""
    places = _places(owner, (plan.organisation_id for plan in plans))
    people = people_of(owner, {plan.assignee_id for plan in plans if plan.assignee_id})
    patterns = {
        row.pk: row
        for row in ShiftPattern.objects.unscoped("checked against the enterprise").filter(
            enterprise=owner, pk__in={plan.shift_pattern_id for plan in plans}
        )
    }
    found: list[Problems] = []
    for plan in plans:
        problems = Problems()
        place = places.get(plan.organisation_id)
        if place is None:
            problems.add("organisation", _("Choose a department of this enterprise."))
        else:
            plan.scope_path = place
        _check_one(plan, problems)
        if plan.assignee_id and plan.assignee_id not in people:
            problems.add("assignee", _("This person does not belong to the enterprise."))
        if plan.shift_pattern_id and plan.shift_pattern_id not in patterns:
            problems.add("shift_pattern", _("Choose a shift pattern of this enterprise."))
        found.append(problems)
    return found


def _check_one(plan: Plan, problems: Problems) -> None:
    if not plan.title.strip():
        problems.add("title", _("Fill this in."))
    if plan.kind not in all_kinds():
        problems.add("kind", _("Choose one."))
    if plan.cycle_unit not in CycleUnit.values:
        problems.add("cycle_unit", _("Choose one."))
    if plan.calendar not in Days.values:
        problems.add("calendar", _("Choose one."))
    if plan.role and plan.role not in Role.values:
        problems.add("role", _("Choose one."))
    if not 1 <= plan.cycle_n <= 1000:
        problems.add("cycle_n", _("Give a whole number from 1 to 1000."))
    if plan.cycle_unit == CycleUnit.HOUR and plan.cycle_n > 24:
        problems.add("cycle_n", _("More than 24 hours: choose days."))
    if plan.cycle_unit == CycleUnit.SHIFT and plan.shift_pattern_id is None:
        problems.add("shift_pattern", _("Choose the shifts that it follows."))
    if plan.ends_on is not None and plan.ends_on < plan.starts_on:
        problems.add("ends_on", _("This lies before the first day."))
    slots = _SLOTS.get(WorkType(plan.work_type)) if plan.work_type in WorkType.values else None
    if plan.work_type not in WorkType.values:
        problems.add("work_type", _("Choose one."))
    elif slots and not (plan.role_item and 1 <= plan.role_item <= slots):
        problems.add(
            "role_item", _("Name the item of the responsible person's list, 1 to %s.") % slots
        )


def _places(owner: Organisation, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    return dict(
        Organisation.objects.filter(
            pk__in={pk for pk in ids if pk},
            is_active=True,
            path__gte=owner.path,
            path__lt=path_end(owner.path),
        ).values_list("pk", "path")
    )
