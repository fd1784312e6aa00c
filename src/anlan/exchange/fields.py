"""The fields of the interface as facts: names, codes, what must be filled."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from anlan.facts.loader import load_packaged

OBJECT = "risk_analysis_object"
UNIT = "sec_security_risk_unit"
EVENT = "sec_security_risk_events"
MEASURE = "sec_security_risk_control_measures"
SHUTDOWN = "sec_deactivated_maintenance_record"
TASK = "sec_hidden_check_mission"
RECORD = "sec_hidden_check_record"
FINDING = "sec_hidden_danger_info"
PROMISE = "sec_production_promise"
SCORE = "operating_effect_score"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `required` is always, no, variant, or a condition such as `dangerState=9`."""

    name: str
    also: str
    type: str
    codes: frozenset[str]
    required: str
    max_length: int | None
    meaning: str

    def is_required(self, values: Mapping[str, object]) -> bool:
        """Tell whether it must be filled in this row."""
        if "!=" in self.required:
            name, _sign, wanted = self.required.partition("!=")
            return str(values.get(name, "")) != wanted
        if "=" in self.required:
            name, _sign, wanted = self.required.partition("=")
            return str(values.get(name, "")) == wanted
        return self.required == "always"


@cache
def not_carried() -> dict[tuple[str, str], str]:
    """Return why a field is not sent, by table and field; field `*` stands for a whole table."""
    rows = load_packaged("exchange/not_carried.csv")
    return {(row["table"], row["field"]): row["reason_en"] for row in rows}


@cache
def fields_of(table: str) -> tuple[Field, ...]:
    """Return the fields of a table in the order of the interface."""
    return tuple(
        Field(
            row["field"],
            row["also"],
            row["type"],
            frozenset(row.parts("codes")),
            row["required"],
            int(row["max_length"]) if row["max_length"] else None,
            row["meaning"],
        )
        for row in load_packaged("exchange/fields.csv")
        if row["table"] == table
    )


@cache
def variants_of(table: str) -> frozenset[str]:
    """Return the fields of a table that only the provincial variant knows."""
    return frozenset(one.name for one in fields_of(table) if one.required == "variant")


@cache
def days_of(table: str) -> frozenset[str]:
    """Return the fields of a table that hold a day without a time."""
    return frozenset(one.name for one in fields_of(table) if one.type == "date")


@cache
def chinese_names() -> dict[str, str]:
    """Return what each field is called in Chinese, in Anlan's words."""
    return {row["field"]: row["name_zh"] for row in load_packaged("exchange/names.csv")}
