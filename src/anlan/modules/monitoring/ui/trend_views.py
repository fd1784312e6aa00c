"""The trend viewer: its page, what it asks for, and what is shown as a sheet."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET

from anlan.base.actors.middleware import ActorRequest
from anlan.base.clock import SHANGHAI, now
from anlan.base.errors import BadInput, Problem
from anlan.base.files.responses import download
from anlan.base.papers.rendering import MIME
from anlan.base.papers.xlsx import Book, Column
from anlan.modules.monitoring.problems_history import HistorianAway
from anlan.modules.monitoring.queries import trends
from anlan.telemetry import client

TROUBLE = gettext_lazy(
    "The historian does not answer. Alarms and limits are shown; values follow when it is back."
)
TEXTS = (
    ("trend-show", gettext_lazy("Show the line")),
    ("trend-hide", gettext_lazy("Hide the line")),
    ("trend-remove", gettext_lazy("Take off")),
    ("trend-no-tag", gettext_lazy("No such tag")),
    ("trend-offline", gettext_lazy("The server does not answer. It is asked again by itself.")),
)
LONGEST = dt.timedelta(days=3661)
DEFAULT_WIDTH = 900
SPARK_SPAN = dt.timedelta(hours=2)
SPARK_STEPS = 60
MOST_SPARKS = 60
SPANS = (
    (600, gettext_lazy("10 min")),
    (3600, gettext_lazy("1 hour")),
    (7200, gettext_lazy("2 hours")),
    (8 * 3600, gettext_lazy("8 hours")),
    (86_400, gettext_lazy("24 hours")),
    (7 * 86_400, gettext_lazy("7 days")),
    (30 * 86_400, gettext_lazy("30 days")),
    (365 * 86_400, gettext_lazy("1 year")),
    (5 * 365 * 86_400, gettext_lazy("5 years")),
)


@require_GET
@login_required
def page(request: ActorRequest) -> HttpResponse:
    """The viewer; everything in it comes from `data`."""
    own = request.actor.own_enterprise_id
    groups = trends.starts(request.actor, own) if own is not None else []
    context = {
        "spans": SPANS,
        "starts": [(name, ",".join(str(pk) for pk in ids)) for name, ids in groups],
        "own": own or "",
        "texts": TEXTS,
    }
    return render(request, "monitoring/trends.html", context)


@require_GET
@login_required
def data(request: ActorRequest) -> HttpResponse:
    """Answer curves, limits, alarms and marks of a time as JSON; says so when there are no values.

    `tags` are ids of points, `from` and `to` times with a zone, `width` pixels, `since` the time of
    the last sample known. Foreign points are left out. 422 for a time that is none.
    """
    actor = request.actor
    start, end = _span(request)
    rows = trends.points(actor, _ids(request)[: trends.MOST_POINTS])
    ids = [row.pk for row in rows]
    since = parse_datetime(request.GET.get("since", "").replace(" ", "+"))
    trouble = ""
    try:
        found, seconds = trends.curves(rows, start, end, _width(request), since)
    except client.NoHistorian:
        found, seconds, trouble = [trends.Curve(row) for row in rows], 0, str(TROUBLE)
    bounds = trends.limits(actor, ids)
    answer = {
        "from": _ms(start),
        "to": _ms(end),
        "now": _ms(now()),
        "step": "" if trouble else trends.step_words(seconds),
        "series": [_series(one, bounds.get(one.point.pk, [])) for one in found],
        "episodes": [_episode(one) for one in trends.episodes(actor, ids, start, end)],
        "marks": [
            {
                "source": str(mark.source),
                "from": _ms(mark.since),
                "to": _ms(mark.until) if mark.until else None,
                "text": mark.text,
                "url": mark.url,
            }
            for mark in trends.marks(actor, rows, start, end)
        ],
        "trouble": trouble,
    }
    return _json(answer)


def _series(curve: trends.Curve, rules: list[Any]) -> dict[str, Any]:
    row = curve.point
    told: dict[str, Any] = {
        "id": str(row.pk),
        "tag": row.tag,
        "name": row.name,
        "unit": row.unit,
        "digits": row.decimals,
        "t": curve.moments,
        "v": _short(curve.values, row.decimals),
        "doubts": curve.doubts,
        "limits": [
            {
                "kind": rule.kind,
                "label": str(rule.get_kind_display()),
                "value": rule.limit,
                "level": rule.priority,
            }
            for rule in rules
        ],
    }
    if curve.lowest:
        told["lo"] = _short(curve.lowest, row.decimals)
        told["hi"] = _short(curve.highest, row.decimals)
    return told


def _short(values: list[float | None], decimals: int) -> list[float | None]:
    # Two digits more than are shown: enough for a picture, half the bytes.
    return [None if value is None else round(value, decimals + 2) for value in values]


def _episode(one: trends.Episode) -> dict[str, Any]:
    words = [str(one.rule.get_kind_display())]
    if one.until is not None:
        words.append(_("stood for %(time)s") % {"time": duration(one.until - one.since)})
    else:
        words.append(_("still stands"))
    return {
        "point": str(one.rule.point_id),
        "kind": one.rule.kind,
        "label": str(one.rule.get_kind_display()),
        "level": one.priority,
        "from": _ms(one.since),
        "to": _ms(one.until) if one.until else None,
        "text": " · ".join(words),
        "url": "",
    }


def duration(length: dt.timedelta) -> str:
    """Return a length of time in words, in its two largest parts."""
    seconds = max(int(length.total_seconds()), 0)
    if seconds < 60:
        return _("%(n)s s") % {"n": seconds}
    if seconds < 3600:
        return _("%(n)s min") % {"n": seconds // 60}
    if seconds < 86_400:
        return _("%(h)s h %(m)s min") % {"h": seconds // 3600, "m": seconds % 3600 // 60}
    return _("%(d)s d %(h)s h") % {"d": seconds // 86_400, "h": seconds % 86_400 // 3600}


@require_GET
@login_required
def sparks(request: ActorRequest) -> HttpResponse:
    """Answer the last two hours of many points in 60 steps each, for lists."""
    rows = trends.points(request.actor, _ids(request)[:MOST_SPARKS])
    end = now()
    try:
        found = client.trend([row.number for row in rows], end - SPARK_SPAN, end, SPARK_STEPS)
    except client.NoHistorian:
        return _json({"series": {}})
    first = client.micros(end - SPARK_SPAN)
    series: dict[str, list[float | None]] = {}
    for row in rows:
        curve = found.get(row.number)
        values: list[float | None] = [None] * (SPARK_STEPS + 1)
        if curve is not None:
            every = SPARK_SPAN.total_seconds() * 1e6 / SPARK_STEPS
            for at, value in zip(curve.starts_us.tolist(), curve.last.tolist(), strict=True):
                place = int((at - first) // every)
                if 0 <= place <= SPARK_STEPS and value == value:
                    values[place] = round(value, row.decimals + 1)
        series[str(row.pk)] = values
    return _json({"series": series})


@require_GET
@login_required
def export(request: ActorRequest) -> HttpResponseBase:
    """Hand out what is shown: the same points, time and steps, as a workbook or CSV.

    Raises HistorianAway while the historian is away.
    """
    actor = request.actor
    start, end = _span(request)
    rows = trends.points(actor, _ids(request)[: trends.MOST_POINTS])
    try:
        found, seconds = trends.curves(rows, start, end, _width(request))
    except client.NoHistorian as error:
        raise HistorianAway() from error
    name = _("Trend %(time)s") % {"time": f"{start.astimezone(SHANGHAI):%Y-%m-%d %H%M}"}
    if request.GET.get("format") == "csv":
        # With its mark in front, spreadsheets take it for UTF-8.
        text = io.StringIO("\ufeff", newline="")
        text.seek(0, io.SEEK_END)
        writer = csv.writer(text)
        writer.writerow(HEADS)
        writer.writerows(_lines(found, seconds))
        return download(text.getvalue().encode(), "text/csv", f"{name}.csv")
    stream = io.BytesIO()
    with Book(stream) as book:
        sheet = book.sheet(
            _("Values"),
            [Column(str(head), width=22 if n in (2, 3) else 14) for n, head in enumerate(HEADS)],
        )
        for line in _lines(found, seconds):
            sheet.row(line)
        alarms = book.sheet(
            _("Alarms"),
            [Column(_("Tag")), Column(_("Alarm")), Column(pgettext("time", "From"), width=20),
             Column(pgettext("time", "Until"), width=20), Column(_("Priority"))],
        )  # fmt: skip
        tags = {row.pk: row.tag for row in rows}
        for one in trends.episodes(actor, list(tags), start, end):
            alarms.row(
                [
                    tags[one.rule.point_id],
                    str(one.rule.get_kind_display()),
                    _clock(one.since),
                    _clock(one.until) if one.until else "",
                    str(one.rule.get_priority_display()),
                ]
            )
    return download(stream.getvalue(), MIME["xlsx"], f"{name}.xlsx")


HEADS = (
    gettext_lazy("Tag"),
    gettext_lazy("Unit of measure"),
    gettext_lazy("Name"),
    gettext_lazy("Time"),
    gettext_lazy("Value"),
    gettext_lazy("Lowest"),
    gettext_lazy("Highest"),
    gettext_lazy("Seconds a value stands for"),
)


def _lines(found: list[trends.Curve], seconds: int) -> Iterator[list[Any]]:
    for curve in found:
        row = curve.point
        for n, at in enumerate(curve.moments):
            if curve.values[n] is None:
                continue
            moment = dt.datetime.fromtimestamp(at / 1000, dt.UTC)
            lowest = curve.lowest[n] if curve.lowest else ""
            highest = curve.highest[n] if curve.highest else ""
            yield [
                _text(row.tag), _text(row.unit), _text(row.name), _clock(moment),
                curve.values[n], lowest, highest, seconds or "",
            ]  # fmt: skip


def _text(value: str) -> str:
    # A spreadsheet that opens CSV takes these for the beginning of a formula.
    return f"'{value}" if value[:1] in "=+-@\t\r" and value else value


def _clock(moment: dt.datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S.%f}"[:-3]


def _ids(request: ActorRequest) -> list[str]:
    return [part for part in request.GET.get("tags", "").split(",") if _is_uuid(part)]


def _is_uuid(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4 and text.replace("-", "").isalnum()


def _span(request: ActorRequest) -> tuple[dt.datetime, dt.datetime]:
    # A plus sign of the zone that was not quoted arrives as a blank.
    start, end = (
        parse_datetime(request.GET.get(name, "").replace(" ", "+")) for name in ("from", "to")
    )
    if not request.GET.get("from") and not request.GET.get("to"):
        end = now()
        start = end - SPARK_SPAN
    if start is None or end is None or not (start.tzinfo and end.tzinfo) or start >= end:
        raise BadInput(Problem("from", _("Give two times with a zone, the earlier first.")))
    return max(start, end - LONGEST), end


def _width(request: ActorRequest) -> int:
    text = request.GET.get("width", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else DEFAULT_WIDTH


def _ms(moment: dt.datetime) -> int:
    return round(moment.timestamp() * 1000)


def _json(value: Any) -> HttpResponse:
    answer = HttpResponse(msgspec.json.encode(value), content_type="application/json")
    answer["Cache-Control"] = "no-store"
    return answer


def viewer_url(*ids: Any) -> str:
    """Return the address of the viewer with these points."""
    return f"{reverse('monitoring:trends')}?tags={','.join(str(pk) for pk in ids)}"
