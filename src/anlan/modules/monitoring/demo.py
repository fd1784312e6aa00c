"""The demonstration's points: the tank farm of the main plant, and a few of its neighbours.

The main plant has 12 tanks (level, temperature, pressure, filling flow, shut-off valve), 20 pumps
(running, vibration, bearing temperature, discharge pressure), 60 gas detectors and a field mill.
Tags are what the simulators send under.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.models import User
from anlan.base.clock import now, today
from anlan.modules.monitoring.models import AlarmClass, AlarmRule, CameraDay, Point, SafetyDevice
from anlan.modules.monitoring.probing import Outcome, Why
from anlan.modules.monitoring.services import probes, settings, systems, video
from anlan.modules.monitoring.services.points import point_upsert_many
from anlan.modules.monitoring.services.sources import source_create
from anlan.modules.registry.models import Enterprise, Equipment, Facility, MhiUnit
from anlan.modules.registry.services import equipment_upsert_many, rows

WHY = "the demonstration's points"
N_TANKS, N_PUMPS, N_DETECTORS = 12, 20, 60
LEVEL_MAX_M = 12.0
MEDIA = ("苯", "苯", "苯", "甲苯", "甲醇", "甲醇", "苯", "苯", "甲苯", "甲苯", "甲醇", "甲醇")
"""What each of the 12 tanks holds."""

_FILL = {
    "cause": "进料未及时停止，或液位计失灵",
    "consequence": "满罐溢流，防火堤内形成可燃液池，遇点火源着火爆炸",
    "action": "停进料泵，关闭进料切断阀，现场核对液位，启用备用罐",
    "basis": "高高限距溢流口 1.2 m，按最大进料速度 0.08 m/min、响应 10 min、裕度 1.5 计算",
    "harm_people": 1, "harm_environment": 2, "harm_money": 2,
    "study_reference": "HAZOP-2025-N03", "owner": "储运车间", "group": "罐区液位",
}  # fmt: skip
_EMPTY = {
    "cause": "出料未及时停止",
    "consequence": "泵抽空损坏，浮盘落底产生油气空间",
    "action": "停出料泵，核对液位",
    "basis": "浮盘支柱高度加 0.3 m",
    "harm_people": 3, "harm_environment": 4, "harm_money": 3,
    "owner": "储运车间", "group": "罐区液位",
}  # fmt: skip
_HEAT = {
    "cause": "日晒、喷淋未投用或伴热失控",
    "consequence": "蒸气压升高，呼吸量增大，可燃气体外逸",
    "action": "投用罐顶喷淋，停伴热，检查呼吸阀和氮封",
    "basis": "物料储存温度上限减 5 ℃",
    "harm_people": 2, "harm_environment": 3, "harm_money": 3,
    "owner": "储运车间", "group": "罐区温度",
}  # fmt: skip
_PRESS = {
    "cause": "氮封阀失灵或呼吸阀堵塞",
    "consequence": "罐顶超压变形，油气外泄",
    "action": "检查氮封阀、呼吸阀，必要时手动泄压",
    "basis": "设计压力 2.0 kPa 的 85%",
    "harm_people": 2, "harm_environment": 3, "harm_money": 2,
    "owner": "储运车间", "group": "罐区压力",
}  # fmt: skip
_GAS = {
    "cause": "法兰、机封、阀门填料泄漏",
    "consequence": "可燃气体积聚，遇点火源闪爆；人员中毒",
    "action": "确认风向，佩戴空呼现场核实，停泵关阀，疏散下风向人员",
    "basis": "GB/T 50493-2019 第 5.5.2 条",
    "harm_people": 1, "harm_environment": 3, "harm_money": 2,
    "owner": "安全环保部", "group": "气体探测",
}  # fmt: skip
_FAULT = {"cause": "仪表故障", "action": "通知仪表检修"}
_TRIP = {
    "cause": "过载、失电或联锁动作",
    "consequence": "中断进出料，上游憋压",
    "action": "确认备用泵启动，查明跳停原因",
    "basis": "运行状态反馈",
    "harm_people": 3, "harm_environment": 4, "harm_money": 3,
    "owner": "储运车间", "group": "机泵运行",
}  # fmt: skip
_BEARING = {
    "cause": "润滑不良或轴承损坏",
    "consequence": "抱轴、机封损坏泄漏",
    "action": "补油，必要时切换备用泵",
    "basis": "滚动轴承温度不超过 80 ℃ 的惯例",
    "harm_people": 3, "harm_environment": 3, "harm_money": 3,
    "owner": "设备部", "group": "机泵温度",
}  # fmt: skip
_VIBRATION = {
    "cause": "轴承磨损、对中不良或汽蚀",
    "consequence": "机封损坏泄漏，设备损毁",
    "action": "切换备用泵，停机检查",
    "basis": "GB/T 6075.3 区域边界 B/C、C/D",
    "harm_people": 3, "harm_environment": 3, "harm_money": 2,
    "owner": "设备部", "group": "机泵振动",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm of the plan: kind, limit, priority, class, delays, the rest of its record."""

    kind: str
    limit: float | None
    priority: int
    of_class: str = "standard"
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tag:
    """A point of the plan with its alarms."""

    values: dict[str, Any]
    alarms: tuple[Alarm, ...] = ()
    equipment: str = ""


def _with(record: dict[str, Any], seconds: int, **more: Any) -> dict[str, Any]:
    return {**record, "response_seconds": seconds, "operator_seconds": 300, **more}


def _tank(number: int, medium: str, x: float, y: float) -> Iterator[Tag]:
    name, tank = f"{number}#罐（{medium}）", f"T-{number}"
    place = {"plan_x": round(x, 4), "plan_y": round(y, 4)}
    level = {"deadband": 0.1, "on_delay_s": 10.0, "off_delay_s": 60.0}
    yield Tag(
        {"tag": f"LI-{number}", "name": f"{name}液位", "kind": "level", "unit": "m",
         "range_low": 0, "range_high": LEVEL_MAX_M, "sampling_seconds": 1, **place},
        (
            Alarm("HH", 10.8, 1, "safety", _with(_FILL, 600, safety_related=True, **level)),
            Alarm("H", 10.2, 2, "standard", _with(_FILL, 1500, **level)),
            Alarm("L", 1.8, 4, "standard", _with(_EMPTY, 2400, **level)),
            Alarm("LL", 1.2, 3, "standard", _with(_EMPTY, 540, **level)),
            Alarm("FROZEN", 1800, 3, "standard",
                  {"cause": "液位计卡死", "action": "现场核对液位，安排检修"}),
            Alarm("STALE", 60, 3),
            Alarm("BAD", None, 3, "standard", {"on_delay_s": 10.0, **_FAULT}),
        ),
        tank,
    )  # fmt: skip
    yield Tag(
        {"tag": f"TI-{number}", "name": f"{name}温度", "kind": "temperature", "unit": "℃",
         "range_low": -20, "range_high": 100, "decimals": 1, **place},
        (
            Alarm("H", 35, 3, "standard", _with(_HEAT, 1500, deadband=1, off_delay_s=60.0)),
            Alarm("HH", 40, 2, "standard", _with(_HEAT, 540, deadband=1, off_delay_s=60.0)),
        ),
        tank,
    )  # fmt: skip
    yield Tag(
        {"tag": f"PI-{number}", "name": f"{name}罐顶压力", "kind": "pressure", "unit": "kPa",
         "range_low": -1, "range_high": 3, **place},
        (
            Alarm("H", 1.4, 3, "standard", _with(_PRESS, 1200, deadband=0.05, off_delay_s=15.0)),
            Alarm("HH", 1.7, 2, "standard", _with(_PRESS, 600, deadband=0.05, off_delay_s=15.0)),
            Alarm("L", -0.2, 3, "standard", _with(_PRESS, 900, deadband=0.05, off_delay_s=15.0)),
        ),
        tank,
    )  # fmt: skip
    yield Tag(
        {"tag": f"FI-{number}", "name": f"{name}进料流量", "kind": "flow", "unit": "m³/h",
         "range_low": 0, "range_high": 120, "decimals": 1, **place},
        (), tank,
    )  # fmt: skip
    yield Tag(
        {"tag": f"XV-{number}", "name": f"{name}紧急切断阀开到位", "kind": "valve_state",
         "decimals": 0, "range_low": 0, "range_high": 1, "sampling_seconds": 1, **place},
        (), tank,
    )  # fmt: skip


def _pump(number: int, x: float, y: float) -> Iterator[Tag]:
    place = {"plan_x": round(x, 4), "plan_y": round(y, 4)}
    yield Tag(
        {"tag": f"P-{number}-RUN", "name": f"{number}#泵运行", "kind": "running_state",
         "decimals": 0, "range_low": 0, "range_high": 1, "sampling_seconds": 1, **place},
        (Alarm("STATE", 0, 2, "standard", _with(_TRIP, 600)),), f"P-{number}A",
    )  # fmt: skip
    yield Tag(
        {"tag": f"P-{number}-VIB", "name": f"{number}#泵轴承振动", "kind": "other",
         "unit": "mm/s", "range_low": 0, "range_high": 20, **place},
        (
            Alarm("H", 4.5, 3, "standard", _with(_VIBRATION, 1800, deadband=0.4,
                  on_delay_s=5.0, off_delay_s=60.0,
                  suppressed_when=f"{{P-{number}-RUN}} == 0")),
            Alarm("HH", 7.1, 2, "standard", _with(_VIBRATION, 600, deadband=0.4,
                  on_delay_s=5.0, off_delay_s=60.0,
                  suppressed_when=f"{{P-{number}-RUN}} == 0")),
        ),
        f"P-{number}A",
    )  # fmt: skip
    yield Tag(
        {"tag": f"P-{number}-TB", "name": f"{number}#泵轴承温度", "kind": "temperature",
         "unit": "℃", "range_low": 0, "range_high": 150, "decimals": 1, **place},
        (
            Alarm("H", 75, 3, "standard", _with(_BEARING, 1800, deadband=1,
                  on_delay_s=5.0, off_delay_s=60.0)),
            Alarm("HH", 85, 2, "standard", _with(_BEARING, 600, deadband=1,
                  on_delay_s=5.0, off_delay_s=60.0)),
        ),
        f"P-{number}A",
    )  # fmt: skip
    yield Tag(
        {"tag": f"P-{number}-PD", "name": f"{number}#泵出口压力", "kind": "pressure",
         "unit": "MPa", "range_low": 0, "range_high": 2, "decimals": 3, **place},
        (
            Alarm("L", 0.3, 2, "standard", _with(_TRIP, 600, basis="正常出口压力的三分之一",
                  deadband=0.02, on_delay_s=5.0, off_delay_s=15.0)),
        ),
        f"P-{number}A",
    )  # fmt: skip


def _detector(number: int, x: float, y: float) -> Tag:
    toxic = number > 48
    place = {"plan_x": round(x, 4), "plan_y": round(y, 4), "sampling_seconds": 1}
    tag = f"GDS-{number:03d}"
    if toxic:
        values = {"kind": "gas_toxic", "gas": "苯", "unit": "ppm", "range_low": 0,
                  "range_high": 20, "name": f"{number}#苯蒸气探测器"}  # fmt: skip
        limits = (1.8, 3.6)
    else:
        values = {"kind": "gas_flammable", "unit": "%LEL", "range_low": 0, "range_high": 100,
                  "decimals": 1, "name": f"{number}#可燃气体探测器"}  # fmt: skip
        # One detector still has a setting of old times: its page points at it.
        limits = (30.0, 50.0) if number == 12 else (25.0, 50.0)
    return Tag(
        {"tag": tag, **values, **place},
        (
            Alarm("H", limits[0], 2, "gas", _with(_GAS, 900)),
            Alarm("HH", limits[1], 1, "gas", _with(_GAS, 240, safety_related=True)),
            Alarm("BAD", None, 3, "standard", {"on_delay_s": 10.0, **_FAULT}),
        ),
    )


def main_plant() -> list[Tag]:
    """Return the 12 tanks, 20 pumps, 60 detectors and the field mill of the main plant."""
    found: list[Tag] = []
    for n in range(N_TANKS):
        x, y = 0.12 + 0.13 * (n % 6), 0.24 + 0.3 * (n // 6)
        found += _tank(101 + n, MEDIA[n], x, y)
    for n in range(N_PUMPS):
        found += _pump(101 + n, 0.1 + 0.042 * n, 0.8)
    for n in range(N_DETECTORS):
        column, row = n % 12, n // 12
        found.append(_detector(n + 1, 0.06 + 0.076 * column, 0.12 + 0.17 * row))
    found.append(
        Tag({"tag": "EF-001", "name": "大气电场强度", "kind": "other", "unit": "kV/m",
             "range_low": -30, "range_high": 30, "sampling_seconds": 1, "plan_x": 0.92,
             "plan_y": 0.1},
            (Alarm("H", 5, 2, "standard", {"cause": "雷暴临近", "basis": "现场标定，±5 kV/m 报警",
                                           "action": "停止装卸、检尺和登高作业",
                                           "response_seconds": 900}),))
    )  # fmt: skip
    return found


def neighbour(tanks: list[str]) -> list[Tag]:
    """Return level, temperature and a detector of the first tanks of another plant."""
    found: list[Tag] = []
    for n, tank in enumerate(tanks):
        number = int(tank.removeprefix("T-"))
        rows = list(_tank(number, "", 0.2 + 0.2 * n, 0.4))
        for one in rows[:2]:
            name = one.values["name"].replace("（）", "")
            found.append(Tag(one.values | {"name": name}, one.alarms, tank))
        found.append(_detector(n + 1, 0.2 + 0.2 * n, 0.55))
    return found


@transaction.atomic
def load_points(n_neighbours: int = 11) -> int:
    """Enter the points of the main plant and of some neighbours; return how many are new.

    Does nothing for a plant that has points already.
    """
    plants = list(
        Enterprise.objects.unscoped(WHY)
        .filter(is_demo=True)
        .select_related("enterprise")
        .order_by("company_code")[: n_neighbours + 1]
    )
    with_points = set(
        Point.objects.unscoped(WHY).values_list("enterprise_id", flat=True).distinct()
    )
    total = 0
    for place, plant in enumerate(plants):
        if plant.pk in with_points:
            continue
        tanks = list(
            Equipment.objects.unscoped(WHY)
            .filter(enterprise=plant.pk, category="tank", code__regex=r"^T-\d{3}$")
            .order_by("code")
            .values_list("code", flat=True)[:4]
        )
        tags = main_plant() if place == 0 else neighbour(tanks)
        if tags:
            total += _load(plant, tags, is_main=place == 0)
    return total


def _load(plant: Enterprise, tags: list[Tag], *, is_main: bool) -> int:
    source = source_create(
        SYSTEM, {"enterprise": plant.pk, "name": "演示仿真", "kind": "simulator",
                 "settings": {"speed": 1}}
    )  # fmt: skip
    if is_main:
        _other_sources(plant)
        _equip(plant)
    unit = MhiUnit.objects.unscoped(WHY).filter(enterprise=plant.pk, kind="storage").first()
    equipment = dict(
        Equipment.objects.unscoped(WHY).filter(enterprise=plant.pk).values_list("code", "pk")
    )
    given = [
        {
            **one.values,
            "enterprise": plant.pk,
            "installation": unit.pk if unit else None,
            "equipment": equipment.get(one.equipment),
            "source": source.pk,
            "address": one.values["tag"],
        }
        for one in tags
    ]
    point_upsert_many(SYSTEM, given)
    points = {one.tag: one for one in Point.objects.unscoped(WHY).filter(enterprise=plant.pk)}
    classes = {
        one.code: one for one in settings.classes_ensure(SYSTEM, plant.pk, plant.enterprise.path)
    }
    _set_up(plant, tags, points, classes)
    _systems(plant, points, is_main=is_main)
    return len(given)


CAMERAS = ("罐区东侧", "罐区西侧", "泵房", "装卸台", "中控室", "厂区大门")
_DEVICES = {"gas_flammable": "detector", "gas_toxic": "detector", "valve_state": "valve"}


_ROWS = ("北排外侧", "北排内侧", "南排内侧", "南排外侧", "泵区")


def _zone(tag: str, *, is_main: bool) -> dict[str, str]:
    """Return place and logic of a detector: three neighbours of every other zone vote."""
    if not is_main:
        return {"voting": "1oo1"}
    number = int(tag.rpartition("-")[2]) - 1
    return {"place": _zone_of(number), "voting": "1oo1" if number // 3 % 2 else "2oo3"}


def _zone_of(number: int) -> str:
    """Return the zone of detector `number` (from 0): three neighbours of a row are one."""
    return f"{_ROWS[number // 12]}{number % 12 // 3 + 1}区"


def _systems(plant: Enterprise, points: dict[str, Point], *, is_main: bool) -> None:
    """Enter detectors and valves behind the points, cameras, and what is stated of each system."""
    day = today()
    given: list[dict[str, Any]] = []
    for n, point in enumerate(points.values()):
        if point.kind not in _DEVICES:
            continue
        is_valve = point.kind == "valve_state"
        given.append({
            "kind": _DEVICES[point.kind], "tag": point.tag,
            "name": point.name.removeprefix(point.tag).strip() or point.name,
            "point": point.pk, "installation": point.installation_id,
            "equipment": point.equipment_id,
            **({} if is_valve else _zone(point.tag, is_main=is_main)),
            "stroke_limit_s": 10 if is_valve else None,
            # A few are past their day, so that the list has something to show.
            "tested_on": day - timedelta(days=190 if n % 29 == 3 else (n * 7) % 170),
        })  # fmt: skip
    if is_main:
        given += [
            {"kind": "camera", "tag": f"CAM-{n + 1:02d}", "name": name,
             "address": f"rtsp://10.20.31.{n + 11}/stream1"}
            for n, name in enumerate(CAMERAS)
        ]  # fmt: skip
        given.append({"kind": "lightning", "tag": "EF-001", "name": "大气电场仪",
                      "tested_on": day - timedelta(days=100)})  # fmt: skip
    rows.upsert_rows(SYSTEM, systems.DEVICE, [{**one, "enterprise": plant.pk} for one in given])
    if is_main:
        _cameras(plant)
    for place, system in enumerate(("gas", "shut_off", "video", "lightning")):
        works = is_main or (plant.pk.int + place) % 5 != 0
        systems.system_state(
            SYSTEM, plant.pk, system, present=works, working=works, in_service=works,
            why_not="" if works else "设备采购中",
            put_right_by=None if works else day + timedelta(days=45),
        )  # fmt: skip


# Which camera saw what, so many hours ago; 0.0 is the certainty that the platform gave.
_SEEN = (
    (0, "motion", 0.6, 0.71, "围堰外侧有移动目标"), (1, "motion", 2.1, 0.64, ""),
    (2, "no_helmet", 3.4, 0.88, "泵房门口一人未戴安全帽"),
    (3, "left_post", 5.2, 0.93, "装卸台无人值守超过5分钟"),
    (4, "phone", 7.9, 0.77, "中控室操作台前接打电话"),
    (0, "smoke", 11.5, 0.58, "疑似水汽，已现场确认"),
    (5, "intrusion", 14.3, 0.82, "未登记车辆进入"), (1, "motion", 20.8, 0.69, ""),
    (3, "no_workwear", 26.0, 0.81, ""), (2, "covered", 31.7, None, "镜头被塑料布遮挡"),
)  # fmt: skip


def _cameras(plant: Enterprise) -> None:
    """Say how the invented cameras answered, and what their platform saw in the last two days."""
    moment = now()
    cameras = SafetyDevice.objects.unscoped(WHY).filter(enterprise=plant.pk, kind="camera")
    rows = list(cameras.order_by("tag"))
    probes.take(
        [
            Outcome(row.pk, row.address, Why.SILENT if n == 2 else Why.OK)
            for n, row in enumerate(rows)
        ],
        moment,
    )
    rounds = 288
    CameraDay.objects.unscoped(WHY).bulk_create(
        CameraDay(
            enterprise_id=plant.pk, scope_path=plant.enterprise.path,
            day=today() - timedelta(days=back), cameras=len(rows), asked=rounds * len(rows),
            # One camera is away for some hours of the day.
            online=rounds * len(rows) - 17 * (back * 5 % 8),
        )
        for back in range(1, 15)
    )  # fmt: skip
    source = source_create(
        SYSTEM, {"enterprise": plant.pk, "name": "智能视频分析平台", "kind": "video",
                 "settings": {"platform": "演示"}},
    )  # fmt: skip
    video.take(
        source,
        [
            {"id": f"demo-{n}", "camera": rows[camera].tag, "kind": kind, "text": text,
             "at": moment - timedelta(hours=hours), "confidence": confidence}
            for n, (camera, kind, hours, confidence, text) in enumerate(_SEEN)
        ],
    )  # fmt: skip


def _equip(plant: Enterprise) -> None:
    """Enter the tanks and pumps of the points that the plant's plan does not have."""
    known = set(
        Equipment.objects.unscoped(WHY).filter(enterprise=plant.pk).values_list("code", flat=True)
    )
    farms = Facility.objects.unscoped(WHY).filter(enterprise=plant.pk, kind="tank_farm")
    farm = farms.order_by("code").first()
    given: list[dict[str, Any]] = [
        {"code": f"T-{101 + n}", "name": f"{medium}储罐", "category": "tank", "medium": medium}
        for n, medium in enumerate(MEDIA)
    ] + [
        {"code": f"P-{101 + n}A", "name": "罐区输送泵", "category": "pump"} for n in range(N_PUMPS)
    ]
    equipment_upsert_many(
        SYSTEM,
        [
            {**one, "enterprise": plant.pk, "facility": farm.pk if farm else None}
            for one in given
            if one["code"] not in known
        ],
    )


def _set_up(
    plant: Enterprise, tags: list[Tag], points: dict[str, Point], classes: dict[str, AlarmClass]
) -> None:
    """Set the alarms up; those with a whole record are approved, the rest wait for judgement."""
    settings.settings_create(
        SYSTEM,
        [
            settings.Given(
                points[one.values["tag"]],
                alarm.kind,
                {
                    "limit": alarm.limit,
                    "priority": alarm.priority,
                    "alarm_class_id": classes[alarm.of_class].pk,
                    **alarm.more,
                },
            )
            for one in tags
            for alarm in one.alarms
        ],
    )
    approver = User.objects.filter(username="technical").first()
    judged = AlarmRule.objects.unscoped(WHY).filter(enterprise=plant.pk).exclude(consequence="")
    judged.update(approved_at=now(), approved_by=approver)


def _other_sources(plant: Enterprise) -> None:
    for values in (
        {"name": "气体报警控制器", "kind": "modbus",
         "settings": {"host": "10.20.30.41", "port": 502, "unit_id": 1, "poll_s": 1,
                      "registers": [f"GDS-{n:03d};holding;{n - 1};uint16;0.1"
                                    for n in range(1, 9)]}},
        {"name": "DCS OPC UA 服务器", "kind": "opc_ua",
         "settings": {"endpoint": "opc.tcp://10.20.30.10:4840", "security": "sign_encrypt",
                      "policy": "Basic256Sha256", "interval_ms": 1000}},
        {"name": "机泵状态监测网关", "kind": "mqtt",
         "settings": {"topic": "spBv1.0/hengze/#", "payload": "sparkplug_b"}},
    ):  # fmt: skip
        source_create(SYSTEM, {"enterprise": plant.pk, **values})
