"""Checks that were made, and checks that were only entered."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from anlan.engines.honest_work import (
    CheckResult,
    Entry,
    Photo,
    PhotoHash,
    Point,
    Visit,
    WrittenFinding,
    default_limits,
    fit_to_item,
    impossible_visits,
    late_entries,
    misfit_flag,
    outside_entry_late,
    padded_findings,
    photo_hash,
    reused_photos,
    suspicious_normal,
)
from anlan.engines.honest_work.visits import metres

EIGHT = datetime(2026, 11, 2, 8, tzinfo=UTC)
LAT_PER_M = 1 / 111_195


def visit(id, minute, metres_north, *, lasts=60, items=3, device=None, place_id=None, who="li"):
    start = EIGHT + timedelta(minutes=minute)
    place = Point(120.0, 31.0 + metres_north * LAT_PER_M)
    return Visit(
        id=id,
        person=who,
        place_id=place_id or f"p{metres_north}",
        started_at=start,
        finished_at=start + timedelta(seconds=lasts),
        n_items=items,
        place=place,
        device=place if device is None else Point(120.0, 31.0 + device * LAT_PER_M),
    )


def kinds(flags):
    return [flag.kind for flag in flags]


def test_an_honest_walk_raises_nothing():
    walk = [visit(f"v{n}", n * 4, n * 150) for n in range(8)]
    assert impossible_visits(walk) == []


def test_too_fast_between_points_and_why():
    (flag,) = impossible_visits([visit("a", 0, 0), visit("b", 2, 600)])
    assert flag.kind == "too_fast"
    assert flag.subjects == ("a", "b")
    assert "60 秒走了 570 米" in flag.reason("zh")
    assert "570 m in 60 s" in flag.reason("en")


def test_two_places_at_once_and_two_people_are_not_one():
    assert kinds(impossible_visits([visit("a", 0, 0), visit("b", 0.5, 400)])) == ["two_places"]
    assert impossible_visits([visit("a", 0, 0), visit("b", 0.5, 400, who="wang")]) == []


def test_too_little_time_for_the_items():
    (flag,) = impossible_visits([visit("a", 0, 0, lasts=6, items=12)])
    assert flag.kind == "too_quick"
    assert flag.figures == {"seconds": 6, "items": 12}


def test_far_points_entered_from_one_spot():
    walk = [visit(f"v{n}", n * 5, n * 100, device=3) for n in range(5)]
    (flag,) = impossible_visits(walk)
    assert flag.kind == "one_spot"
    assert flag.subjects == ("v0", "v1", "v2", "v3", "v4")
    assert impossible_visits(walk[:3]) == []


def test_an_unknown_position_accuses_nobody():
    walk = [replace(visit(f"v{n}", n, n * 900), place=None) for n in range(5)]
    assert impossible_visits(walk) == []


@given(
    st.lists(st.tuples(st.integers(0, 600), st.integers(-2000, 2000)), max_size=12),
    st.floats(1, 3),
)
def test_more_patience_never_flags_more(steps, factor):
    walk = [visit(f"v{n}", minute, north) for n, (minute, north) in enumerate(steps)]
    strict = default_limits()
    mild = replace(
        strict, walk_speed=strict.walk_speed * factor, seconds_per_item=1, place_error=60
    )
    assert len(impossible_visits(walk, mild)) <= len(impossible_visits(walk, strict))


@given(st.floats(-170, 170), st.floats(-80, 80), st.floats(-0.05, 0.05), st.floats(-0.05, 0.05))
def test_distance_is_symmetric(lng, lat, east, north):
    one, two = Point(lng, lat), Point(lng + east, lat + north)
    assert metres(one, two) == pytest.approx(metres(two, one), abs=1e-6)
    assert metres(one, one) == 0


def daily(days, *, abnormal_on=(), reading="", task="t"):
    return [
        CheckResult(
            f"{task}{n}", task, "place", EIGHT + timedelta(days=n), n not in abnormal_on, reading
        )
        for n in range(days)
    ]


def test_months_of_nothing_but_normal():
    (flag,) = suspicious_normal(daily(90), usual_abnormal_share=0.08)
    assert flag.kind == "all_normal"
    assert flag.subjects == ("t",)
    assert "90 次检查全部正常" in flag.reason_zh
    assert flag.figures["chance"] < 0.001


def test_rarely_abnormal_or_once_abnormal_is_no_reason():
    assert suspicious_normal(daily(90), usual_abnormal_share=0.01) == []
    assert suspicious_normal(daily(90, abnormal_on={40}), usual_abnormal_share=0.2) == []
    assert suspicious_normal(daily(30), usual_abnormal_share=0.5) == []


def test_alarms_contradict_normal():
    (flag,) = suspicious_normal(
        daily(90), usual_abnormal_share=0.001, troubles_of_place={"place": 4}
    )
    assert "4 次报警" in flag.reason_zh
    with pytest.raises(ValueError, match="give 0 to 1"):
        suspicious_normal([], usual_abnormal_share=8)


def test_a_gauge_that_never_moves():
    assert kinds(suspicious_normal(daily(25, reading="0.61"), usual_abnormal_share=0)) == [
        "same_reading"
    ]
    assert suspicious_normal(daily(25, reading="0"), usual_abnormal_share=0) == []


def test_late_and_at_once():
    late = [
        Entry(f"e{n}", "li", EIGHT + timedelta(hours=6 * n), EIGHT + timedelta(hours=60, seconds=n))
        for n in range(10)
    ]
    flags = late_entries(late)
    assert kinds(flags).count("late_entry") == 7
    (burst,) = [flag for flag in flags if flag.kind == "entered_at_once"]
    assert len(burst.subjects) == 10
    assert late_entries([Entry("x", "li", EIGHT, EIGHT + timedelta(hours=23))]) == []


def test_a_month_for_findings_from_outside():
    assert outside_entry_late("f", date(2026, 1, 31), date(2026, 2, 28)) is None
    flag = outside_entry_late("f", date(2026, 1, 31), date(2026, 3, 3))
    assert flag is not None
    assert flag.figures == {"days": 3}


def test_padding_tells_places_apart():
    texts = ["T-101法兰泄漏", "T-102 法兰渗漏", "T-103法兰漏", "P-201泵联轴器无护罩"]
    written = [
        WrittenFinding(f"f{n}", text, EIGHT + timedelta(days=n)) for n, text in enumerate(texts)
    ]
    (flag,) = padded_findings(written)
    assert flag.subjects == ("f0", "f1", "f2")
    assert "2 条地点或位号不同" in flag.reason_zh
    spread = [
        replace(one, reported_at=EIGHT + timedelta(days=90 * n)) for n, one in enumerate(written)
    ]
    assert padded_findings(spread) == []


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("二号库灭火器压力不足", "灭火器配置齐全、压力正常"),
        ("配电柜前堆放杂物", "配电箱周围不得堆放物品"),
        ("机泵密封泄漏", "检查泵的密封情况"),
    ],
)
def test_a_text_that_fits(text, item):
    assert misfit_flag("f", text, item) is None


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("防毒面具过期", "灭火器配置齐全、压力正常"),
        ("动火作业票未签字", "储罐呼吸阀是否完好"),
        ("食堂灭火器被遮挡", "重大危险源罐区紧急切断阀是否投用"),
    ],
)
def test_a_text_that_does_not_fit(text, item):
    flag = misfit_flag("f", text, item)
    assert flag is not None
    assert flag.kind == "text_misfit"
    assert fit_to_item(text, item).text_category in flag.reason_zh


@given(st.text(max_size=30), st.text(max_size=30))
def test_fit_stays_in_bounds(text, item):
    assert 0 <= fit_to_item(text, item).score <= 1


def picture(seed, *, size=(640, 480), quality=85, brighter=0):
    image = Image.new("L", (640, 480), 90)
    draw = ImageDraw.Draw(image)
    for n in range(12):
        x, y = (seed * 97 + n * 131) % 600, (seed * 61 + n * 173) % 440
        draw.rectangle((x, y, x + 90, y + 70), fill=(seed * 37 + n * 53) % 230)
    image = image.resize(size).point(lambda value: min(255, value + brighter))
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def test_a_recompressed_smaller_brighter_copy_is_found():
    copy = photo_hash(picture(1, size=(320, 240), quality=50, brighter=8))
    photos = [
        Photo("a", "finding-1", photo_hash(picture(1))),
        Photo("b", "finding-2", photo_hash(picture(2))),
        Photo("c", "finding-3", copy),
    ]
    (flag,) = reused_photos(photos)
    assert flag.subjects == ("finding-1", "finding-3")
    assert photos[0].hash.distance(photos[1].hash) > 30


def test_the_same_file_counts_even_when_flat_but_not_within_one_record():
    out = io.BytesIO()
    Image.new("RGB", (100, 100), (120, 120, 120)).save(out, "PNG")
    flat = photo_hash(out.getvalue())
    assert flat.flat
    wall = [Photo("a", "f1", flat, "one"), Photo("b", "f2", flat, "two")]
    assert reused_photos(wall) == []
    assert len(reused_photos([wall[0], replace(wall[1], sha256="one")])) == 1
    assert reused_photos([wall[0], replace(wall[1], subject_id="f1", sha256="one")]) == []


def test_what_is_no_image_is_refused():
    with pytest.raises(ValueError, match="not a readable image"):
        photo_hash(b"not an image")


@given(st.integers(0, 2**128 - 1), st.sets(st.integers(0, 127), max_size=10))
def test_no_pair_within_the_limit_is_missed(bits, changed):
    other = bits
    for at in changed:
        other ^= 1 << at
    photos = [
        Photo("a", "f1", PhotoHash(bits, flat=False)),
        Photo("b", "f2", PhotoHash(other, flat=False)),
    ]
    assert len(reused_photos(photos)) == 1
