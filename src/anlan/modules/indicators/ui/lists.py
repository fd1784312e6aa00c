"""The ranking as a list page."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.clock import today
from anlan.base.lists import Column, Filter, ListPage, View
from anlan.modules.indicators import queries, rules
from anlan.modules.indicators.choices import Band
from anlan.modules.indicators.models import WeeklyScore
from anlan.modules.indicators.ui.addresses import enterprise_url
from anlan.modules.indicators.ui.score_view import BAND_ICONS, BAND_TONES, LEVEL_OF_COLOUR
from anlan.modules.registry.ui.columns import enterprise_filter, place_filters

WEEKS = 26


def _weeks() -> list[tuple[str, Any]]:
    last = rules.last_week(today())
    older = [(last - n * rules.WEEK).isoformat() for n in range(1, WEEKS)]
    return [("last", _("Last week")), *((day, day) for day in older)]


def _in_weeks(values: tuple[str, ...]) -> Q:
    days = [rules.last_week(today()).isoformat() if v == "last" else v for v in values]
    return Q(week_on__in=days)


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(enterprise__name__icontains=text.strip())


def _lands(actor: Actor) -> str:
    return enterprise_url(actor.own_enterprise_id) if actor.own_enterprise_id else ""


def _rate(part: str, whole: str) -> Any:
    return lambda row: queries.percent(getattr(row, part), getattr(row, whole))


SCORES = ListPage(
    key="indicators.scores",
    title=_("Operating effect"),
    query=queries.scores,
    columns=[
        Column("rank_city", _("rank in the city"), kind="number",
               value=lambda row: row.rank_city if row.shows_rank else None),
        Column("enterprise", _("enterprise"), value="enterprise.name", wide=True, fixed=True),
        Column("area", _("area"), value="enterprise.parent.name"),
        Column.of(WeeklyScore, "score", digits=2, sort=("score", "pk")),
        Column(
            "band", _("band"), kind="badge", choices=Band.choices, tone=BAND_TONES, icon=BAND_ICONS
        ),
        Column("fell", _("change"), kind="number", digits=2,
               value=lambda row: -row.fell if row.fell is not None else None,
               sort=("fell", "pk")),
        Column("tasks", _("tasks completed"), kind="number", unit="%",
               value=_rate("done", "planned")),
        Column("rectified", _("findings rectified"), kind="number", unit="%",
               value=_rate("findings_accepted", "findings_due")),
        Column("analysed", _("risk analysis complete"), kind="number", unit="%",
               value=_rate("objects_complete", "objects_total")),
        Column("colour", _("warning"), kind="level", scale="warning",
               value=lambda row: LEVEL_OF_COLOUR.get(row.colour)),
        Column.of(WeeklyScore, "major_overdue", shown=False, sort=None),
        Column.of(WeeklyScore, "coverage_deduction", shown=False, sort=None),
        Column.of(WeeklyScore, "few_deduction", shown=False, sort=None),
        Column.of(WeeklyScore, "week_on", shown=False, sort=None),
    ],
    filters=[
        Filter("week", _("week"), choices=_weeks, condition=_in_weeks),
        Filter.of(WeeklyScore, "band", nullable=True),
        enterprise_filter(),
        *place_filters(pinned=True),
        Filter.of(WeeklyScore, "colour", pinned=False),
    ],
    search=_search,
    search_hint=_("Name of the enterprise"),
    order=("-score", "pk"),
    views=[
        View("last", _("Last week"), {"week": "last"}),
        View("poor", _("Medium and poor"), {"week": "last", "band": ["medium", "poor"]}),
        View("warned", _("With a warning"), {"week": "last", "colour": ["1", "2", "3", "4"]}),
        View("unrated", _("Not rated"), {"week": "last", "band": "-"}),
    ],
    row_url=lambda row: enterprise_url(row.enterprise_id, row.week_on),
    first_step=_("The score of a week is made in the night to Monday."),
    nav="indicators.scores",
    lands=_lands,
)  # fmt: skip
