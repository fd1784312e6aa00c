"""The cards of the home page: installations by level, places or own units, newest results."""

import datetime as dt

from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.inbox import today
from anlan.base.ui.marks import RISK_WORDS
from anlan.modules.registry import queries, queries_overview
from anlan.modules.registry.ui.addresses import list_url, url_of

NEWEST = 6
OWN_UNITS = 12
LATE = 4
_HERE = "PLACE"


def cards(
    actor: Actor, day: dt.date, overview: queries_overview.Overview | None = None
) -> list[today.Card]:
    """Return the cards for this person in a fixed number of statements; `overview` is what an
    office sees of its places, None for the people of a plant."""
    if overview is None:
        levels = queries.n_units_by_level(actor)
        found = [_units(actor)]
    else:
        levels = overview.total.levels
        found = [_places(overview), *_late(actor, day)]
    if sum(levels.values()):
        found.append(
            today.Card(
                _("Major hazard installations"),
                levels=levels,
                level_urls={level: list_url("units", level=level) for level in levels},
                level_kind="installation",
                count=sum(levels.values()),
                more=_("All"),
                more_url=list_url("units"),
                order=30,
            )
        )
    found.append(_newest(actor))
    return [card for card in found if card.levels or card.rows or (card.table and card.table.rows)]


def _places(found: queries_overview.Overview) -> today.Card:
    heads = [
        capfirst(_("area") if found.by == "area" else _("park")),
        _("Enterprises"),
        _("With MHI"),
        *(RISK_WORDS["installation"][level] for level in range(1, 5)),
        _("Licences expired"),
        _("Inspections overdue"),
    ]
    outside = _("Outside the parks")
    # Addresses are made once a column, not for each of a province's hundreds of cells.
    every = list_url("enterprises", **{found.by: _HERE})
    with_mhi = list_url("enterprises", n_mhi_from="1", **{found.by: _HERE})
    graded = {n: list_url("units", level=n, **{found.by: _HERE}) for n in range(1, 5)}
    expired = list_url("licences", validity="expired", **{found.by: _HERE})
    overdue = list_url("equipment", overdue="yes", **{found.by: _HERE})
    rows = []
    for place in found.places:
        here = str(place.pk) if place.pk else "-"
        rows.append(
            [
                today.Cell(place.name or outside, every.replace(_HERE, here)),
                today.Cell(place.n_enterprises, every.replace(_HERE, here)),
                today.Cell(place.n_with_mhi, with_mhi.replace(_HERE, here)),
                *(
                    today.Cell(n, graded[level].replace(_HERE, here))
                    for level, n in place.levels.items()
                ),
                today.Cell(place.n_licences_expired, expired.replace(_HERE, here), is_over=True),
                today.Cell(place.n_inspections_overdue, overdue.replace(_HERE, here), is_over=True),
            ]
        )
    return today.Card(
        _("By area") if found.by == "area" else _("By park"),
        table=today.Table(heads, rows, frozenset(range(1, len(heads)))),
        count=sum(place.n_enterprises for place in found.places),
        more=_("Map"),
        more_url=reverse("registry:map"),
        order=10,
        is_main=True,
    )


def _late(actor: Actor, day: dt.date) -> list[today.Card]:
    """Licences and inspections, the longest overdue first, for an office to look into."""
    licences, _qualifications, inspections = queries.calling_for_action(actor, day)
    rows = [
        today.Row(
            _("%(kind)s %(number)s") % {"kind": row.get_kind_display(), "number": row.number},
            url_of(row),
            context=row.enterprise.name,
            icon="certificate",
            due=row.valid_until,
        )
        for row in licences[:LATE]
    ]
    rows += [
        today.Row(
            _("Statutory inspection of %(equipment)s") % {"equipment": row},
            url_of(row),
            context=row.enterprise.name,
            icon="engine",
            due=row.inspect_by,
        )
        for row in inspections[:LATE]
    ]
    rows.sort(key=lambda row: row.due or day)
    return [today.Card(_("Overdue and due soon"), rows=rows, order=20, is_main=True)]


def _units(actor: Actor) -> today.Card:
    units = queries_overview.own_units(actor, OWN_UNITS)
    return today.Card(
        _("Units"),
        table=today.Table(
            [
                _("Name"),
                _("MHI level"),
                "R",
                "S",
                _("Principal"),
                _("Technical"),
                _("Operational"),
            ],
            [
                [
                    today.Cell(unit.name, url_of(unit)),
                    today.Cell(
                        _("Data missing") if unit.is_mhi is None else _("Below the threshold"),
                        risk=unit.level or 0,
                    ),
                    _figure(unit.r_value, unit),
                    _figure(unit.s_value, unit),
                    *(
                        today.Cell(person.name if person else "—", url_of(person))
                        for person in (unit.principal, unit.technical, unit.operational)
                    ),
                ]
                for unit in units
            ],
            frozenset({2, 3}),
        ),
        level_kind="installation",
        more=_("All"),
        more_url=list_url("units"),
        order=10,
        is_main=True,
    )


def _figure(value: object, unit: object) -> today.Cell:
    if value is None:
        return today.Cell("—")
    return today.Cell(floatformat(value, 2), reverse("grading:unit", args=[unit.pk]))  # type: ignore[attr-defined]


def _newest(actor: Actor) -> today.Card:
    own = actor.own_enterprise_id is not None
    return today.Card(
        _("Newest results of GB 18218"),
        rows=[
            today.Row(
                row.unit.name,
                reverse("grading:result", args=[row.pk]),
                context="" if own else row.enterprise.name,
                note=f"R {floatformat(row.r_value, 2)}" if row.r_value is not None else "",
                risk=row.level or 0,
                icon="" if row.level else "circle-check",
            )
            for row in queries_overview.newest_identifications_seen(actor, NEWEST, mhi_only=not own)
        ],
        level_kind="installation",
        more=_("All"),
        more_url=list_url("units"),
        order=40,
    )
