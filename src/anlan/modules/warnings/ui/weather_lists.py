"""The list of weather signals."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.clock import now
from anlan.base.lists import Column, Filter, ListPage, View
from anlan.modules.warnings import policy, queries_weather
from anlan.modules.warnings.models import WeatherSignal

STATES = {
    "in_force": pgettext_lazy("weather signal", "In force"),
    "ahead": pgettext_lazy("weather signal", "Not begun"),
    "over": pgettext_lazy("weather signal", "Over"),
}
TONES = {"in_force": "work", "ahead": "idle", "over": "done"}
ICONS = {"in_force": "bolt", "ahead": "circle-dashed", "over": "circle-check"}


def state_of(row: WeatherSignal) -> str:
    """Return whether a signal is in force, ahead or over."""
    moment = now()
    if row.over_at <= moment:
        return "over"
    return "in_force" if row.from_at <= moment else "ahead"


def _in_state(values: tuple[str, ...]) -> Q:
    moment = now()
    over = Q(until_at__lte=moment) | Q(ended_at__lte=moment)
    conditions = {
        "in_force": queries_weather.in_force(moment),
        "ahead": Q(from_at__gt=moment) & ~over,
        "over": over,
    }
    found = Q(pk__in=[])
    for value in values:
        found |= conditions.get(value, Q(pk__in=[]))
    return found


WEATHER = ListPage(
    key="warnings.weather",
    title=_("Weather signals"),
    query=queries_weather.signals,
    columns=[
        Column("colour", _("colour"), kind="level", value=lambda row: 5 - row.colour,
               scale="warning", sort=("colour", "until_at")),
        Column.of(WeatherSignal, "kind", fixed=True, wide=True),
        Column("place", pgettext_lazy("weather signal", "holds for"), value="place.name"),
        Column("state", _("state"), kind="badge", value=state_of, choices=STATES, tone=TONES,
               icon=ICONS),
        Column.of(WeatherSignal, "from_at"),
        Column("until_at", pgettext_lazy("weather signal", "in force until"), kind="datetime",
               value="over_at", sort="until_at"),
        Column.of(WeatherSignal, "source", sort=None),
        Column.of(WeatherSignal, "text", shown=False),
        Column.of(WeatherSignal, "end_reason", sort=None, shown=False),
    ],
    filters=[
        Filter("state", _("state"), choices=list(STATES.items()), condition=_in_state),
        Filter.of(WeatherSignal, "kind"),
        Filter.of(WeatherSignal, "colour"),
        Filter.of(WeatherSignal, "from_at", pinned=False),
    ],
    search=("text", "source", "place__name"),
    search_hint=_("Place, source or words"),
    order=("-until_at", "pk"),
    views=[
        View("current", pgettext_lazy("weather signal", "Current"),
             {"state": ["in_force", "ahead"]}),
        View("all", _("All"), {}),
    ],
    row_url=lambda row: reverse("warnings:weather_show", args=[row.pk]),
    create_url=lambda actor: reverse("warnings:weather_new"),
    create_label=_("Enter a weather signal"),
    create_permission=policy.WEATHER,
    first_step=_("Enter the signal that the weather service gave for your area: all installations "
                 "there take it into their index while it is in force."),
    nav="warnings",
)  # fmt: skip
