"""Places, tasks, items and findings of one invented round; kinds that note what they did."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from anlan.base.actors.actor import Actor
from anlan.base.pocket import kinds, parts, pictures

NAME = UUID("0a6d3a52-5f0e-4a59-9a0e-2a3d3ad5f3b1")
# code, name, level, items: content, quantity, unit, low, high, level, last value, photo
ROUND: tuple[tuple[str, str, int, tuple[tuple[Any, ...], ...]], ...] = (
    ("V-201", "甲醇罐区", 2, (
        ("罐壁无渗漏、无变形", "", "", None, None, 2, None, "none"),
        ("液位 LI-2011", "就地液位计", "m", "1.20", "11.50", 2, 7.42, "none"),
        ("围堰排水阀关闭", "", "", None, None, 3, None, "optional"),
        ("呼吸阀、阻火器完好", "", "", None, None, 2, None, "none"),
    )),
    ("P-201", "甲醇泵房", 1, (
        ("轴承温度 TI-2013", "A 泵驱动端", "℃", None, "75", 2, 52.0, "none"),
        ("机械密封无渗漏", "", "", None, None, 1, None, "none"),
        ("出口压力 PI-2011", "A 泵出口管 · 就地压力表", "MPa", "0.45", "0.65", 1, 0.60, "none"),
        ("静密封点无渗漏", "", "", None, None, 1, None, "none"),
        ("可燃气体报警器无故障", "", "", None, None, 1, None, "none"),
    )),
    ("V-301", "液氨球罐区", 0, (
        ("压力 PI-3010", "1# 球罐顶", "MPa", "0.20", "1.30", 0, 0.86, "none"),
        ("液位 LI-3010", "1# 球罐", "%", "15", "85", 0, 61.0, "none"),
        ("紧急切断阀在自动位", "", "", None, None, 0, None, "none"),
        ("喷淋系统备用", "", "", None, None, 1, None, "none"),
    )),
    ("2#", "装车站台", 2, (
        ("静电接地夹完好", "", "", None, None, 2, None, "required"),
        ("鹤管无滴漏", "", "", None, None, 2, None, "none"),
    )),
)  # fmt: skip
EXTRA = 16


def _id(*parts_of: object) -> str:
    return str(uuid5(NAME, "/".join(map(str, parts_of))))


def _day(actor: Actor, now: datetime) -> str:
    return f"{actor.user_id}{now.date()}"


def places(_actor: Actor, _now: datetime) -> parts.Rows:
    """The points of the round."""
    return [
        {"id": _id(code), "code": code, "name": name, "path": "罐区", "level": level,
         "lng": 118.9 + order / 1000, "lat": 31.2, "qr": f"ANLAN:{code}", "order": order,
         "spot": [200 + 150 * order, 400]}
        for order, (code, name, level, _items) in enumerate(ROUND)
    ]  # fmt: skip


def _due(code: str, n: int, order: int) -> int:
    """Minutes from the hour: one is overdue."""
    return -42 if (code, n) == ("P-201", 2) else 90 + 30 * order


def tasks(actor: Actor, now: datetime) -> parts.Rows:
    """One task for each item, and further ones at the last point so that there are 31."""
    start = now.replace(minute=0, second=0, microsecond=0)
    found = [
        {"instance_id": _id(_day(actor, now), code, n), "task_id": _id(code, n),
         "place_id": _id(code), "title": item[0], "opens_at": _text(start - timedelta(hours=2)),
         "due_at": _text(start + timedelta(minutes=_due(code, n, order))),
         "work_type": 0, "role_item": "O3" if code == "V-301" and n == 0 else None}
        for order, (code, _name, _level, items) in enumerate(ROUND)
        for n, item in enumerate(items)
    ]  # fmt: skip
    last = ROUND[-1][0]
    found += [
        {**found[-1], "instance_id": _id(_day(actor, now), "extra", n), "task_id": _id("extra", n),
         "place_id": _id(last), "title": f"装车臂 {n + 1} 号位完好"}
        for n in range(EXTRA)
    ]  # fmt: skip
    return found


def items(_actor: Actor, now: datetime) -> parts.Rows:
    """What is looked at, with limits and past values."""
    found = []
    for code, _name, _level, rows in ROUND:
        for n, (content, quantity, unit, low, high, level, last, photo) in enumerate(rows):
            past = [] if last is None else [
                {"at": _text(now - timedelta(hours=12 * (back + 1))), "by": "周槐",
                 "value": f"{last * (1 - back * 0.006):.2f}"} for back in range(8)
            ]  # fmt: skip
            found.append(
                {"task_id": _id(code, n), "measure_id": _id("measure", code, n),
                 "content": content, "class2": "工程技术 1-2 关键设备" if level < 2 else "",
                 "level": level, "event": "泄漏着火" if level < 2 else "", "quantity": quantity,
                 "unit": unit, "low": low, "high": high, "photo": photo, "last": past}
            )  # fmt: skip
    return found + [
        {"task_id": _id("extra", n), "content": f"装车臂 {n + 1} 号位完好", "class2": "",
         "level": 3, "event": "", "quantity": "", "unit": "", "low": None, "high": None,
         "photo": "none", "last": []}
        for n in range(EXTRA)
    ]  # fmt: skip


def findings(_actor: Actor, now: datetime) -> parts.Rows:
    """One finding the person has to rectify."""
    return [
        {"id": _id("finding"), "number": "YH-2026-0398", "place_id": _id("V-201"),
         "title": "围堰裂缝", "level": "general", "state": "rectifying", "version": 4,
         "deadline": (now + timedelta(days=3)).date().isoformat(), "mine_to_rectify": True,
         "lines": [{"at": _text(now - timedelta(days=2)), "by": "苏芷", "text": "确认，限期整改"}]}
    ]  # fmt: skip


def shown(actor: Actor, _now: datetime) -> list[pictures.Picture]:
    """What a test hung on the enterprise: a site plan, a photo of the first point."""
    from anlan.base.files.models import Attachment

    rows = Attachment.objects.for_actor(actor).filter(object_type="registry.enterprise")
    first = _id(ROUND[0][0])
    found = []
    for row in rows.select_related("file").order_by("pk"):
        if row.kind == "plan":
            found.append(pictures.Picture("plan", row.file, title=row.title))
        else:
            found += [pictures.Picture(kind, row.file, first) for kind in ("thumb", "photo")]
    return found


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def noted(actor: Actor, envelope: kinds.Envelope, given: Sequence[kinds.Given]) -> kinds.Outcome:
    """Leave one history entry for one application."""
    from anlan.base.actors.models import Organisation
    from anlan.base.audit.services import record
    from anlan.base.pocket.models import Submission
    from tests.support.field.events import APPLIED

    row = Submission.objects.unscoped("the test's own row").get(pk=envelope.id)
    record(actor, APPLIED, row, after={"envelope": envelope.id, "files": len(given)})
    assert Organisation.objects.filter(pk=row.enterprise_id).exists()
    return kinds.Outcome(number=f"{envelope.seq:04d}", version=1)


def rectified(
    actor: Actor, envelope: kinds.Envelope, given: Sequence[kinds.Given]
) -> kinds.Outcome:
    """Meet somebody who raised the finding meanwhile."""
    if not envelope.choice and "冲突" in envelope.payload["text"]:
        mine = kinds.Side(
            actor.name, envelope.occurred_at, "已整改，申请验收", "局部修补 · 照片 1 张"
        )
        at = envelope.received_at
        theirs = kinds.Side("苏芷", at, "升为重大隐患", "要求整体防渗 · 限 11-23")
        ways = (kinds.Choice("submit", "仍送去验收"), kinds.Choice("redo", "按新要求再改"))
        return kinds.Outcome(conflict=kinds.Conflict("同一隐患两个版本", mine, theirs, ways))
    return noted(actor, envelope, given)


def install() -> None:
    """Stand in for the modules that provide these in the product."""
    from tests.support.field import events  # noqa: F401

    for name, provider in (
        ("places", places), ("tasks", tasks), ("items", items), ("findings", findings),
    ):  # fmt: skip
        parts.provide(name, provider)
    pictures.provide(shown)
    stand_ins = {
        "inspection.record": noted, "finding.report": noted, "finding.rectify": rectified,
    }  # fmt: skip
    for code, apply in stand_ins.items():
        kinds.unregister(code)
        kinds.register(kinds.Kind(code, apply))
