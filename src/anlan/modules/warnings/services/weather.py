"""Weather signals: entered by whoever answers for a place, ended early with a reason."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actors import policy as actors_policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.queries import organisation_one
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.duties.models.warning import Colour
from anlan.base.errors import BadInput, NotYours, Problem, Problems
from anlan.modules.warnings import events, policy
from anlan.modules.warnings import queries_weather as queries
from anlan.modules.warnings.models import WeatherKind, WeatherSignal
from anlan.modules.warnings.problems import SignalIsOver

LONGEST = dt.timedelta(days=7)
"""A signal that nobody ends must not weigh for ever. Product default."""


@transaction.atomic
def enter(
    actor: Actor,
    place_id: UUID | str,
    *,
    kind: str,
    colour: int,
    from_at: dt.datetime,
    until_at: dt.datetime,
    source: str,
    text: str = "",
) -> WeatherSignal:
    """Enter a signal for an area, a park or one enterprise; the next run of the index takes it.

    Raises NotYours, Forbidden, BadInput.
    """
    place = organisation_one(actor, place_id)
    if place.kind not in queries.HOLDS_AT:
        raise NotYours()
    actors_policy.require(actor, policy.WEATHER, place)
    problems = Problems()
    if kind not in WeatherKind.values:
        problems.add("kind", _("Choose what the signal is about."), code="unknown")
    if colour not in Colour.values or colour == Colour.NONE:
        problems.add("colour", _("Choose a colour."), code="unknown")
    if not source.strip():
        problems.add("source", _("Say who gave the signal."), code="missing")
    if kind == WeatherKind.OTHER and not text.strip():
        problems.add("text", _("Say which weather it is."), code="missing")
    if until_at <= from_at:
        problems.add("until_at", _("The end must come after the beginning."))
    elif until_at - from_at > LONGEST:
        problems.add("until_at", _("A signal holds for seven days at most; enter it anew then."))
    problems.raise_if_any()
    row = WeatherSignal.objects.create(
        place=place,
        kind=kind,
        colour=colour,
        from_at=from_at,
        until_at=until_at,
        source=source.strip()[:120],
        text=text.strip()[:1000],
        entered_by_id=actor.user_id,
    )
    names = ("kind", "colour", "from_at", "until_at", "source", "text")
    record(actor, events.WEATHER_ENTERED, row, after={name: getattr(row, name) for name in names})
    return row


@transaction.atomic
def end(actor: Actor, signal_id: UUID | str, reason: str) -> WeatherSignal:
    """End a signal before its time, with a reason. Raises NotYours, Forbidden, SignalIsOver,
    BadInput."""
    row = queries.signal_one(actor, signal_id, lock=True)
    actors_policy.require(actor, policy.WEATHER, row)
    moment = now()
    if row.over_at <= moment:
        raise SignalIsOver()
    if not reason.strip():
        raise BadInput(Problem("reason", _("Say why it is over."), code="missing"))
    row.ended_at, row.ended_by_id = moment, actor.user_id
    row.end_reason = reason.strip()[:300]
    row.save(update_fields=["ended_at", "ended_by", "end_reason"])
    record(
        actor, events.WEATHER_ENDED, row, after={"ended_at": row.ended_at}, reason=row.end_reason
    )
    return row
