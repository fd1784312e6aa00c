"""The points of the simulated plant, with their alarms: what a register of tags would hold."""

from dataclasses import dataclass

from anlan.engines.alarms.rules import Kind, Rule, Side

N_TANKS, N_DETECTORS, N_PUMPS = 12, 60, 20
PER_TANK = N_DETECTORS // N_TANKS
HEIGHT, AREA = 15.0, 300.0
STOPPED, RUNNING, TRIPPED = 0.0, 1.0, 2.0


@dataclass(frozen=True, slots=True)
class Limit:
    """One alarm of a point; the words are those of `engines.alarms.rules.Rule`.

    `priority` is 1 critical, 2 high, 3 medium, 4 low. `cause`, `consequence` and `action` are
    what the operator is told.
    """

    kind: Kind
    limit: float = 0.0
    priority: int = 3
    deadband: float = 0.0
    on_delay: float = 0.0
    off_delay: float = 0.0
    safety_related: bool = False
    suppressed_when: str = ""
    cause: str = ""
    consequence: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class PointSpec:
    """One point: `kind` as the register names kinds; `x`, `y` in metres from the south-west."""

    tag: str
    name: str
    kind: str
    unit: str
    low: float
    high: float
    decimals: int
    x: float
    y: float
    equipment: str
    limits: tuple[Limit, ...] = ()

    def rules(self) -> list[Rule]:
        """Return the alarms for the core, keyed by tag and kind."""
        return [
            Rule.of(
                f"{self.tag} {one.kind}",
                self.tag,
                one.kind,
                one.limit,
                deadband=one.deadband,
                on_delay=one.on_delay,
                off_delay=one.off_delay,
                suppressed_when=one.suppressed_when,
                **({"side": Side.BOTH} if one.kind is Kind.RATE else {}),
            )
            for one in self.limits
        ]


_STALE = Limit(Kind.STALE, 60.0, 4, cause="通信中断", action="检查变送器与通信")
_BAD = Limit(Kind.BAD, 0.0, 4, on_delay=10.0, cause="仪表故障", action="通知仪表检修")
_TANK = (
    Limit(
        Kind.HH, 13.5, 1, 0.05, off_delay=10.0, safety_related=True,
        cause="进料未停", consequence="溢罐", action="关闭进料阀，停泵",
    ),
    Limit(Kind.H, 12.5, 2, 0.05, 5.0, 30.0, cause="进料接近上限", action="准备倒罐"),
    Limit(Kind.L, 1.5, 3, 0.05, 15.0, 60.0, cause="出料接近下限", action="准备停泵"),
    Limit(Kind.LL, 1.0, 2, 0.05, 5.0, 30.0, cause="出料未停", consequence="抽空", action="停泵"),
    Limit(Kind.RATE, 0.5, 2, 0.1, cause="泄漏或误操作", action="核对收付料"),
    _STALE,
    _BAD,
)  # fmt: skip
_FLAMMABLE = (
    Limit(
        Kind.HH, 50.0, 1, 2.0, off_delay=10.0, safety_related=True,
        cause="可燃气体泄漏", consequence="闪爆", action="撤离，切断，喷淋",
    ),
    Limit(
        Kind.H, 25.0, 1, 2.0, off_delay=10.0, safety_related=True,
        cause="可燃气体泄漏", consequence="闪爆", action="现场确认，禁止动火",
    ),
    Limit(Kind.FROZEN, 600.0, 4, cause="探测器失效", action="标定探测器"),
    _STALE,
    _BAD,
)  # fmt: skip
_TOXIC = (
    Limit(
        Kind.HH, 20.0, 1, 1.0, off_delay=10.0, safety_related=True,
        cause="有毒气体泄漏", consequence="人员中毒", action="佩戴空呼撤离",
    ),
    Limit(
        Kind.H, 10.0, 1, 1.0, off_delay=10.0, safety_related=True,
        cause="有毒气体泄漏", consequence="人员中毒", action="现场确认",
    ),
    Limit(Kind.FROZEN, 600.0, 4, cause="探测器失效", action="标定探测器"),
    _STALE,
    _BAD,
)  # fmt: skip


def points() -> list[PointSpec]:
    """Return all points, in the order in which `Plant.step` gives their values."""
    return [*_tanks(), *_detectors(), *_pumps()]


def tank_place(number: int) -> tuple[float, float]:
    """Return where tank `number` (from 0) stands: four in a row, three rows, 60 m apart."""
    return 60.0 + 60.0 * (number % 4), 60.0 + 60.0 * (number // 4)


def detector_place(number: int) -> tuple[float, float]:
    """Return where a detector stands: five around each tank, the last by its valves."""
    x, y = tank_place(number // PER_TANK)
    dx, dy = ((14, 0), (0, 14), (-14, 0), (0, -14), (9, -12))[number % PER_TANK]
    return x + dx, y + dy


def _tanks() -> list[PointSpec]:
    found = []
    for n in range(N_TANKS):
        (x, y), no = tank_place(n), f"1{n + 1:02d}"
        tank = f"V-{no}"
        cold = (Limit(Kind.H, 38.0, 3, 0.5, 15.0, 60.0, cause="外部受热", action="开启喷淋"), _BAD)
        tight = (
            Limit(Kind.H, 1.9, 2, 0.1, 5.0, 30.0, cause="呼吸阀堵塞", action="检查呼吸阀"),
            Limit(Kind.L, -0.4, 2, 0.1, 5.0, 30.0, cause="罐体泄漏或抽空", action="核对收付料"),
            _BAD,
        )
        found += [
            PointSpec(f"LI-{no}", f"{tank}液位", "level", "m", 0, HEIGHT, 3, x, y, tank, _TANK),
            PointSpec(
                f"TI-{no}", f"{tank}温度", "temperature", "Cel", -20, 80, 1, x, y, tank, cold
            ),
            PointSpec(f"PI-{no}", f"{tank}压力", "pressure", "kPa", -2, 5, 2, x, y, tank, tight),
            PointSpec(f"FI-{no}", f"{tank}进出料流量", "flow", "m3/h", -2000, 2000, 0, x, y, tank),
            PointSpec(f"XV-{no}", f"{tank}紧急切断阀", "valve_state", "", 0, 1, 0, x, y, tank),
        ]
    return found


def _detectors() -> list[PointSpec]:
    found = []
    for n in range(N_DETECTORS):
        x, y = detector_place(n)
        tank = f"V-1{n // PER_TANK + 1:02d}"
        no = f"{n + 1:03d}"
        if n % PER_TANK == PER_TANK - 1:
            name = f"{tank}旁硫化氢"
            found.append(
                PointSpec(f"AT-{no}", name, "gas_toxic", "mg/m3", 0, 100, 1, x, y, tank, _TOXIC)
            )
        else:
            name = f"{tank}旁可燃气体"
            found.append(
                PointSpec(
                    f"AF-{no}", name, "gas_flammable", "%LEL", 0, 100, 1, x, y, tank, _FLAMMABLE
                )
            )
    return found


def _pumps() -> list[PointSpec]:
    found = []
    for n in range(N_PUMPS):
        no, x, y = f"2{n + 1:02d}", 40.0 + 12.0 * n, 20.0
        pump = f"P-{no}"
        trip = Limit(Kind.STATE, TRIPPED, 2, cause="过载或失电", action="确认备用泵，查明原因")
        low = Limit(
            Kind.L, 0.3, 2, 0.02, 5.0, 15.0,
            suppressed_when=f"{{YI-{no}}} == 0", cause="泵跳停或抽空", action="启动备用泵",
        )  # fmt: skip
        shakes = (
            Limit(Kind.HH, 7.1, 2, 0.3, 5.0, 30.0, cause="轴承损坏", action="停泵"),
            Limit(Kind.H, 4.5, 3, 0.3, 15.0, 60.0, cause="不对中或气蚀", action="巡检"),
            _BAD,
        )
        hot = (
            Limit(Kind.HH, 85.0, 2, 1.0, 5.0, 60.0, cause="润滑失效", action="停泵"),
            Limit(Kind.H, 75.0, 3, 1.0, 15.0, 60.0, cause="润滑不良", action="补油"),
            _BAD,
        )
        found += [
            PointSpec(
                f"YI-{no}", f"{pump}运行状态", "running_state", "", 0, 2, 0, x, y, pump, (trip,)
            ),
            PointSpec(f"VI-{no}", f"{pump}振动", "other", "mm/s", 0, 20, 2, x, y, pump, shakes),
            PointSpec(
                f"TI-{no}", f"{pump}轴承温度", "temperature", "Cel", 0, 150, 1, x, y, pump, hot
            ),
            PointSpec(
                f"PI-{no}", f"{pump}出口压力", "pressure", "MPa", 0, 2, 3, x, y, pump, (low, _BAD)
            ),
        ]
    return found
