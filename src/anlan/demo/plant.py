"""One demonstration enterprise: its site, units, equipment, chemicals, papers and people."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from anlan.demo import names
from anlan.demo.plan import FLAGSHIP, AreaPlan, EnterprisePlan, Size, UnitPlan, chemicals

GROUPS = ("瀚海化工集团", "东岳能源集团")
PARK_KINDS = {"aromatics", "chlor", "ammonia", "polymer", "fluor", "pharma", "coating", "oil_depot"}


def build_enterprise(
    random: Random,
    number: int,
    kind: dict[str, Any],
    places: list[AreaPlan],
    size: Size,
    *,
    on: date,
    n_more_units: int,
) -> EnterprisePlan:
    """Return the plan of enterprise `number` of archetype `kind` as it stands on the day `on`."""
    county, park = _place(random, number, kind, places)
    city = next(area for area in places if area.code == county.code[:4] + "00")
    spot = park or county
    reach = 0.03 if park else 0.09
    longitude = Decimal(f"{spot.centre[0] + random.uniform(-reach, reach):.6f}")
    latitude = Decimal(f"{spot.centre[1] + random.uniform(-reach, reach) * 0.7:.6f}")
    name = _name(number, kind, city, county)
    people = list(_people(random, kind, number))
    street = random.choice(names.STREETS)
    address = f"{city.name}{county.name}{street}{random.randrange(1, 300)}号"
    units = [
        _unit(random, index, kind["units"][index % len(kind["units"])], on, longitude, latitude)
        for index in range(len(kind["units"]) + n_more_units)
    ]
    used = {item["chemical"] for unit in units for item in unit.inventories}
    values = {
        "company_code": f"99{number:07d}",
        "unified_social_credit_code": names.credit_code(county.code, number + 1),
        "name": name,
        "short_name": name.removesuffix("有限公司").removesuffix("有限责任公司"),
        "kind": kind["kind"],
        "state": _state(number),
        "industry": kind["industry"],
        "area_code": county.code,
        "address": address,
        "registered_address": address,
        "legal_representative": people[0]["name"],
        "principal": people[0]["name"],
        "principal_phone": people[0]["phone"],
        "safety_manager": people[1]["name"],
        "safety_manager_phone": people[1]["phone"],
        "duty_phone": f"0990-{random.randrange(6_000_000, 7_000_000)}",
        "n_employees": random.randint(*kind["staff"]),
        "n_safety_staff": max(1, kind["staff"][0] // 50),
        "founded_on": on - timedelta(days=random.randrange(1500, 9000)),
        "business_scope": _scope_text(kind, used),
        "key_processes": list(kind["processes"]),
        "standardisation": random.choice(["二级", "三级", "三级", ""]),
        "longitude": longitude,
        "latitude": latitude,
        "is_demo": True,
    }
    site = {
        "code": "S1",
        "name": "主厂区",
        "address": address,
        "area_m2": Decimal(random.randrange(3_000, 220_000)),
        "off_site_population": random.choice([0, 0, 12, 24, 24, 36, 55, 120]),
        "population_basis": "演示数据：按厂区边界外 500 m 常住人口调查",
        "population_counted_on": on - timedelta(days=random.randrange(30, 400)),
        "longitude": longitude,
        "latitude": latitude,
    }
    if name == FLAGSHIP:
        site["off_site_population"] = 24
    wanted = max(0, size.n_equipment - sum(len(unit.equipment) for unit in units))
    return EnterprisePlan(
        number=number,
        county=county.code,
        park=park.code if park else "",
        group=GROUPS[number % 7] if number % 7 < len(GROUPS) and kind["units"] else "",
        values=values,
        site=site,
        units=units,
        chemicals=[_chemical(random, item, kind) for item in sorted(used)],
        equipment=list(_common_equipment(random, wanted if size.n_enterprises > 60 else 4, on)),
        licences=list(_licences(random, kind, number, county, on)),
        people=people,
    )


def _place(
    random: Random, number: int, kind: dict[str, Any], places: list[AreaPlan]
) -> tuple[AreaPlan, AreaPlan | None]:
    counties = [area for area in places if not area.is_park and area.code[4:] != "00"]
    parks = [area for area in places if area.is_park]
    if number == 0 or (kind["key"] in PARK_KINDS and random.random() < 0.75):
        park = parks[0] if number == 0 else random.choice(parks)
        return next(area for area in counties if area.code == park.parent), park
    return random.choice(counties), None


def _name(number: int, kind: dict[str, Any], city: AreaPlan, county: AreaPlan) -> str:
    if number == 0:
        return FLAGSHIP
    # Number 0 took the first brand; the brands repeat every thousand, so the place tells apart.
    place = city.name[:-1] if number % 3 else county.name[:-1]
    suffix = kind["suffix"]
    if number >= 900:
        place = city.name[:-1] + county.name[:-1]
        return f"{place}{names.brand(number)}{suffix}{_ordinal(number)}有限公司"
    return f"{place}{names.brand(number)}{suffix}有限公司"


def _ordinal(number: int) -> str:
    digits = "零一二三四五六七八九"
    return "第" + "".join(digits[int(digit)] for digit in str(number)) + "分部"


def _state(number: int) -> str:
    if number % 29 == 17:
        return "stopped"
    if number % 41 == 11:
        return "trial"
    return "running"


def _scope_text(kind: dict[str, Any], used: set[str]) -> str:
    verbs = {"production": "生产、销售", "pharma": "生产、销售", "use": "使用", "storage": "储存"}
    if not used:
        return "危险化学品经营（无储存）：甲醇、乙醇、丙酮、甲苯、二甲苯。（演示）"
    return f"{verbs.get(kind['kind'], '经营（带储存）')}：{'、'.join(sorted(used))}。（演示）"


def _unit(
    random: Random, index: int, shape: dict[str, Any], on: date, lon: Decimal, lat: Decimal
) -> UnitPlan:
    suffix = "" if index < 4 else f"（{index // 4 + 1}期）"
    code = f"U{index + 1:02d}"
    place = {
        "longitude": lon + Decimal(f"{random.uniform(-0.002, 0.002):.6f}"),
        "latitude": lat + Decimal(f"{random.uniform(-0.0015, 0.0015):.6f}"),
    }
    built = on - timedelta(days=random.randrange(700, 8500))
    plan = UnitPlan(
        unit={
            "code": code,
            "name": shape["name"] + suffix,
            "kind": shape["kind"],
            "boundary": shape["boundary"],
            "commissioned_on": built,
            "assessed_on": on - timedelta(days=random.randrange(60, 1200)),
            **place,
        },
        facility={
            "code": f"F{index + 1:02d}",
            "name": shape["name"] + suffix,
            "kind": shape["facility"],
            "fire_class": random.choice(["甲类", "甲类", "乙类"]),
            "commissioned_on": built,
            **place,
        },
    )
    tags = 100 * (index + 1)
    for chemical, n_tanks, volume, fill in shape.get("tanks", ()):
        known = chemicals()[chemical]
        for _ in range(n_tanks):
            tags += 1
            plan.equipment.append(_tank(random, f"T-{tags}", chemical, volume, built, on))
            quantity = Decimal(str(volume)) * Decimal(str(fill)) * Decimal(known["density_t_m3"])
            plan.inventories.append(
                {
                    "chemical": chemical,
                    "equipment": f"T-{tags}",
                    "place": f"T-{tags}",
                    "basis": "computed",
                    "volume_m3": Decimal(str(volume)),
                    "fill_factor": Decimal(str(fill)),
                    "density_t_m3": Decimal(known["density_t_m3"]),
                    "quantity_t": quantity.quantize(Decimal("1e-10"), ROUND_HALF_UP),
                    "category": "",
                    "source": "演示数据：储罐设计数据表",
                }
            )
            plan.equipment.extend(_round_a_tank(random, tags, chemical, built, on))
    for chemical, quantity in shape.get("stock", ()):
        plan.inventories.append(
            {
                "chemical": chemical,
                "equipment": "",
                "place": "装置在线量" if shape["kind"] == "production" else "库内",
                "basis": "stated",
                "volume_m3": None,
                "fill_factor": None,
                "density_t_m3": None,
                "quantity_t": Decimal(str(quantity)),
                "category": _process_category(chemical, shape["kind"]),
                "source": "演示数据：设计文件最大量",
            }
        )
    if shape["kind"] == "production":
        plan.equipment.extend(_process_equipment(random, tags, plan, built, on))
    return plan


def _process_category(chemical: str, kind: str) -> str:
    """A flammable liquid inside a hazardous process counts as W5.2 (table 2)."""
    categories = chemicals()[chemical]["categories"]
    return "W5.2" if kind == "production" and categories == ["W5.3"] else ""


def _inspection(random: Random, built: date, on: date) -> dict[str, Any]:
    done = max(built, on - timedelta(days=random.randrange(20, 1100)))
    return {
        "inspected_on": done,
        "inspect_by": done + timedelta(days=1095 if done != built else 365),
    }


def _tank(
    random: Random, tag: str, chemical: str, volume: float, built: date, on: date
) -> dict[str, Any]:
    under_pressure = chemicals()[chemical]["physical_state"] == "气体"
    return {
        "code": tag,
        "name": f"{chemical.split('(')[0]}{'球罐' if volume >= 400 and under_pressure else '储罐'}",
        "category": "tank",
        "medium": chemical,
        "material": random.choice(["Q345R", "Q245R", "S30408"]),
        "volume_m3": Decimal(str(volume)),
        "design_pressure_mpa": Decimal("1.770") if under_pressure else Decimal("0.002"),
        "design_temperature_c": Decimal(random.choice(["50", "60", "80"])),
        "commissioned_on": built,
        "design_life_years": random.choice([15, 20, 20, 25]),
        "is_special": under_pressure,
        "registration_number": f"容演{random.randrange(10_000, 99_999)}" if under_pressure else "",
        **_inspection(random, built, on),
    }


def _round_a_tank(
    random: Random, tags: int, chemical: str, built: date, on: date
) -> Iterator[dict[str, Any]]:
    short = chemical.split("(")[0]
    yield {
        "code": f"LT-{tags}",
        "name": f"{short}液位变送器",
        "category": "instrument",
        "commissioned_on": built,
        **_inspection(random, built, on),
    }
    yield {
        "code": f"P-{tags}A",
        "name": f"{short}输送泵",
        "category": "pump",
        "medium": chemical,
        "commissioned_on": built,
        "design_life_years": 15,
    }
    if random.random() < 0.6:
        yield {
            "code": f"GT-{tags}",
            "name": f"{short}气体探测器",
            "category": "detector",
            "commissioned_on": built,
            **_inspection(random, built, on),
        }


def _process_equipment(
    random: Random, tags: int, plan: UnitPlan, built: date, on: date
) -> Iterator[dict[str, Any]]:
    unit = plan.unit["name"].split("（")[0]
    for letter, category, name in (
        ("R", "reactor", "反应器"),
        ("C", "column", "精馏塔"),
        ("E", "exchanger", "换热器"),
        ("P", "pump", "进料泵"),
        ("PSV", "relief", "安全阀"),
    ):
        yield {
            "code": f"{letter}-{tags + 1}",
            "name": f"{unit}{name}",
            "category": category,
            "material": random.choice(["S30408", "Q345R", "S31603"]),
            "design_pressure_mpa": Decimal(random.choice(["1.600", "2.500", "4.000"])),
            "commissioned_on": built,
            "design_life_years": 20,
            "is_special": category in ("reactor", "column", "exchanger"),
            **_inspection(random, built, on),
        }


COMMON = (
    ("PI", "instrument", "压力表"),
    ("TT", "instrument", "温度变送器"),
    ("HV", "valve", "手动切断阀"),
    ("XV", "valve", "紧急切断阀"),
    ("FE", "fire", "灭火器组"),
    ("PL", "piping", "工艺管道"),
    ("MCC", "electrical", "配电柜"),
)


def _common_equipment(random: Random, count: int, on: date) -> Iterator[dict[str, Any]]:
    built = on - timedelta(days=random.randrange(400, 6000))
    for index in range(count):
        letter, category, name = COMMON[index % len(COMMON)]
        yield {
            "code": f"{letter}-{9000 + index}",
            "name": name,
            "category": category,
            "commissioned_on": built,
            "design_life_years": 10,
            **(_inspection(random, built, on) if category == "instrument" else {}),
        }


def _chemical(random: Random, name: str, kind: dict[str, Any]) -> dict[str, Any]:
    use = {"production": "raw", "pharma": "auxiliary", "use": "auxiliary"}.get(
        kind["kind"], "traded"
    )
    return {
        **chemicals()[name],
        "use": use,
        "registration_number": f"9901{random.randrange(10_000, 99_999)}",
    }


def _licences(
    random: Random, kind: dict[str, Any], number: int, county: AreaPlan, on: date
) -> Iterator[dict[str, Any]]:
    main = {
        "production": ("production", "（演）WH安许证字"),
        "pharma": ("use", "（演）危化使字"),
        "use": ("other", "（演）使用备案"),
    }.get(kind["kind"], ("trade", "（演）危化经字"))
    for offset, (licence, prefix) in enumerate(
        (main, ("registration", "（演）登记"), ("emergency_plan", "（演）应急备"))
    ):
        start = on - timedelta(days=random.randrange(30, 1130))
        end = start + timedelta(days=1095)
        yield {
            "kind": licence,
            "number": f"{prefix}[{start.year}]{county.code[2:]}{number:05d}{offset}",
            "issuer": f"{county.name}应急管理局",
            "scope": "见许可范围附页（演示）",
            "with_storage": kind["kind"] in ("trade_storage", "filling_station", "storage")
            if licence == "trade"
            else None,
            "issued_on": start,
            "valid_from": start,
            "valid_until": end,
            "remind_on": end - timedelta(days=90),
        }


POSTS = (
    ("总经理办公室", "总经理"),
    ("安全管理部", "安全总监"),
    ("生产技术部", "技术负责人"),
    ("生产一车间", "车间主任"),
    ("生产一车间", "班长"),
    ("生产一车间", "操作工"),
    ("设备部", "设备工程师"),
    ("中控室", "中控操作员"),
)


def _people(random: Random, kind: dict[str, Any], number: int) -> Iterator[dict[str, Any]]:
    for index, (department, post) in enumerate(POSTS[: 8 if kind["staff"][0] > 40 else 4]):
        yield {
            "number": f"{index + 1:04d}",
            "name": "周砚秋" if number == 0 and index == 1 else names.person_name(random),
            "department": department,
            "post": post,
            "phone": names.mobile_number(random),
            "education": random.choice(["college", "bachelor", "bachelor", "vocational"]),
            "major": random.choice(["应用化学", "化学工程与工艺", "安全工程", "机电一体化"]),
            "title": random.choice(["", "", "工程师", "高级工程师", "注册安全工程师"]),
        }
