"""What findings put on the home page: what waits for me, and how many are open."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.base.actors.actor import Actor
from anlan.base.clock import SHANGHAI
from anlan.base.inbox import today
from anlan.modules.findings import policy, queries
from anlan.modules.findings.choices import Level
from anlan.modules.findings.models import Finding
from anlan.modules.findings.states import FindingState
from anlan.modules.findings.ui.acts import may_decide
from anlan.modules.findings.ui.addresses import address_of, list_url, url_of
from anlan.modules.findings.ui.showing import act_url


def install() -> None:
    """Register the provider; called once when the app starts."""
    today.provider("findings")(contribution)


def contribution(actor: Actor, day: dt.date) -> today.Contribution:
    """Return what calls for action among findings, in a fixed number of statements."""
    if actor.at_own_node_only:
        return _own_reports(actor)
    counted = queries.figures(actor)
    figures = [
        today.Figure(
            _("Findings not closed"), counted["open"], list_url(**{"is": "open"}), order=10
        ),
        today.Figure(
            _("Findings overdue"),
            counted["overdue"],
            list_url(**{"is": "overdue"}),
            is_over=counted["overdue"] > 0,
            order=11,
        ),
        today.Figure(
            _("Major hazards open"),
            counted["major"],
            list_url(**{"is": "open", "level": "1"}),
            order=12,
        ),
    ]
    return today.Contribution(items=_items(actor), figures=figures)


def _own_reports(actor: Actor) -> today.Contribution:
    """What people of a contractor see of the plant's findings: what became of their reports."""
    told = queries.own_reports(actor)
    url = reverse("findings:employee")
    rows = [
        today.Row(
            one.title,
            url,
            context=f"{one.number} · {one.reported_at.astimezone(SHANGHAI):%m-%d %H:%M}",
            note=str(FindingState(one.state).label),
            icon="alert-triangle",
        )
        for one in told[:5]
    ]
    card = today.Card(
        _("What I reported"),
        rows=rows or [today.Row(_("Report a finding"), url, icon="plus")],
        count=len(told),
        more=_("Report a finding") if rows else "",
        more_url=url,
        is_main=True,
    )
    return today.Contribution(cards=[card])


def _items(actor: Actor) -> list[today.Item]:
    if actor.own_enterprise_id is None:
        return []
    found = [
        item
        for row in queries.waiting(actor, today.LIMIT)
        if (item := _item(actor, row)) is not None
    ]
    found += [
        today.Item(
            _("More time for %(number)s") % {"number": asked.finding.number},
            address_of(asked.finding_id),
            action=pgettext("finding", "Decide"),
            context=asked.reason,
            icon="calendar-plus",
            decides=True,
            place=asked.scope_path,
        )
        for asked in queries.asked_for_time(actor, 50)
        if may_decide(actor, asked)
    ]
    return found


def _item(actor: Actor, row: Finding) -> today.Item | None:
    """Return what this person does next about a finding; None when it is with others."""
    key, word, permission, decides = {
        FindingState.REPORTED: ("confirm", _("Confirm"), policy.FINDING_CONFIRM, True),
        FindingState.CONFIRMED: ("submit", _("Rectify"), policy.FINDING_RECTIFY, False),
        FindingState.RECTIFYING: ("submit", _("Rectify"), policy.FINDING_RECTIFY, False),
        FindingState.AWAITING: ("accept", _("Check and accept"), policy.FINDING_ACCEPT, True),
    }[FindingState(row.state)]
    if not actor.may(permission, row.scope_path, row.enterprise_id):
        return None
    if row.state == FindingState.AWAITING:
        if actor.user_id in (row.owner_id, row.submitted_by_id):
            return None
        if row.acceptor_id is not None and row.acceptor_id != actor.user_id:
            return None
    elif key == "submit" and row.owner_id != actor.user_id:
        return None
    return today.Item(
        row.title,
        url_of(row),
        action=word,
        action_url=act_url(row, key) if key != "confirm" else url_of(row),
        context=f"{row.number} · {row.place}" if row.place else row.number,
        icon="alert-triangle",
        due=row.deadline,
        decides=decides,
        risk=1 if row.level == Level.MAJOR else 0,
        urgency=1 if row.level == Level.MAJOR else 3,
        place=row.scope_path,
    )
