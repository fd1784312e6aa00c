"""Tasks that Anlan suggests: for measures without one, the ladder, the responsible persons."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import HELD_AT, OrganisationKind, Role
from anlan.base.actors.scope import path_end
from anlan.base.duties.models.plan import Days
from anlan.base.duties.services.places import enterprise_of
from anlan.modules.findings.choices import Source
from anlan.modules.inspections import queries, ready
from anlan.modules.inspections.models import InspectionTask
from anlan.modules.inspections.policy import TASK_EDIT
from anlan.modules.inspections.services import checklists, tasks
from anlan.modules.risk import queries as risk
from anlan.modules.risk.choices import Verification

Fields = dict[str, Any]


def for_measures(actor: Actor, enterprise_id: UUID) -> list[Fields]:
    """Return the tasks suggested for measures verified by inspection that have none.

    What the register says of cycle and post comes before what is usual for the class. Each is what
    `tasks.save` takes, with `measure` as its row; nothing is written.
    """
    has = queries.tasks_of_measures(actor, enterprise_id)
    rows = risk.measures(actor).filter(
        enterprise=enterprise_id, verification=Verification.INSPECTION
    )
    posts = _roles_by_name()
    found = []
    for measure in rows:
        if measure.pk in has:
            continue
        cycle = ready.cycles()[measure.class2]
        own = (measure.cycle_n, measure.cycle_unit, Days.EVERY_DAY)
        usual = (cycle.n, cycle.unit, cycle.calendar)
        cycle_n, cycle_unit, calendar = own if measure.cycle_n and measure.cycle_unit else usual
        content = measure.inspection_content or measure.text
        fields: Fields = {
            "measure": measure,
            "title": content[:200],
            "content": content,
            "cycle_n": cycle_n,
            "cycle_unit": cycle_unit,
            "calendar": calendar,
            "role": posts.get(measure.post.strip().casefold(), cycle.role),
        }
        if measure.responsible_department_id:
            fields["organisation_id"] = measure.responsible_department_id
        found.append(fields)
    return found


def _roles_by_name() -> dict[str, str]:
    """Return the roles within an enterprise by their names in both languages."""
    found: dict[str, str] = {}
    for language in ("en", "zh-hans"):
        with override(language):
            found |= {
                str(role.label).casefold(): role.value
                for role in Role
                if OrganisationKind.TEAM in HELD_AT[role]
            }
    return found


def apply_for_measures(
    actor: Actor, enterprise_id: UUID, measure_ids: Sequence[UUID] | None = None
) -> list[InspectionTask]:
    """Set up the suggested tasks, of all measures or of these. Raises as `tasks.save_many`."""
    wanted = None if measure_ids is None else set(measure_ids)
    given = [
        one
        for one in for_measures(actor, enterprise_id)
        if wanted is None or one["measure"].pk in wanted
    ]
    return tasks.save_many(actor, enterprise_id, given)


@transaction.atomic
def apply_ladder(actor: Actor, enterprise_id: UUID) -> list[InspectionTask]:
    """Set up 公司季查、厂级月查、车间周查、班组日查; those that are there already are left.

    Workshop and shift rungs are made for each department. Raises NotYours, Forbidden.
    """
    owner = enterprise_of(actor, enterprise_id)
    policy.require(actor, TASK_EDIT, _At(owner.path, owner.pk))
    departments = list(
        Organisation.objects.filter(
            kind=OrganisationKind.DEPARTMENT,
            is_active=True,
            path__gte=owner.path,
            path__lt=path_end(owner.path),
        ).order_by("name")
    )
    there = {
        (task.checklist_id, task.plan.organisation_id, task.plan.cycle_unit)
        for task in queries.tasks(actor).filter(
            enterprise=owner, is_active=True, checklist__isnull=False
        )
    }
    language = get_language() or "zh"
    given = []
    for rung in ready.ladder():
        checklist = checklists.take_over(actor, owner.pk, rung.checklist)
        for place in [owner] if rung.per == "enterprise" else departments:
            if (checklist.pk, place.pk, rung.unit) in there:
                continue
            given.append(
                {
                    "checklist": checklist,
                    "title": rung.title(language),
                    "source": checklist.source,
                    "organisation": place,
                    "role": rung.role,
                    "cycle_unit": rung.unit,
                }
            )
    return tasks.save_many(actor, owner.pk, given)


@transaction.atomic
def apply_responsible(actor: Actor, enterprise_id: UUID) -> list[InspectionTask]:
    """Set up the 9 + 9 + 10 items of the three responsible persons for every major hazard
    installation; items that are there already are left.

    The texts of the official lists are not public: each task says which item it is and asks the
    enterprise for its text. Raises NotYours, Forbidden.
    """
    owner = enterprise_of(actor, enterprise_id)
    policy.require(actor, TASK_EDIT, _At(owner.path, owner.pk))
    there = set(
        queries.tasks(actor)
        .filter(enterprise=owner, is_active=True, work_type__gt=0)
        .values_list("object", "work_type", "role_item")
    )
    objects = risk.objects(actor).filter(enterprise=owner, mhi_unit__isnull=False)
    given: list[Fields] = [
        {
            "object": thing,
            "title": _("%(object)s: item %(n)s of the %(who)s")
            % {"object": thing.name, "n": n, "who": work_type.label},
            "content": _("Enter the text of this item of the official task list."),
            "source": Source.DAILY,
            "work_type": work_type,
            "role_item": n,
            "organisation": owner,
            "role": ready.SLOT_ROLES[work_type],
            "cycle_unit": ready.SLOT_UNITS[work_type],
        }
        for thing in objects
        for work_type, slots in ready.SLOTS.items()
        for n in range(1, slots + 1)
        if (thing.pk, int(work_type), n) not in there
    ]
    return tasks.save_many(actor, owner.pk, given)


class _At:
    """A place to judge a permission at."""

    def __init__(self, scope_path: str, enterprise_id: UUID) -> None:
        self.scope_path, self.enterprise_id = scope_path, enterprise_id
