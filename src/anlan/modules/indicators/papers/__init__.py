"""Papers of indicators: the monthly analysis and the half-yearly self-evaluation, as Word."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from anlan.base.actors.actor import Actor
from anlan.base.papers import Paper, declare
from anlan.modules.indicators import elements, queries, queries_analysis
from anlan.modules.indicators.models import MonthlyAnalysis, SelfEvaluation
from anlan.modules.indicators.ui import charts

_TEMPLATE = {"docx": Path(__file__).parent / "report.docx"}


def _analysis(actor: Actor, row: MonthlyAnalysis) -> dict[str, Any]:
    found = (
        queries_analysis.from_json(row.figures)
        if row.finished_at is not None
        else queries_analysis.figures(actor, row.month_on, row.enterprise_id)
    )
    titles = {
        "discipline": _("By discipline"),
        "unit": _("By place"),
        "clause": _("By clause or criterion"),
        "root_cause": _("By root cause"),
    }
    return {
        "facts": [
            [_("Enterprise"), row.enterprise.name],
            [_("Month"), f"{row.month_on:%Y-%m}"],
            [_("Findings registered"), _against(found.total, found.before)],
            [_("Major"), str(found.major)],
            [_("Accepted"), str(found.accepted)],
            [_("Still open"), str(found.total - found.accepted)],
            [_("Rectification rate"), _percent(found.accepted, found.total)],
            [_("Repeated"), str(len(found.repeated))],
            [_("State"), _("Finished") if row.finished_at else _("Draft")],
        ],
        "head": [
            pgettext("indicators", "Group"),
            pgettext("indicators", "How many"),
            _("Share"),
            _("Running total"),
        ],
        "tables": [
            {
                "title": titles[key],
                "rows": [
                    [bar.label, str(bar.n), f"{bar.share}%", f"{bar.running}%"]
                    for bar in charts.pareto([(label, n, "") for label, n in found.named(key)])
                ],
            }
            for key in queries_analysis.GROUPS
        ]
        + [
            {
                "title": _("Repeated findings"),
                "rows": [[title, number, "", ""] for _pk, number, title in found.repeated],
            }
        ],
        "texts": [
            [_("What the figures say"), row.conclusion],
            [_("What is done about it"), row.measures],
        ],
        **_foot(),
    }


def _evaluation(actor: Actor, row: SelfEvaluation) -> dict[str, Any]:
    facts = queries_analysis.facts_of_half(actor, row.enterprise_id, row.year, row.half)
    sections: dict[str, list[list[str]]] = {}
    for one in elements.elements():
        answer = row.answers.get(one.code, {})
        known = pgettext("list", "; ").join(facts[key] for key in one.figures)
        sections.setdefault(one.section, []).append(
            [
                f"{one.code} {one.title}",
                f"{answer.get('points') or '—'} / {one.score:g}",
                answer.get("text") or "",
                known,
            ]
        )
    return {
        "facts": [
            [_("Enterprise"), row.enterprise.name],
            [_("Half-year"), str(row)],
            [_("Points"), _of_all(row)],
            [_("State"), _("Finished") if row.finished_at else _("Draft")],
            [
                _("Source of the elements"),
                _(
                    "a third party's public account (a single copy; the rules below level B were"
                    " not found, so the points are the enterprise's own judgement)"
                ),
            ],
        ],
        "head": [_("Element"), _("Points"), _("Facts and reasons"), _("Figures of the product")],
        "tables": [{"title": title, "rows": rows} for title, rows in sections.items()],
        "texts": [[_("Summary"), row.summary]],
        **_foot(),
    }


def _of_all(row: SelfEvaluation) -> str:
    """Return the points out of what can be had, the bonus named apart."""
    if row.total is None:
        return "—"
    full = sum(one.score for one in elements.elements() if not one.is_bonus)
    bonus = sum(one.score for one in elements.elements() if one.is_bonus)
    given = {"n": f"{row.total:g}", "full": f"{full:g}", "bonus": f"{bonus:g}"}
    return _("%(n)s of %(full)s (bonus: up to %(bonus)s)") % given


def _percent(part: int, whole: int) -> str:
    share = queries.percent(part, whole)
    return "—" if share is None else f"{share}%"


def _against(n: int, before: int) -> str:
    """Return a month's number with what it was the month before."""
    if n == before:
        return _("%(n)s, as many as the month before") % {"n": n}
    given = {"n": n, "change": f"{n - before:+d}", "before": before}
    return _("%(n)s (%(change)s against %(before)s the month before)") % given


def _foot() -> dict[str, Any]:
    return {
        "signatures": [_("Prepared by"), _("Reviewed by"), _("Approved by")],
        "date": _("Date"),
        "no_rows": pgettext("report", "None"),
    }


ANALYSIS = declare(
    Paper(
        name="indicators.analysis",
        title=gettext_lazy("Monthly analysis of findings"),
        model=MonthlyAnalysis,
        context=_analysis,
        templates=_TEMPLATE,
        file_name=lambda row: f"{_('Monthly analysis of findings')}-{row.month_on:%Y%m}",
    )
)
EVALUATION = declare(
    Paper(
        name="indicators.evaluation",
        title=gettext_lazy("Self-evaluation of dual prevention"),
        model=SelfEvaluation,
        context=_evaluation,
        templates=_TEMPLATE,
        file_name=lambda row: f"{_('Self-evaluation of dual prevention')}-{row.year}-{row.half}",
    )
)
