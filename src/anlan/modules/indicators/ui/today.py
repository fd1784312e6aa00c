"""The operating effect on the home page."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.inbox import today
from anlan.modules.indicators import queries, rules
from anlan.modules.indicators.choices import Band
from anlan.modules.indicators.ui.addresses import enterprise_url


def install() -> None:
    """Register the provider; called once when the app starts."""
    today.provider("indicators")(contribution)


def contribution(actor: Actor, day: dt.date) -> today.Contribution:
    """Return last week's score of the own enterprise, or how many are rated medium and poor."""
    week_on = rules.last_week(day)
    own = actor.own_enterprise_id
    if own is not None:
        row = queries.score_of(actor, own, week_on)
        if row is None or row.score is None:
            return today.Contribution()
        note = str(Band(row.band).label)
        return today.Contribution(
            figures=[
                today.Figure(
                    _("Operating effect"), f"{row.score:.1f}", enterprise_url(own, week_on),
                    note=note, is_over=row.band == "poor", order=15,
                )
            ]
        )  # fmt: skip
    bands = queries.by_band(actor, week_on)
    low = bands.get("medium", 0) + bands.get("poor", 0)
    if not sum(bands.values()):
        return today.Contribution()
    url = f"{reverse('indicators:scores')}?week=last&band=medium&band=poor"
    note = _("of %(n)s rated") % {"n": sum(n for band, n in bands.items() if band)}
    return today.Contribution(
        figures=[today.Figure(_("Rated medium or poor"), low, url, note=note, order=15)]
    )
