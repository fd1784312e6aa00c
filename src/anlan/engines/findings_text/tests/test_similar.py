"""Near duplicates among phrasings written for this test."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engines.findings_text.shape import shape_of
from anlan.engines.findings_text.similar import NEAR, cluster, compare, similarity

words = st.text(
    alphabet="未设置安全阀联锁罐区灭火器压力表不足配电箱下堆放杂物，T-0123楼", max_size=24
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("三号厂房消火栓被遮挡", "仓库东侧消防栓前有货物挡住"),
        ("二车间没配灭火器", "五号库未配置灭火器材"),
        ("甲醇泵P-101机械密封泄漏", "甲醇泵P-102机械密封渗漏"),
        ("应急照明灯不亮", "2楼走廊应急灯损坏"),
        ("安全出口被堵", "西侧安全出口堵塞"),
    ],
)
def test_the_same_defect_in_other_words(first, second):
    assert compare(first, second).score >= NEAR


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("灭火器压力不足", "灭火器被遮挡"),
        ("储罐液位计故障", "储罐呼吸阀堵塞"),
        ("未设置防火堤", "未设置洗眼器"),
        ("动火作业无监护人", "操作规程未修订"),
    ],
)
def test_another_thing_or_another_defect(first, second):
    assert compare(first, second).score < NEAR


def test_the_same_defect_at_another_flange():
    found = compare("T-101 法兰漏", "T-102法兰漏")
    assert found.score == 1
    assert not found.same_place
    assert (found.where_first, found.where_second) == (("T-101",), ("T-102",))
    assert compare("T-101 法兰漏", "T-101法兰泄漏").same_place


def test_a_comparison_says_what_is_shared_and_what_differs():
    found = compare("三楼配电箱未接地", "三楼配电箱门损坏")
    assert found.shared
    assert found.only_first
    assert found.only_second


def test_groups_and_loners():
    texts = [
        "灭火器压力不足",
        "储罐呼吸阀堵塞",
        "2号楼灭火器压力偏低",
        "操作规程未修订",
        "消防泵房灭火器压力不够",
        "",
        "。",
    ]
    (group,) = cluster(texts)
    assert sorted(group.members) == [0, 2, 4]
    assert group.score >= NEAR


def test_nothing_is_nothing():
    assert cluster([]) == []
    assert cluster(["", "1"]) == []
    with pytest.raises(ValueError, match="not looked for"):
        cluster(["a"], near=0.1)


@given(words, words)
def test_similarity_is_symmetric_and_one_for_the_same(first, second):
    one, two = shape_of(first), shape_of(second)
    assert similarity(one, two) == pytest.approx(similarity(two, one))
    assert 0 <= similarity(one, two) <= 1
    if one.key:
        assert similarity(one, one) == 1


@given(st.lists(words, max_size=30))
def test_each_text_is_in_one_group_at_most_and_like_its_leader(texts):
    groups = cluster(texts)
    members = [member for group in groups for member in group.members]
    assert len(members) == len(set(members))
    for group in groups:
        leader, *others = group.members
        for other in others:
            assert similarity(shape_of(texts[leader]), shape_of(texts[other])) >= NEAR - 0.001
