"""Values that pass every check, for tests to spoil one at a time."""

from typing import Any

from anlan.modules.registry.rules import credit_code_digit


def credit_code(number: int) -> str:
    """Return a valid credit code of the made-up province 99."""
    first = f"91990100MA{number:07d}"
    return first + credit_code_digit(first)


def enterprise(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return an enterprise in county_a of the test world."""
    return {
        "unified_social_credit_code": credit_code(number),
        "company_code": f"A{number:08d}",
        "name": f"澜州恒泽化工{number}有限公司",
        "short_name": f"恒泽{number}",
        "kind": "production",
        "area_code": "990102",
        "longitude": "113.5",
        "latitude": "23.1",
    } | changes


def site(**changes: Any) -> dict[str, Any]:
    return {"code": "S1", "name": "主厂区", "off_site_population": 40} | changes


def unit(**changes: Any) -> dict[str, Any]:
    return {"code": "U1", "name": "苯类罐区", "kind": "storage"} | changes


def facility(**changes: Any) -> dict[str, Any]:
    return {"code": "F1", "name": "苯类罐区", "kind": "tank_farm"} | changes


def equipment(**changes: Any) -> dict[str, Any]:
    return {"code": "T-101A", "name": "苯储罐", "category": "tank"} | changes


def chemical(**changes: Any) -> dict[str, Any]:
    return {"name": "苯", "cas": "71-43-2", "use": "raw", "density_t_m3": "0.879"} | changes


def licence(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "production",
        "number": "（粤）WH安许证字〔2024〕0001",
        "issued_on": "2024-01-01",
        "valid_from": "2024-01-01",
        "valid_until": "2026-12-31",
    } | changes


def person(**changes: Any) -> dict[str, Any]:
    return {"number": "P001", "name": "郭承安"} | changes
