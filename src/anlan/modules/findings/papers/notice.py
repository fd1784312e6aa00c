"""What the rectification notice says: all of it as text, for both templates."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.base.actors.actor import Actor
from anlan.base.clock import SHANGHAI
from anlan.base.ui.marks import money
from anlan.modules.findings import criteria, queries
from anlan.modules.findings.models import Finding
from anlan.modules.findings.ui.showing import five_of

DASH = "—"


def of_finding(actor: Actor, row: Finding) -> dict[str, Any]:
    """Return the notice about one finding."""
    found = queries.finding_one(actor, row.pk)
    criterion = criteria.find(found.criteria_edition, found.criterion)
    place = " · ".join(part for part in (found.place, found.unit and found.unit.name) if part)
    facts = [
        [_("Enterprise"), found.enterprise.name],
        [_("Number"), found.number],
        [_("Found at"), f"{found.found_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"],
        [pgettext("finding", "Place"), place or DASH],
        [pgettext("finding", "Level"), str(found.get_level_display())],
        [_("Source"), f"{found.get_source_display()} / {found.get_channel_display()}"],
        [_("Discipline"), str(found.get_discipline_display())],
        [pgettext("finding", "Basis"), found.basis or DASH],
        [_("Criterion"), f"{criterion.code} {criterion.text}" if criterion else DASH],
        [pgettext("finding", "What is wrong"), f"{found.title} {found.description}".strip()],
    ]
    asked = [[one.name, one.text or DASH] for one in five_of(found)]
    done = [
        [pgettext("finding", "What was done"), found.result or DASH],
        [_("Cost, CNY"), DASH if found.cost is None else money(found.cost)],
        [_("Opinion on acceptance"), found.acceptance or DASH],
    ]
    return {
        "facts": facts,
        "asked": asked,
        "done": done,
        "words": {
            "asked": _("To be rectified as follows"),
            "done": _("Rectification and acceptance"),
            "date": _("Date"),
        },
        "signatures": [_("Issued by"), _("Received by"), _("Accepted by")],
    }
