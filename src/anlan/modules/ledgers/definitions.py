"""The special ledgers as data: title, columns, which findings or facilities belong, and why."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.functional import lazystr
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from anlan.base.errors import NotYours, Text
from anlan.facts.loader import Provenance, load_packaged
from anlan.modules.findings.choices import Discipline
from anlan.modules.findings.states import OPEN
from anlan.modules.registry.models import Chemical, Enterprise
from anlan.modules.registry.models.facility import FacilityKind, OperatingState

OLD_YEARS = 20


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column of the official form."""

    key: str
    zh: str
    en: str

    def heading(self) -> str:
        """Return the heading in the active language."""
        return self.zh if (get_language() or "zh").startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Segment:
    """A high-risk segment and how the registers show it."""

    code: str
    zh: str
    en: str
    ledger: str
    process: str
    chemicals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """One of the 17 situations of equipment running with defects."""

    code: str
    zh: str
    en: str
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """A special ledger.

    `subject` is finding or facility. `found(day)` is the condition that finds what belongs by
    itself; `why(row, day)` says what it saw; `plants()` are the only enterprises that have any
    such, where that is so. `official` is the title of the form. `provenance` says where its
    columns come from.
    """

    code: str
    label: Text
    official: str
    subject: str
    icon: str
    found: Callable[[dt.date], Q]
    why: Callable[[Any, dt.date], str]
    plants: Callable[[], list[UUID]] | None = None

    def belonging(self, day: dt.date) -> tuple[Q, list[UUID] | None]:
        """Return the whole condition for what belongs, and the enterprises it names, if it does."""
        if self.plants is None:
            return self.found(day), None
        plants = self.plants()
        return self.found(day) & Q(enterprise_id__in=plants), plants

    @property
    def columns(self) -> tuple[FormColumn, ...]:
        """Return the columns of the form, in order."""
        return _columns(self.code)

    @property
    def is_official(self) -> bool:
        """Tell whether the columns are those of an official form."""
        return _provenance(self.code) is not Provenance.PRODUCT_DEFAULT

    def has(self, key: str) -> bool:
        """Tell whether the form has a column."""
        return any(column.key == key for column in self.columns)


@cache
def _columns(code: str) -> tuple[FormColumn, ...]:
    rows = [row for row in load_packaged("ledgers/forms.csv") if row["ledger"] == code]
    return tuple(FormColumn(r["key"], r["heading_zh"], r["heading_en"]) for r in rows)


@cache
def _provenance(code: str) -> Provenance:
    rows = load_packaged("ledgers/forms.csv")
    return next(row.provenance for row in rows if row["ledger"] == code)


@cache
def segments(ledger: str) -> tuple[Segment, ...]:
    """Return the segments that a ledger is about."""
    return tuple(
        Segment(r["code"], r["name_zh"], r["name_en"], r["ledger"], r["process"],
                r.parts("chemicals"))
        for r in load_packaged("ledgers/segments.csv")
        if r["ledger"] == ledger
    )  # fmt: skip


@cache
def situations() -> tuple[Situation, ...]:
    """Return the 17 situations."""
    return tuple(
        Situation(r["code"], r["text_zh"], r["text_en"], r.parts("signs"))
        for r in load_packaged("ledgers/defect_situations.csv")
    )


def situation_choices() -> list[tuple[str, Text]]:
    """Return the situations with texts in the reader's language."""
    return [(one.code, _two(f"{one.code[4:]} {one.zh}", f"{one.code[4:]} {one.en}"))
            for one in situations()]  # fmt: skip


def segment_choices(ledger: str) -> list[tuple[str, Text]]:
    """Return the segments of a ledger with names in the reader's language."""
    return [(one.code, _two(one.zh, one.en)) for one in segments(ledger)]


def _two(zh: str, en: str) -> Text:
    class Words:
        def __str__(self) -> str:
            return zh if (get_language() or "zh").startswith("zh") else en

    return lazystr(Words())


def suggested_situation(text: str) -> tuple[str, str]:
    """Return the situation a finding's text points to, and the word that does; empty for none."""
    for one in situations():
        for sign in one.signs:
            if sign in text:
                return one.code, sign
    return "", ""


def _defects(day: dt.date) -> Q:
    return Q(state__in=sorted(OPEN), discipline=Discipline.EQUIPMENT)


def _why_defect(row: Any, day: dt.date) -> str:
    code, sign = suggested_situation(f"{row.title}{row.description}")
    if code:
        return _("Open equipment finding; “%(sign)s” points to situation %(n)s.") % {
            "sign": sign, "n": code[4:],
        }  # fmt: skip
    return _("Open equipment finding.")


def _open(day: dt.date) -> Q:
    return Q(state__in=sorted(OPEN))


def _of_segments(ledger: str) -> Callable[[], list[UUID]]:
    def plants() -> list[UUID]:
        processes = [one.process for one in segments(ledger) if one.process]
        names = [name for one in segments(ledger) for name in one.chemicals]
        reason = "which enterprises belong; the rows themselves are the actor's"
        by_process = Enterprise.objects.unscoped(reason).filter(key_processes__overlap=processes)
        by_chemical = Chemical.objects.unscoped(reason).filter(
            removed_at__isnull=True, name__in=names
        )
        # Few enterprises of many: named one by one, so that the database can count on it.
        found = {*by_process.values_list("pk", flat=True)}
        found |= {*by_chemical.values_list("enterprise_id", flat=True).distinct()}
        return sorted(found)

    return plants


def _why_segment(row: Any, day: dt.date) -> str:
    return _("Open finding of an enterprise with a process or chemical of these segments.")


def years_before(day: dt.date, years: int) -> dt.date:
    """Return the same day so many years before; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def age(commissioned_on: dt.date | None, day: dt.date) -> int | None:
    """Return the whole years in operation; None when the day is not known."""
    if commissioned_on is None:
        return None
    had = (day.month, day.day) >= (commissioned_on.month, commissioned_on.day)
    return day.year - commissioned_on.year - (0 if had else 1)


def _old(kind: FacilityKind) -> Callable[[dt.date], Q]:
    def found(day: dt.date) -> Q:
        return Q(kind=kind, commissioned_on__lt=years_before(day, OLD_YEARS)) & ~Q(
            state=OperatingState.SCRAPPED
        )

    return found


def _why_old(row: Any, day: dt.date) -> str:
    return _("Commissioned on %(day)s: %(years)s years in operation, more than %(limit)s.") % {
        "day": row.commissioned_on, "years": age(row.commissioned_on, day), "limit": OLD_YEARS,
    }  # fmt: skip


@cache
def _media() -> tuple[str, ...]:
    return tuple(row["name"] for row in load_packaged("ledgers/liquefied_hydrocarbons.csv"))


@cache
def _named() -> str:
    """Return a pattern of the media that is no part of another substance's name: 乙烯 stands in
    苯乙烯, 丙烷 in 环氧丙烷 and 丙烯 in 丙烯腈, which are no liquefied hydrocarbons. Read alike by
    Python and PostgreSQL."""
    return rf"(?<![苯氯氟溴聚氧偏])({'|'.join(_media())})(?![腈酸醇酮酯醛胺基苯磺酐])"


def _liquefied(day: dt.date) -> Q:
    # Where no medium is entered, the farm's name tells it.
    holds = Q(medium__iregex=_named()) | Q(medium="", name__iregex=_named())
    return holds & Q(kind=FacilityKind.TANK_FARM) & ~Q(state=OperatingState.SCRAPPED)


def _why_liquefied(row: Any, day: dt.date) -> str:
    hit = re.search(_named(), row.medium or row.name, re.IGNORECASE)
    named = hit.group(1) if hit else ""
    if not row.medium:
        return _("Tank farm named after “%(name)s”; its medium is not entered.") % {"name": named}
    return _("Tank farm whose medium is “%(medium)s” (%(name)s).") % {
        "medium": row.medium, "name": named,
    }  # fmt: skip


LEDGERS: tuple[Ledger, ...] = (
    Ledger("defects", gettext_lazy("Equipment running with defects"),
           "危险化学品企业装置设备带“病”运行情况排查统计表", "finding", "engine-off",
           _defects, _why_defect),
    Ledger("segments-1", gettext_lazy("High-risk segments: nitration, butadiene and others"),
           "硝化、丁二烯、硝化纤维素、环氧乙烷、硝酸铵企业问题隐患和整改措施清单", "finding",
           "flame", _open, _why_segment, _of_segments("segments-1")),
    Ledger("segments-2", gettext_lazy("High-risk segments: chlorine, vinyl chloride, peroxidation"),
           "液氯、氯乙烯（带气柜）、过氧化企业问题隐患和整改措施清单", "finding",
           "flask", _open, _why_segment, _of_segments("segments-2")),
    Ledger("installations", gettext_lazy("Old installations, one plan each"),
           "老旧装置“一装置一策”台账", "facility", "building-factory-2",
           _old(FacilityKind.INSTALLATION), _why_old),
    Ledger("tank-farms", gettext_lazy("Liquefied-hydrocarbon tank farms, one plan each"),
           "液化烃储罐区“一罐区一策”台账", "facility", "cylinder",
           _liquefied, _why_liquefied),
    Ledger("pipelines", gettext_lazy("Pipelines over 20 years, one plan per section"),
           "老旧管道“一段一策”台账", "facility", "route",
           _old(FacilityKind.PIPELINE), _why_old),
)  # fmt: skip
BY_CODE = {ledger.code: ledger for ledger in LEDGERS}


def ledger_for(code: str) -> Ledger:
    """Return a ledger. Raises NotYours for a code there is not."""
    if code not in BY_CODE:
        raise NotYours()
    return BY_CODE[code]
