"""Checklists: what is looked at together."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.audit.services import record
from anlan.base.duties.services.places import enterprise_of
from anlan.base.errors import Problems
from anlan.modules.findings.choices import Source
from anlan.modules.inspections import events
from anlan.modules.inspections.models import Checklist
from anlan.modules.inspections.policy import TASK_EDIT
from anlan.modules.inspections.ready import checklists as ready

MOST_ITEMS = 200


@transaction.atomic
def save(
    actor: Actor,
    enterprise_id: UUID,
    *,
    title: str,
    items: Sequence[str],
    source: int = Source.COMPREHENSIVE,
    checklist_id: UUID | str | None = None,
    template: str = "",
) -> Checklist:
    """Set up a checklist of an enterprise or change one; `items` are texts in order.

    An item whose text stays keeps its id, so answers given before stay its own. Raises NotYours,
    Forbidden, BadInput.
    """
    owner = enterprise_of(actor, enterprise_id)
    if checklist_id is None:
        row = Checklist(enterprise=owner, scope_path=owner.path, template=template)
    else:
        row = Checklist.objects.for_actor(actor).filter(enterprise=owner).lock(checklist_id)
    policy.require(actor, TASK_EDIT, row)
    lines = [text.strip() for text in items if text.strip()]
    problems = Problems()
    if not title.strip():
        problems.add("title", _("Fill this in."), code="missing")
    if len(title) > 120:
        problems.add("title", _("Use at most %s characters.") % 120)
    if not lines:
        problems.add("items", _("A checklist needs at least one item."), code="missing")
    if len(lines) > MOST_ITEMS or any(len(text) > 500 for text in lines):
        problems.add("items", _("At most %s items of 500 characters each.") % MOST_ITEMS)
    if source not in Source.values:
        problems.add("source", _("Choose one."))
    same = Checklist.objects.for_actor(actor).filter(
        enterprise=owner, title=title.strip(), is_active=True
    )
    if same.exclude(pk=row.pk).exists():
        problems.add("title", _("There is a checklist of this title already."), code="taken")
    problems.raise_if_any()
    is_new = row._state.adding
    before = {} if is_new else {"title": row.title, "source": row.source, "items": row.items}
    row.title, row.source, row.items = title.strip(), source, _numbered(row.items, lines)
    if not is_new:
        row.version += 1
    row.save()
    after = {"title": row.title, "source": row.source, "items": row.items}
    event = events.CHECKLIST_SAVED if is_new else events.CHECKLIST_CHANGED
    record(actor, event, row, before=before, after=after)
    return row


def _numbered(old: Sequence[dict[str, str]], lines: Sequence[str]) -> list[dict[str, str]]:
    known = {one["text"]: one["id"] for one in old}
    free = max((int(one["id"]) for one in old), default=0)
    items = []
    for text in lines:
        number = known.pop(text, "")
        if not number:
            free += 1
            number = str(free)
        items.append({"id": number, "text": text})
    return items


def take_over(actor: Actor, enterprise_id: UUID, code: str) -> Checklist:
    """Return the enterprise's copy of a ready checklist, made when there is none.

    Raises KeyError for a code there is not, NotYours, Forbidden.
    """
    offer = ready()[code]
    rows = Checklist.objects.for_actor(actor).filter(enterprise=enterprise_id, is_active=True)
    found = rows.filter(template=code).first() or rows.filter(title=offer.title).first()
    return found or save(
        actor, enterprise_id, title=offer.title, items=offer.items, source=offer.kind, template=code
    )
