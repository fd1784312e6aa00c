"""What duties put on the home page: my own, and the warnings of what I see."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.duties import kinds, queries
from anlan.base.duties.models.warning import Colour
from anlan.base.duties.states import State
from anlan.base.duties.ui import words
from anlan.base.inbox import today


@today.provider("duties")
def contribution(actor: Actor, day: dt.date) -> today.Contribution:
    """Return my open duties and the number of open warnings, in a fixed number of statements."""
    rows = queries.mine(actor, day)
    found = list(rows[: today.LIMIT])
    overdue, missed = words.folded(row for row in found if row.state == State.OVERDUE)
    shown = overdue + [row for row in found if row.state != State.OVERDUE]
    warnings = queries.open_warning_counts(actor)
    figures = []
    if sum(warnings.values()):
        red = warnings.get(Colour.RED, 0)
        figures.append(
            today.Figure(
                _("Open warnings"),
                sum(warnings.values()),
                reverse("duties:warnings"),
                note=_("%(n)s of them red") % {"n": red} if red else "",
                is_over=True,
                order=15,
            )
        )
    return today.Contribution(
        items=[
            today.Item(
                title=row.plan.title,
                url=words.url_of(row) or reverse("duties:show", args=[row.pk]),
                action=_("Carry out"),
                context=words.context(row, missed.get(row.plan_id, 1) if row in overdue else 1),
                icon=kinds.kind_of(row.plan.kind).icon,
                due=row.due_at,
                urgency=2 if row.work_type else 3,
                # Mine wherever it is done; a stand-in's duty lies in another's department.
                place=actor.home.path if actor.home else row.scope_path,
            )
            for row in shown
        ],
        total=len(shown) if len(found) < today.LIMIT else rows.count(),
        figures=figures,
    )
