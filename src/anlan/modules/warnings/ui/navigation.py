"""What early warning puts into the shell: navigation, home, the wall, the list of plants."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.clock import SHANGHAI
from anlan.base.clock import today as today_day
from anlan.base.inbox import today
from anlan.base.inbox.models import Notice
from anlan.base.ui import navigation
from anlan.modules.commitment import queries as commitment
from anlan.modules.commitment.states import CommitmentState
from anlan.modules.commitment.ui.showing import records_at
from anlan.modules.findings import queries as findings
from anlan.modules.findings.ui import origins
from anlan.modules.monitoring.queries import overview
from anlan.modules.monitoring.ui import wall_facts
from anlan.modules.warnings import notices, queries


def install() -> None:
    """Register everything; called once when the app starts."""
    navigation.register(
        navigation.NavItem(
            "warnings",
            gettext_lazy("Early warning"),
            "alert-hexagon",
            "warnings:list",
            "watch",
            order=15,
            count=queries.counting_standing,
            events=("warning",),
        )
    )
    navigation.register(
        navigation.NavItem(
            "warnings.patrol",
            gettext_lazy("Daily patrol"),
            "radar-2",
            "warnings:patrol",
            "watch",
            order=35,
        )
    )
    today.provider("warnings")(contribution)
    today.due_at(notices.RAISED.code)(next_steps)
    overview.standing_count(
        "warnings", gettext_lazy("Warnings not cleared"), "/warnings/?view=open&enterprise="
    )(queries.by_enterprise)
    records_at(
        ("n_warnings",), lambda plant: f"{reverse('warnings:list')}?view=open&enterprise={plant}"
    )
    origins.lead(queries.ORIGIN, _origin)
    wall_facts.part("warnings", order=10)(wall_warnings)
    wall_facts.part("commitment", order=5)(wall_commitment)
    wall_facts.part("findings", order=20)(wall_findings)


def _origin(actor: Actor, pk: UUID) -> origins.Origin:
    row = queries.warning_one(actor, pk)
    text = f"{row.unit.name} {row.get_colour_display()}"
    return origins.Origin(_("Early warning"), text, reverse("warnings:show", args=[pk]))


def next_steps(actor: Actor, told: Sequence[Notice]) -> dict[UUID, dt.datetime]:
    """Return by when the next step on the warning of each notice is due, by the hour."""
    ids = {notice.pk: notice.url.strip("/").rpartition("/")[2] for notice in told}
    steps = queries.next_steps(actor, ids.values())
    return {pk: steps[one] for pk, one in ids.items() if one in steps}


def contribution(actor: Actor, day: dt.date) -> today.Contribution:
    """Count warnings that are not cleared, and those on which a step is overdue."""
    if actor.at_own_node_only:
        return today.Contribution()
    found = queries.counters(actor)
    url = reverse("warnings:list")
    figures = [today.Figure(_("Early warnings"), found.standing, url)]
    if found.late:
        late = today.Figure(
            _("Early warnings overdue"), found.late, f"{url}?view=late", is_over=True
        )
        figures.append(late)
    return today.Contribution(figures=figures)


def wall_warnings(actor: Actor, enterprise_id: UUID) -> wall_facts.Part | None:
    """Tell the wall of a plant's standing warnings."""
    rows = list(
        queries.warnings(actor)
        .filter(queries.standing(), enterprise=enterprise_id)
        .order_by("-colour", "-raised_at")[:4]
    )
    lines = tuple(
        wall_facts.Line(row.unit.name, f"{row.score:.0f}", row.get_state_display(), 5 - row.colour)
        for row in rows
    )
    return wall_facts.Part(_("Early warning"), big=str(len(rows)), lines=lines)


def wall_commitment(actor: Actor, enterprise_id: UUID) -> wall_facts.Part | None:
    """Tell the wall whether today's commitment is out."""
    row = commitment.of_day(actor, enterprise_id, today_day())
    if row is None or row.state != CommitmentState.PUBLISHED or row.published_at is None:
        line = wall_facts.Line(_("Not published yet"), level=3)
        return wall_facts.Part(_("Commitment of today"), lines=(line,))
    at = f"{row.published_at.astimezone(SHANGHAI):%H:%M} {row.committer}"
    lines = [wall_facts.Line(str(row.get_grade_display()), level=(row.grade or 0) + 1)]
    if row.flags:
        lines.append(wall_facts.Line(_("Contradicts the facts"), str(len(row.flags)), level=3))
    return wall_facts.Part(_("Commitment of today"), at, lines=tuple(lines))


def wall_findings(actor: Actor, enterprise_id: UUID) -> wall_facts.Part | None:
    """Tell the wall of findings that are open and overdue."""
    rows = findings.findings(actor).filter(enterprise=enterprise_id).order_by()
    n_open = rows.filter(findings.open_()).count()
    n_late = rows.filter(findings.overdue(today_day())).count()
    lines = (
        wall_facts.Line(_("Not closed"), str(n_open)),
        wall_facts.Line(_("Overdue"), str(n_late), level=1 if n_late else 0),
    )
    return wall_facts.Part(_("Findings"), lines=lines)
