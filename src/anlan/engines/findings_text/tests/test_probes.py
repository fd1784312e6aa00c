"""Findings made up in rounds before the words for them were looked at, kept so that none is lost.

After a round was measured the words were mended, so these rows measure nothing any more.
"""

import csv
from collections import defaultdict
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from anlan.engines.findings_text.category import guess_category
from anlan.engines.findings_text.majors import Strength, judge
from anlan.engines.findings_text.similar import cluster

HERE = Path(__file__).parent
DAYS = (date(2026, 9, 29), date(2026, 9, 30))


def _lines(name):
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        next(file)
        return list(csv.reader(file))


ROWS = [(text, category, level) for _, text, category, level in _lines("probes.csv")[1:]]
MAJOR = [text for text, _, level in ROWS if level == "重大"]
TO_VERIFY = [text for text, _, level in ROWS if level == "核实"]
GENERAL = [text for text, _, level in ROWS if level == "一般"]


@pytest.mark.parametrize("text", MAJOR)
@pytest.mark.parametrize("day", DAYS)
def test_what_a_criterion_of_both_sets_asks_is_major(text, day):
    assert judge(text, registered_on=day).major


@pytest.mark.parametrize("text", TO_VERIFY)
def test_what_only_the_topics_of_2026_name_is_shown_for_a_person_to_verify(text):
    judgement = judge(text, registered_on=DAYS[1])
    assert not judgement.major
    assert Strength.POSSIBLE in {one.strength for one in judgement.suggestions}


@pytest.mark.parametrize("text", GENERAL)
@pytest.mark.parametrize("day", DAYS)
def test_a_near_miss_is_not_major(text, day):
    assert not judge(text, registered_on=day).major


def test_nearly_all_get_the_discipline_an_engineer_gave_them():
    right = sum(guess_category(text).category == category for text, category, _ in ROWS)
    assert right / len(ROWS) >= 0.95


def test_groups_that_say_the_same_are_found_and_nothing_else():
    rows = _lines("probe_groups.csv")
    same = {(a, b) for a, b in combinations(range(len(rows)), 2) if rows[a][0] == rows[b][0]}
    found = set()
    for group in cluster([text for _, text in rows]):
        found |= set(combinations(sorted(group.members), 2))
    assert found <= same
    assert len(found) / len(same) >= 0.9


@pytest.mark.parametrize(
    ("text", "major"),
    [
        ("原液氨储罐安全阀根部阀关闭的问题已整改完成", False),
        ("上次检查的罐区紧急切断阀未投用问题，复查合格", False),
        ("特种作业人员均已持证上岗", False),
        ("未发现动火作业未办理作业票的情况", False),
        ("企业已建立全员安全生产责任制，制定了隐患排查治理制度", False),
        # Put right on the spot, mended in words only, or only partly: the defect was there.
        ("液氨储罐安全阀根部阀关闭，现场立即整改", True),
        ("上次检查的罐区紧急切断阀未投用问题，称已整改，但仍未投用", True),
        ("DCS系统已安装但未投入使用，现场手动操作", True),
        ("已配备可燃气体报警器，但罐区可燃气体报警器停用", True),
        ("上次隐患已整改完成。液氨储罐安全阀根部阀关闭", True),
    ],
)
def test_what_was_mended_or_is_in_order_is_no_defect(text, major):
    assert judge(text, registered_on=DAYS[1]).major is major


def test_every_round_covers_many_disciplines():
    seen = defaultdict(set)
    for number, _, category, _ in _lines("probes.csv")[1:]:
        seen[number].add(category)
    assert all(len(categories) >= 12 for categories in seen.values())
