"""Rows drawn in Python look like the component they stand in for."""

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.template import engines
from django_cotton.compiler_regex import CottonCompiler

from anlan.base.duties.kinds import Kind
from anlan.base.duties.ui.rows import done_html, rows_html

NOW = dt.datetime(2026, 6, 1, 8, tzinfo=dt.UTC)
OPEN_ROW = """{% load anlan_ui i18n %}<c-an.queue-row :title="item.row.plan.title"
 icon="{{ item.kind.icon }}" context="{{ item.context }}" url="{{ item.show_url }}"
 :due_at="item.row.due_at" :now="now">{% if item.level %} · {% risk item.level "warning" %}
{% endif %}<c-slot name="act">ACT</c-slot></c-an.queue-row>"""
DONE_ROW = """{% load anlan_ui %}<c-an.queue-row done="1" :title="item.row.plan.title"
 icon="circle-check" context="{{ item.place }} · {{ item.window }}" url="{{ item.show_url }}">
<c-slot name="due"><time class="an-xs an-muted">07:30</time></c-slot></c-an.queue-row>"""


def item(**given):
    row = SimpleNamespace(
        pk=1, due_at=NOW + dt.timedelta(hours=3), plan=SimpleNamespace(title="巡检 <P-101> & 'A'")
    )
    return {
        "row": row,
        "kind": Kind("plain", "Duty", is_manual=True),
        "context": "罐区 <1> · 06-01",
        "place": "罐区 <1>",
        "window": "06-01",
        "url": "",
        "show_url": "/duties/1/?a=1&b=2",
        "done_url": "/duties/1/done/",
        "level": 0,
        **given,
    }


def component(source, one):
    html = engines["django"].from_string(CottonCompiler().process(source.replace("\n", "")))
    return " ".join(html.render({"item": one, "now": NOW}).split())


@pytest.mark.parametrize("level", [0, 2])
def test_an_open_duty_looks_like_the_component(level):
    one = item(level=level, kind=Kind("x", "X"))
    drawn = " ".join(rows_html([one], NOW, "", is_first=True).split())
    drawn = re.sub(r'<a class="an-btn an-btn--s" data-an-main [^>]*>[^<]*</a>', "ACT", drawn)
    assert drawn == component(OPEN_ROW, one)


def test_a_duty_done_looks_like_the_component():
    one = item()
    drawn = " ".join(done_html([one], lambda row: "07:30").split())
    assert drawn == component(DONE_ROW, one)


def test_only_the_first_duty_has_the_main_button():
    drawn = rows_html([item(), item(url="/inspect/2/"), item()], NOW, "TOKEN", is_first=True)
    assert drawn.count("an-btn--primary") == 1
    assert drawn.index("an-btn--primary") < drawn.index("/inspect/2/")
    assert drawn.count("TOKEN") == 2
    assert "an-btn--primary" not in rows_html([item()], NOW, "TOKEN", is_first=False)
