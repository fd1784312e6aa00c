"""The demonstration's accounts: one for every role, at a place where it has something to do."""

from dataclasses import dataclass

from anlan.base.actors.roles import Role

PASSWORD = "anlan-demo-2026"  # noqa: S105 - printed in the README, for demonstrations alone


@dataclass(frozen=True, slots=True)
class Account:
    """`place` names a node of the demonstration: province, city, county, park, group, plant, …"""

    username: str
    name: str
    role: Role
    place: str


ACCOUNTS = (
    Account("admin", "系统管理员", Role.SYSTEM_ADMIN, "province"),
    Account("leader", "顾景和", Role.BUREAU_LEADER, "city"),
    Account("inspector", "沈知远", Role.BUREAU_INSPECTOR, "county"),
    Account("data", "陆文清", Role.BUREAU_DATA_OFFICER, "city"),
    Account("park", "梁书海", Role.PARK_OFFICER, "park"),
    Account("group", "钟启明", Role.GROUP_HSE, "group"),
    Account("principal", "周立恒", Role.PRINCIPAL, "plant"),
    Account("technical", "岳松涛", Role.TECHNICAL, "plant"),
    Account("operational", "段立成", Role.OPERATIONAL, "plant"),
    Account("safety", "周砚秋", Role.SAFETY_MANAGER, "plant"),
    Account("workshop", "顾南乔", Role.WORKSHOP_HEAD, "workshop"),
    Account("team", "孟凡舟", Role.TEAM_LEADER, "team"),
    Account("operator", "王启航", Role.OPERATOR, "team"),
    Account("equipment", "罗启明", Role.EQUIPMENT_ENGINEER, "plant"),
    Account("control", "陶雨晴", Role.CONTROL_ROOM, "plant"),
    Account("contractor", "蒋书航", Role.CONTRACTOR, "contractor"),
    Account("expert", "贺一鸣", Role.EXPERT, "city"),
    Account("auditor", "程若安", Role.AUDITOR, "city"),
)
