"""What the registry puts on the home page: papers running out, inspections, missing data.

Figures for everybody, over what they see. Things to do only for people of a plant who may do
them: an officer of a city would find the papers of a thousand enterprises among the day's work.
"""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.inbox import today
from anlan.modules.registry import policy, queries, queries_overview
from anlan.modules.registry.models.base import RegisterModel
from anlan.modules.registry.ui import today_cards
from anlan.modules.registry.ui.addresses import list_url, url_of


def install() -> None:
    """Register provider and first steps; called once when the app starts."""
    today.provider("registry")(contribution)
    today.first_step("registry.enterprises")(_enterprises_step)
    today.first_step("registry.units")(_units_step)


def contribution(actor: Actor, day: dt.date) -> today.Contribution:
    """Return what calls for action in the registers, in a fixed number of statements."""
    if actor.at_own_node_only:
        # The registers are the plant's: nothing but zeros for the people of a contractor.
        return today.Contribution()
    office = actor.own_enterprise_id is None
    overview = queries_overview.places_below(actor, day) if office else None
    found = overview.due if overview else queries.falling_due(actor, day)
    figures = [
        _figure(
            _("Licences expired"),
            found.n_licences_expired,
            found.n_licences_due,
            list_url("licences", validity=["expired", "due"]),
            30,
        ),
        _figure(
            _("Certificates of people expired"),
            found.n_qualifications_expired,
            found.n_qualifications_due,
            list_url("qualifications", validity=["expired", "due"]),
            40,
        ),
        _figure(
            _("Inspections overdue"),
            found.n_inspections_overdue,
            found.n_inspections_due,
            list_url("equipment", inspect_by_to="today+30"),
            50,
        ),
        today.Figure(
            _("Units with data missing"),
            found.n_units_missing,
            list_url("units", missing="yes"),
            order=60,
        ),
    ]
    if overview:
        figures.append(
            today.Figure(
                _("Enterprises"),
                overview.total.n_enterprises,
                list_url("enterprises"),
                note=_("%(n)s with MHI") % {"n": overview.total.n_with_mhi},
                order=20,
            )
        )
    return today.Contribution(
        items=_items(actor, day), figures=figures, cards=today_cards.cards(actor, day, overview)
    )


def _figure(label: str, n: int, n_due: int, url: str, order: int) -> today.Figure:
    note = _("%(n)s coming up") % {"n": n_due} if n_due else ""
    return today.Figure(label, n, url, note=note, is_over=n > 0, order=order)


def _items(actor: Actor, day: dt.date) -> list[today.Item]:
    if actor.own_enterprise_id is None:
        return []
    licences, qualifications, inspections = queries.calling_for_action(actor, day)
    items: list[today.Item] = []
    if actor.may(policy.LICENCE_EDIT):
        items += [
            today.Item(
                _("%(kind)s %(number)s") % {"kind": row.get_kind_display(), "number": row.number},
                url_of(row),
                action=_action(actor, policy.LICENCE_EDIT, row, _("Renew")),
                context=row.issuer,
                icon="certificate",
                due=row.valid_until,
                place=row.scope_path,
            )
            for row in licences[: today.LIMIT]
        ]
    if actor.may(policy.PERSON_EDIT):
        items += [
            today.Item(
                f"{row.person.name} {row.get_kind_display()}",
                url_of(row),
                action=_action(actor, policy.PERSON_EDIT, row, _("Renew")),
                context=row.number,
                icon="certificate",
                due=row.valid_until,
                place=row.scope_path,
            )
            for row in qualifications[: today.LIMIT]
        ]
    if actor.may(policy.EQUIPMENT_EDIT):
        items += [
            today.Item(
                _("Statutory inspection of %(equipment)s") % {"equipment": row},
                url_of(row),
                action=_action(actor, policy.EQUIPMENT_EDIT, row, _("Enter the inspection")),
                action_url=reverse("registry:equipment_edit", args=[row.pk])
                if _may_there(actor, policy.EQUIPMENT_EDIT, row)
                else "",
                context=row.facility.name if row.facility else "",
                icon="engine",
                due=row.inspect_by,
                place=row.scope_path,
            )
            for row in inspections[: today.LIMIT]
        ]
    return items


def _may_there(actor: Actor, permission: str, row: RegisterModel) -> bool:
    return actor.may(permission, row.scope_path, row.enterprise_id)


def _action(actor: Actor, permission: str, row: RegisterModel, word: str) -> str:
    """Return the word of the button: a workshop head opens what lies with another workshop."""
    return word if _may_there(actor, permission, row) else _("Open")


def _enterprises_step(actor: Actor) -> today.Step | None:
    if not actor.may(policy.ENTERPRISE_CREATE) or queries.enterprises(actor)[:1]:
        return None
    return today.Step(
        _("Enter the enterprises"),
        _("Import them from Excel, or enter the first by hand."),
        reverse("registry:enterprises"),
        "building-factory-2",
        10,
    )


def _units_step(actor: Actor) -> today.Step | None:
    if not actor.may(policy.UNIT_EDIT) or actor.own_enterprise_id is None:
        return None
    if queries.units(actor)[:1]:
        return None
    return today.Step(
        _("Enter the units"),
        _("Units and what each is designed to hold; identification and grading follow."),
        reverse("registry:units"),
        "alert-octagon",
        20,
    )
