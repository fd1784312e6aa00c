"""One page a role in docs/roles, and in Chinese in docs/zh/roles, from the code that decides."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools import role_words_zh

# What the person does, in one sentence; the rest of the page is read from the code.
DOES = {
    "system_admin": "Keeps the installation: areas, parks, groups, accounts, every role.",
    "bureau_leader": "Leads an emergency management bureau and appoints its staff.",
    "bureau_inspector": "Inspects the enterprises of an area and follows up what was found.",
    "bureau_data_officer": "Keeps the register of an area: enterprises, parks, groups, people.",
    "park_officer": "Is on duty for a chemical park and watches its enterprises.",
    "group_hse": "Looks after safety in all plants of a group company.",
    "principal_responsible_person": "Answers for the safety of an enterprise.",
    "technical_responsible_person": "Answers for the technical side of an installation.",
    "operational_responsible_person": "Answers for the daily running of an installation.",
    "safety_manager": "Runs safety in an enterprise: its file, its people, its deadlines.",
    "workshop_head": "Leads a workshop and its teams.",
    "team_leader": "Leads a shift or team.",
    "operator": "Works at the plant and reports what is wrong.",
    "equipment_engineer": "Keeps the equipment, its inspections and its data.",
    "control_room_operator": "Watches the process and answers alarms.",
    "contractor": "Works in an enterprise for somebody else.",
    "expert": "Is called in to judge; looks, does not change.",
    "auditor": "Reads everything in a place, changes nothing.",
}

# What the person does with monitoring, alarms and early warnings; who may is read from the code.
WATCHES = {
    "system_admin": "Sees what stands in the place and names nothing in it; keeps the"
    " installation that judges it: settings, health, backup. Alarms and warnings are answered by"
    " others.",
    "bureau_leader": "Is told of warnings: in a county from yellow on, in a city from orange on,"
    " in a province of red ones. Sees index, factors and course of each, asks the enterprise for"
    " feedback, keeps the weather signals of the area, reads the daily patrol with its ranking,"
    " the live overview and trends.",
    "bureau_inspector": "Is told of warnings: in a county from yellow on, in a city from orange"
    " on, in a province of red ones. Looks at the live overview, asks for feedback and follows"
    " it, reads the daily patrol: points and cameras on line, commitments, under-reporting. Keeps"
    " the weather signals of the area.",
    "bureau_data_officer": "Looks only: live overview, alarms, warnings and patrol of the area.",
    "park_officer": "Is told of warnings in the park from yellow on. Watches all plants of the"
    " park on the live overview, asks for feedback, keeps the park's weather signals, reads the"
    " daily patrol.",
    "group_hse": "Looks only: how the group's plants stand, their alarms, load figures, trends"
    " and warnings.",
    "principal_responsible_person": "Approves changes of alarm settings and puts them into"
    " effect, approves the plant's own figures of the warning index. Is told of every warning,"
    " acknowledges, reports and clears it; states which safety systems are present, working and"
    " in service. Acknowledges no alarms.",
    "technical_responsible_person": "Answers for the settings: points, data sources and their"
    " keys, groups of tags, alarm settings. Approves changes that others asked for, never those"
    " of the own hand; proposes or approves figures of the warning index. May do all an"
    " engineer does with an alarm, and shelve. Is told of every warning, acknowledges, reports"
    " and clears it.",
    "operational_responsible_person": "Acknowledges and shelves alarms, asks for changes of"
    " settings, names floods. Is told of every warning, acknowledges, reports and clears it;"
    " keeps the statement on safety systems and their tests.",
    "safety_manager": "Enters points, sources and groups, asks for changes of settings and puts"
    " approved ones into effect. Acknowledges alarms and takes them out of service under a"
    " permit. Proposes figures of the warning index. Is told of every warning,"
    " acknowledges, reports and clears it; keeps the statement on safety systems.",
    "workshop_head": "Acknowledges and shelves alarms of the plant, names floods, asks for"
    " changes of settings, writes down tests of devices. Acknowledges and reports warnings.",
    "team_leader": "Watches the alarm list of the shift: acknowledges, shelves, confirms a"
    " colleague's shelf of a highly managed alarm, names floods. Acknowledges warnings. Is told"
    " of video events such as smoke or an empty post.",
    "operator": "Acknowledges alarms and notes what was done; sees values, trends and warnings.",
    "equipment_engineer": "Enters points and data sources and issues their keys, keeps groups of"
    " tags and the register of safety devices, has their tests as duties. Asks for changes of"
    " settings and puts approved ones into effect; takes alarms out of service under a permit and"
    " returns them with a test.",
    "control_room_operator": "Lives in the alarm list: sound and flash, acknowledging, shelving,"
    " cause and what was done, finding out of an alarm. Confirms a colleague's shelf, names"
    " floods, asks for changes of settings. Is told of every warning, acknowledges and reports"
    " it; keeps the enterprise's weather signals. Is told of video events such as smoke or an"
    " empty post.",
    "contractor": "Takes no part.",
    "expert": "Looks only: live overview, alarms, load, trends, warnings with their factors.",
    "auditor": "Looks only, the journal of alarms and the history of each setting included.",
}


@dataclass(frozen=True)
class Words:
    """What the pages say in one language, around what is read from the code."""

    folder: str
    does: Mapping[str, str]
    watches: Mapping[str, str]
    roles: str
    made_of_code: str
    index_head: str
    made: str
    held_at: str
    sees: str
    may_grant: str
    no_role: str
    may_do: str
    may_head: str
    looks: str
    in_monitoring: str
    anywhere: str
    sees_own_node: str
    sees_of: Mapping[str, str]
    comma: str
    semicolon: str


WORDS = {
    "en": Words(
        folder="roles",
        does=DOES,
        watches=WATCHES,
        roles="Roles",
        made_of_code="Made by `make docs` from the code that decides who may do what.",
        index_head="| role | held at | does |\n|---|---|---|",
        made=" Made by `make docs`.",
        held_at="**Held at:** {}.",
        sees="**Sees:** {}.",
        may_grant="**May grant:** {}.",
        no_role="no role",
        may_do="May do, inside the own place",
        may_head="| part | permissions |\n|---|---|",
        looks="Looks only.",
        in_monitoring="In monitoring and warnings",
        anywhere="any organisation",
        sees_own_node="only the own contractor's node and what lies there,"
        " nothing else of the enterprise but number, title and state of the findings they reported",
        sees_of={
            "area": "all enterprises of the area",
            "park": "the enterprises of the park, wherever they lie",
            "group": "the group's plants, wherever they lie",
            "enterprise": "the whole own enterprise",
        },
        comma=", ",
        semicolon="; ",
    ),
    "zh-hans": Words(
        folder="zh/roles",
        does=role_words_zh.DOES,
        watches=role_words_zh.WATCHES,
        roles="角色",
        made_of_code="由 `make docs` 根据决定权限的代码生成。",
        index_head="| 角色 | 授予层级 | 职责 |\n|---|---|---|",
        made="由 `make docs` 生成。",
        held_at="**授予层级**：{}。",
        sees="**可见范围**：{}。",
        may_grant="**可授予**：{}。",
        no_role="不能授予角色",
        may_do="在所属范围内可以做什么",
        may_head="| 部分 | 权限 |\n|---|---|",
        looks="只能查看。",
        in_monitoring="在监测与预警中",
        anywhere="任何组织",
        sees_own_node="只有本承包商单位及其名下的内容，以及本人上报隐患的编号、标题和状态，看不到企业的其他内容",
        sees_of={
            "area": "本行政区域内的全部企业",
            "park": "本园区的企业，不论其所在行政区域",
            "group": "本集团的企业，不论其所在行政区域",
            "enterprise": "本企业全部",
        },
        comma="、",
        semicolon="；",
    ),
}


def pages(language: str = "en") -> dict[str, str]:
    """Return the text of each page by its file name, in a language. Needs Django set up."""
    from importlib import import_module

    from django.conf import settings
    from django.utils.translation import override

    from anlan.base.actors.roles import Role

    # A module's policy is read when its pages are; the addresses pull all of them in.
    import_module(settings.ROOT_URLCONF)
    words = WORDS[language]
    with override(language):
        made = {f"{role.value}.md": _page(role, words) for role in Role}
        made["README.md"] = _index(words)
    return made


def write(docs: Path) -> None:
    """Write every page in every language."""
    for language, words in WORDS.items():
        folder = docs / words.folder
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages(language).items():
            (folder / name).write_text(text, encoding="utf-8")


def _index(words: Words) -> str:
    from anlan.base.actors.roles import Role

    rows = "\n".join(
        f"| [{r.label}]({r.value}.md) | {_where(r, words)} | {words.does[r.value]} |" for r in Role
    )
    return f"# {words.roles}\n\n{words.made_of_code}\n\n{words.index_head}\n{rows}\n"


def _page(role: "Role", words: Words) -> str:  # type: ignore[name-defined] # noqa: F821
    from anlan.base.actors import policy
    from anlan.base.actors.permissions import GRANTABLE
    from anlan.base.actors.roles import Role

    by_module: dict[str, list[str]] = defaultdict(list)
    for permission, roles in sorted(policy.granted().items()):
        if role in roles:
            by_module[permission.partition(".")[0]].append(permission)
    may = "\n".join(
        f"| {module} | {', '.join(f'`{one}`' for one in found)} |"
        for module, found in sorted(by_module.items())
    )
    granted = [str(r.label) for r in Role if r in GRANTABLE.get(role, frozenset())]
    return "\n".join(
        [
            f"# {role.label}",
            "",
            f"{words.does[role.value]}{words.made}",
            "",
            words.held_at.format(_where(role, words)),
            "",
            words.sees.format(_sees(role, words)),
            "",
            words.may_grant.format(words.comma.join(granted) or words.no_role),
            "",
            f"## {words.may_do}",
            "",
            f"{words.may_head}\n{may}" if may else words.looks,
            "",
            f"## {words.in_monitoring}",
            "",
            words.watches[role.value],
            "",
        ]
    )


def _where(role: "Role", words: Words) -> str:  # type: ignore[name-defined] # noqa: F821
    from anlan.base.actors.roles import HELD_AT, OrganisationKind

    if HELD_AT[role] == frozenset(OrganisationKind):
        return words.anywhere
    kinds = [str(k.label).lower() for k in OrganisationKind if k in HELD_AT[role]]
    return words.comma.join(kinds)


def _sees(role: "Role", words: Words) -> str:  # type: ignore[name-defined] # noqa: F821
    from anlan.base.actors.roles import HELD_AT, SEES_OWN_NODE_ONLY

    if role in SEES_OWN_NODE_ONLY:
        return words.sees_own_node
    kinds = {str(kind.value) for kind in HELD_AT[role]}
    return words.semicolon.join(text for kind, text in words.sees_of.items() if kind in kinds)
