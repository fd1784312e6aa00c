"""One page a role in docs/roles: what it sees and may do, from the code that decides it."""

from collections import defaultdict
from pathlib import Path

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


def pages() -> dict[str, str]:
    """Return the text of each page by its file name. Needs Django set up."""
    from importlib import import_module

    from django.conf import settings
    from django.utils.translation import override

    from anlan.base.actors.roles import Role

    # A module's policy is read when its pages are; the addresses pull all of them in.
    import_module(settings.ROOT_URLCONF)
    with override("en"):
        made = {f"{role.value}.md": _page(role) for role in Role}
        made["README.md"] = _index()
    return made


def write(docs: Path) -> None:
    """Write every page."""
    folder = docs / "roles"
    folder.mkdir(exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def _index() -> str:
    from anlan.base.actors.roles import Role

    rows = "\n".join(f"| [{r.label}]({r.value}.md) | {_where(r)} | {DOES[r.value]} |" for r in Role)
    return (
        "# Roles\n\nMade by `make docs` from the code that decides who may do what.\n\n"
        f"| role | held at | does |\n|---|---|---|\n{rows}\n"
    )


def _page(role: "Role") -> str:  # type: ignore[name-defined] # noqa: F821
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
    granted = [r.label for r in Role if r in GRANTABLE.get(role, frozenset())]
    return "\n".join(
        [
            f"# {role.label}",
            "",
            f"{DOES[role.value]} Made by `make docs`.",
            "",
            f"**Held at:** {_where(role)}.",
            "",
            f"**Sees:** {_sees(role)}",
            "",
            "**May grant:** " + (", ".join(map(str, granted)) or "no role") + ".",
            "",
            "## May do, inside the own place",
            "",
            f"| part | permissions |\n|---|---|\n{may}" if may else "Looks only.",
            "",
        ]
    )


def _where(role: "Role") -> str:  # type: ignore[name-defined] # noqa: F821
    from anlan.base.actors.roles import HELD_AT, OrganisationKind

    if HELD_AT[role] == frozenset(OrganisationKind):
        return "any organisation"
    return ", ".join(str(k.label).lower() for k in OrganisationKind if k in HELD_AT[role])


def _sees(role: "Role") -> str:  # type: ignore[name-defined] # noqa: F821
    from anlan.base.actors.roles import HELD_AT, SEES_OWN_NODE_ONLY, OrganisationKind

    kinds = HELD_AT[role]
    if role in SEES_OWN_NODE_ONLY:
        return "only the own contractor's node and what lies there, nothing else of the enterprise."
    parts = []
    if OrganisationKind.AREA in kinds:
        parts.append("all enterprises of the area")
    if OrganisationKind.PARK in kinds:
        parts.append("the enterprises of the park, wherever they lie")
    if OrganisationKind.GROUP in kinds:
        parts.append("the group's plants, wherever they lie")
    if OrganisationKind.ENTERPRISE in kinds:
        parts.append("the whole own enterprise")
    return "; ".join(parts) + "."
