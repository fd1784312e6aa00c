"""What the page of a score shows, from the row alone."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.duties.models.plan import WorkType
from anlan.base.ui.marks import StateMark
from anlan.facts.loader import Provenance
from anlan.modules.indicators import queries, rules
from anlan.modules.indicators.choices import Band, Veto
from anlan.modules.indicators.models import WeeklyScore
from anlan.modules.indicators.services.rating import parameters_at
from anlan.modules.indicators.ui import charts
from anlan.modules.indicators.ui.addresses import enterprise_url, records_url

BAND_TONES = {"excellent": "done", "good": "work", "medium": "outline", "poor": "outline"}
BAND_ICONS = {
    "excellent": "circle-check",
    "good": "circle-check",
    "medium": "alert-triangle",
    "poor": "alert-octagon",
    "": "circle-dashed",
}
# The four colours as the scale of levels draws them: 1 red, 2 orange, 3 yellow, 4 blue.
LEVEL_OF_COLOUR = {1: 4, 2: 3, 3: 2, 4: 1}
MARKS = {
    Provenance.OFFICIAL: gettext_lazy("official"),
    Provenance.CROSS_CHECKED: gettext_lazy("cross-checked"),
    Provenance.SINGLE: gettext_lazy("one source only"),
    Provenance.RECALLED: gettext_lazy("text to be checked"),
    Provenance.PRODUCT_DEFAULT: gettext_lazy("product default"),
    Provenance.USER_IMPORTED: gettext_lazy("own data"),
}
UNRATED = pgettext_lazy("band", "Not rated")


def band_mark(band: str) -> StateMark:
    """Return icon, word and tone of a band."""
    word = Band(band).label if band else UNRATED
    return StateMark(BAND_ICONS[band], word, BAND_TONES.get(band, "idle"))


def steps(row: WeeklyScore) -> list[dict[str, Any]]:
    """Return how the score follows, step by step, each with the records behind it."""
    p = parameters_at(row.scope_path)

    def duties(which: str, **more: Any) -> str:
        return records_url(row.enterprise_id, row.week_on, "duties", which, **more)

    def findings(which: str) -> str:
        return records_url(row.enterprise_id, row.week_on, "findings", which)

    if row.planned:
        inspection = f"{p['inspection_points']:g} × {row.done} ÷ {row.planned}"
        if row.late and p["late_share"]:
            inspection = (
                f"{p['inspection_points']:g} × ({row.done} + {row.late} × {p['late_share']:g})"
                f" ÷ {row.planned}"
            )
    elif row.exempt:
        inspection = _("nothing was planned but what is exempt: by rule")
    else:
        inspection = _("nothing was planned: by rule")
    missed = sum(row.role_planned or []) - sum(row.role_done or [])
    rectification = (
        f"{p['rectification_points']:g} × {row.findings_accepted} ÷ {row.findings_due}"
        if row.findings_due
        else _("nothing was to be rectified: by rule")
    )
    few = _(
        "%(found)s findings in %(days)s days, about %(done)s duties done; expected at least %(n)s"
    )
    expected = int(row.few_done // p["few_tasks"]) if p["few_tasks"] else 0
    return [
        {
            "name": _("Inspection"),
            "how": inspection,
            "points": row.inspection_points,
            "links": [
                (pgettext("indicators", "Due"), row.planned, duties("planned")),
                (_("Done in time"), row.done, duties("done")),
                (_("Done late"), row.late, duties("late")),
                (_("Missed"), row.planned - row.done - row.late, duties("missed")),
                (_("Exempt"), row.exempt, duties("exempt")),
            ],
        },
        {
            "name": _("Responsible persons"),
            "how": _("%(points)s points for each duty missed, at most %(most)s")
            % {"points": f"{p['responsible_point']:g}", "most": f"{p['responsible_most']:g}"},
            "points": -row.coverage_deduction,
            "links": [(_("Not done in time"), missed, duties("missed", work_type="role"))],
        },
        {
            "name": _("Rectification"),
            "how": rectification,
            "points": row.rectification_points,
            "links": [
                (_("To be rectified"), row.findings_due, findings("due")),
                (_("Accepted"), row.findings_accepted, findings("accepted")),
                (_("Still open"), row.findings_due - row.findings_accepted, findings("open")),
            ],
        },
        {
            "name": _("Too few findings"),
            "how": few
            % {
                "found": row.few_findings,
                "days": f"{p['few_days']:g}",
                "done": row.few_done,
                "n": expected,
            },
            "points": -row.few_deduction,
            "links": [(_("Registered this week"), row.findings_new, findings("new"))],
        },
        {
            "name": _("Veto (α)"),
            "how": _("α = 0: %(why)s")
            % {"why": _(", ").join(str(Veto(code).label) for code in row.vetoes)}
            if row.vetoes
            else _("α = 1: no veto item holds"),
            "points": None,
            "links": [
                (_("Major hazards overdue"), row.major_overdue, findings("major_overdue")),
            ],
        },
    ]


def texts(row: WeeklyScore) -> tuple[str, str, str]:
    """Return the three rule results as sentences (`ruleOne`, `ruleTwo`, `ruleThree`)."""
    inspection, roles, rectification, few, veto = steps(row)

    def words(*parts: dict[str, Any]) -> str:
        return "; ".join(f"{part['name']}: {part['how']} = {part['points']:g}" for part in parts)

    return words(inspection, roles), words(rectification, few), str(veto["how"])


def roles(row: WeeklyScore, found: queries.Rates) -> list[dict[str, Any]]:
    """Return the responsible persons' rates and that of everybody else's duties."""
    return [
        {
            "name": WorkType(rate.key).label,
            "planned": rate.planned,
            "done": rate.done,
            "late": rate.late,
            "percent": queries.percent(rate.done, rate.planned),
            "url": records_url(
                row.enterprise_id, row.week_on, "duties", "planned", work_type=rate.key
            ),
        }
        for rate in [*found.roles[1:], found.roles[0]]
    ]


def nodes(row: WeeklyScore, found: queries.Rates) -> list[dict[str, Any]]:
    """Return the rates of company, workshops and teams in the order of the tree."""
    return [
        {
            "name": rate.name,
            "depth": rate.depth,
            "planned": rate.planned,
            "done": rate.done,
            "late": rate.late,
            "percent": queries.percent(rate.done, rate.planned),
            "url": records_url(
                row.enterprise_id, row.week_on, "duties", "planned", organisation=rate.key
            ),
        }
        for rate in found.nodes
    ]


def chart(actor: Actor, row: WeeklyScore) -> charts.Line | None:
    """Return the line of a year of scores."""
    p = parameters_at(row.scope_path)
    weeks = queries.trend(actor, row.enterprise_id, row.week_on)
    return charts.line(
        [
            (
                week.week_on.isoformat(),
                float(week.score) if week.score is not None else None,
                enterprise_url(week.enterprise_id, week.week_on),
            )
            for week in weeks
        ],
        [
            (float(p[f"band_{name}"]), f"{p[f'band_{name}']:g}")
            for name in ("excellent", "good", "medium")
        ],
    )


def parameter_rows(path: str) -> list[dict[str, Any]]:
    """Return the parameters in force at a place, each with where it comes from."""
    from django.utils.translation import get_language

    zh = (get_language() or "zh").startswith("zh")
    defaults, given = rules.defaults(), parameters_at(path)
    return [
        {
            "key": name,
            "title": fact["title_zh"] if zh else fact["title_en"],
            "is_yes_no": fact["unit"] == "yes_no",
            "number": given[name],
            "value": _said(given[name], fact["unit"]),
            "default": _said(defaults[name], fact["unit"]),
            "is_own": given[name] != defaults[name],
            "mark": MARKS[fact.provenance],
        }
        for name, fact in rules.parameters().items()
    ]


def _said(value: Decimal, unit: str) -> str:
    """Return a parameter as people read it: yes or no for a switch, a plain number otherwise."""
    if unit == "yes_no":
        return gettext("Yes") if value else gettext("No")
    return f"{value:g}"


def read_week(text: str, fallback: dt.date) -> dt.date:
    """Return the Monday of a day given in the address; the fallback for none or a wrong one."""
    try:
        return rules.week_of(dt.date.fromisoformat(text))
    except ValueError:
        return fallback
