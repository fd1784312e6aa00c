"""The index of many findings keeps what the plain comparison finds."""

import io
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.engines.findings_text import similar, similar_index
from anlan.engines.findings_text.minhash import all_band_keys, keys_of_one
from anlan.engines.findings_text.shape import shape_of
from anlan.engines.findings_text.similar import NEAR, similarity
from anlan.engines.findings_text.similar_index import SimilarIndex

THINGS = ("灭火器", "配电箱", "洗眼器", "安全阀", "储罐", "防爆柜", "消火栓", "压力表", "阀门")
DEFECTS = ("损坏", "泄漏", "未设置", "被遮挡", "过期", "堆放杂物", "未接地", "锈蚀", "脱落")


def corpus(count, seed=1):
    dice = random.Random(seed)
    letters = "合成精馏硝化冷冻包装机修循环灌原料甲乙丙丁"
    return [
        "".join(dice.choices(letters, k=dice.randint(0, 4)))
        + dice.choice(THINGS)
        + dice.choice(DEFECTS)
        + dice.choice(("", f"{dice.randint(1, 9)}处", "，" + dice.choice(THINGS) + "缺失"))
        for _ in range(count)
    ]


def _ids(matches):
    return {name for match in matches for name in match.ids}


def test_a_query_finds_what_the_plain_comparison_finds():
    texts = corpus(2_000)
    index = SimilarIndex([str(number) for number in range(len(texts))], texts)
    shapes = [shape_of(text) for text in texts]
    found = wanted = 0
    for text in corpus(40, seed=2):
        one = shape_of(text)
        near = {str(n) for n, other in enumerate(shapes) if similarity(one, other) >= NEAR}
        got = _ids(index.query(text, limit=2_000))
        assert got <= near
        found, wanted = found + len(got), wanted + len(near)
    assert found / wanted > 0.95


def test_banded_pairs_are_almost_all_pairs():
    shapes = similar.collect_shapes(corpus(2_500))
    exact = set(zip(*(part.tolist() for part in similar._all_pairs(shapes, 0.8)[:2]), strict=True))
    banded = similar._banded_pairs(shapes, 0.8)
    assert set(zip(banded[0].tolist(), banded[1].tolist(), strict=True)) <= exact
    # Pairs of the same bucket are joined through its first ones, so groups are kept whole.
    whole = similar._clusters(shapes, *similar._stars(shapes, *similar._all_pairs(shapes, 0.8)))
    joined = similar._clusters(shapes, *similar._stars(shapes, *banded))
    in_groups = sum(len(group.members) for group in whole)
    assert sum(len(group.members) for group in joined) > 0.95 * in_groups


def test_adding_forgetting_and_choosing(monkeypatch):
    monkeypatch.setattr(similar_index, "_TAIL", 2)
    index = SimilarIndex()
    assert index.query("灭火器压力不足") == []
    for number, text in enumerate(corpus(50)):
        index.add(f"x{number}", text)
    index.add("a", "一车间灭火器压力不足")
    index.add("b", "2号厂房灭火器压力偏低")
    (best, *_rest) = index.query("灭火器压力不够")
    assert best.ids == ("a", "b")
    assert best.score == 1
    index.discard("a")
    assert index.query("灭火器压力不够")[0].ids == ("b",)
    assert index.query("灭火器压力不够", keep={"z"}.__contains__) == []
    assert len(index) == 51


def test_stored_and_loaded_it_answers_the_same():
    texts = corpus(300)
    index = SimilarIndex([f"id-{number}" for number in range(300)], texts)
    index.add("later", "新增洗眼器无水")
    index.discard("id-7")
    file = io.BytesIO()
    np.savez(file, **index.to_arrays())
    file.seek(0)
    loaded = SimilarIndex.from_arrays(np.load(file))
    assert len(loaded) == len(index) == 300
    for text in (*texts[:20], "洗眼器没有水"):
        before = {(frozenset(m.ids), m.score) for m in index.query(text, limit=500)}
        assert {(frozenset(m.ids), m.score) for m in loaded.query(text, limit=500)} == before


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="1 ids for 0 texts"):
        SimilarIndex(["a"], [])
    with pytest.raises(ValueError, match="another format"):
        SimilarIndex.from_arrays({"format": np.array([99])})


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(alphabet="灭火器压力不足罐A1， ", max_size=8), max_size=20))
def test_what_is_in_the_index_is_found(texts):
    index = SimilarIndex([str(number) for number in range(len(texts))], texts)
    for number, text in enumerate(texts):
        if shape_of(text).key:
            assert str(number) in _ids(index.query(text))


def test_groups_leave_out_what_was_forgotten():
    index = SimilarIndex("abc", ["灭火器过期", "2楼灭火器过期", "灭火器失效过期"])
    index.discard("b")
    (group,) = index.clusters()
    assert [index.ids()[member] for member in group.members] == ["a", "c"]


@given(st.text(alphabet="灭火器压力不足罐A", max_size=12))
def test_keys_of_one_are_those_of_many(text):
    bag = "".join(sorted(text))
    assert (keys_of_one(bag) == all_band_keys(["前", bag, "后"])[:, 1]).all()
