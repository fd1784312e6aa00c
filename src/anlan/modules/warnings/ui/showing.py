"""An index in words, factor by factor."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anlan.base.clock import SHANGHAI, today
from anlan.base.duties.models.warning import Colour
from anlan.engines.warning import model
from anlan.modules.monitoring.ui.alarms_showing import duration
from anlan.modules.warnings.models import EarlyWarning, IndexFigures, WeatherKind

GROUP_CODE = "unusual_group"
"""The factor that tells of a group of tags (`services.inputs`)."""
PARTS = {
    "P": "process",
    "G": "gas",
    "B": "barrier",
    "W": "work",
    "E": "environment",
    "M": "management",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One group: what it adds, how sure, why."""

    name: str
    points: float
    share: float
    words: tuple[str, ...]
    is_unknown: bool
    weight: float
    score: float
    links: tuple[tuple[str, str], ...] = ()


def lines(factors: Sequence[dict[str, Any]], groups: Mapping[str, str] | None = None) -> list[Line]:
    """Return the groups of an index in words, the largest first.

    `groups` are the addresses of groups of tags by name: a factor that tells of one links to it.
    """
    figures = model.packaged()
    most = max((one["points"] for one in factors), default=0) or 1
    return [
        Line(
            name=word(figures, "weight", one["group"]),
            points=one["points"],
            share=round(100 * one["points"] / most, 1),
            words=_words(figures, one),
            is_unknown=one["unknown"],
            weight=one["weight"],
            score=one["score"],
            links=_links(one, groups or {}),
        )
        for one in sorted(factors, key=lambda one: -one["points"])
    ]


def finding_start(row: EarlyWarning) -> dict[str, str]:
    """Return what a finding made of a warning begins with: its colour, then what rose."""
    title = _("Early warning of %(unit)s: %(colour)s") % {
        "unit": row.unit.name,
        "colour": row.get_colour_display(),
    }
    risen = [one for one in lines(row.factors) if one.points > 0 and one.words]
    told = [_(": ").join((one.name, _("; ").join(one.words))) for one in risen]
    return {"title": title[:200], "description": "\n".join(told)[:2000]}


def _links(one: dict[str, Any], groups: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    told = [factor["of"] for factor in one["factors"] if factor["code"] == GROUP_CODE]
    return tuple(
        (name, url)
        for name, url in groups.items()
        if any(of == name or of.startswith((f"{name} (", f"{name}: ")) for of in told)
    )


def _words(figures: model.Model, one: dict[str, Any]) -> tuple[str, ...]:
    part = PARTS[one["group"]]
    told = []
    for factor in one["factors"]:
        if factor["score"] is None:
            told.append(_missing(part, factor))
            continue
        text = word(figures, part, factor["code"])
        of = factor["of"]
        if part == "environment" and of:
            text, of = _weather(factor["code"], of), ""
        elif part == "barrier" and of:
            of = _(", ").join(
                f"{word(figures, part, item.split(' ')[0])} {item.split(' ')[1]}"
                for item in of.split(", ")
            )
            text = ""
        elif factor["code"] == "soon":
            text, of = _soon(factor), ""
        elif factor["value"] is not None:
            of = f"{of} = {factor['value']:.4g}"
        told.append(_(": ").join(filter(None, (text, of))))
    if not told and part == "environment":
        told.append(
            _("Nobody keeps weather signals here: counted as unknown, which is 0.3 of the worst")
            if one["unknown"]
            else _("No weather signal in force")
        )
    elif not told and part == "work":
        told.append(_("Not connected: counted as unknown, which is 0.3 of the worst"))
    elif not told and one["unknown"]:
        told.append(_("Nothing is measured: counted as unknown, which is 0.3 of the worst"))
    elif not told:
        told.append(_("Nothing wrong"))
    return tuple(told)


def _soon(factor: dict[str, Any]) -> str:
    """Return a tag on its way to a limit; `of` is as `services.approach` writes it."""
    tag, kind, seconds, response = factor["of"].rsplit(" ", 3)
    return _("%(tag)s reaches %(kind)s in %(soon)s, %(needed)s are needed to respond") % {
        "tag": f"{tag} = {factor['value']:.4g}",
        "kind": kind,
        "soon": duration(float(seconds)),
        "needed": duration(float(response)),
    }


def _missing(part: str, factor: dict[str, Any]) -> str:
    """Return what is missing: a group of tags by its name, or all values of the installation."""
    if factor["code"] == "unknown":
        if part == "barrier":
            return _("The store of values did not answer")
        return _("No detector has a value") if part == "gas" else _("No point has a value")
    return _(": ").join(filter(None, (factor["of"], _("No value to be had"))))


def _weather(code: str, of: str) -> str:
    """Return a weather signal in words; `of` is as `services.inputs` writes it."""
    kind, until, place = of.split(" ", 2)
    return signal_words(kind, Colour[code.upper()], dt.datetime.fromisoformat(until), place)


def signal_words(kind: str, colour: int, until: dt.datetime, place: str) -> str:
    """Return a weather signal in one line, as the index tells it."""
    end = until.astimezone(SHANGHAI)
    return _("%(kind)s, %(colour)s signal, until %(until)s (%(place)s)") % {
        "kind": WeatherKind(kind).label,
        "colour": Colour(colour).label,
        "until": f"{end:%H:%M}" if end.date() == today() else f"{end:%m-%d %H:%M}",
        "place": place,
    }


def whose(version: str, own: IndexFigures | None) -> str:
    """Return by which figures an index was computed, since when and whose, in a sentence."""
    if own is None:
        told = _("Index %(version)s, a design of the product (product default), not of a standard.")
        return told % {"version": version}
    told = _(
        "Index %(version)s by own figures of the enterprise: edition %(edition)s, figures that"
        " differ from the product's: %(n)s; put into force on %(day)s by %(who)s."
    )
    since = own.decided_at
    return told % {
        "version": version.partition("+")[0],
        "edition": own.edition,
        "n": len(own.values),
        "day": f"{since.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if since else "–",
        "who": own.decided_by or "–",
    }


def word(figures: model.Model, part: str, code: str) -> str:
    """Return the words of a code of the index in the active language."""
    chinese, english = figures.words.get((part, code), (code, code))
    return chinese if (get_language() or "zh").startswith("zh") else english
