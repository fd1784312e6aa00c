"""The administrative areas of China as nodes of the tree."""

from django.db import transaction

from anlan.base.actors import events
from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import OrganisationKind
from anlan.base.actors.scope import ROOT_PATH
from anlan.base.actors.services.organisations import lock_tree
from anlan.base.audit.services import record
from anlan.base.search_key import search_key
from anlan.facts import areas

ROOT_CODE = "100000"
ROOT_NAME = "全国"


@transaction.atomic
def areas_load() -> int:
    """Write the country, provinces, cities and counties that are missing; return how many.

    Codes that are there stay as they are, renamed or closed: an installation may be ahead of
    the list. Safe to repeat; costs one query when nothing is missing.
    """
    known = {
        code: (pk, path)
        for code, pk, path in Organisation.objects.filter(kind=OrganisationKind.AREA).values_list(
            "code", "pk", "path"
        )
    }
    missing = [area for area in areas.all_areas() if area.code not in known]
    if not missing and ROOT_CODE in known:
        return 0
    lock_tree()
    nodes: list[Organisation] = []

    def add(code: str, name: str, path: str, parent: str | None) -> None:
        node = Organisation(
            kind=OrganisationKind.AREA,
            code=code,
            name=name,
            path=path,
            parent_id=known[parent][0] if parent else None,
            search_key=search_key(name, code),
        )
        known[code] = (node.pk, path)
        nodes.append(node)

    if ROOT_CODE not in known:
        add(ROOT_CODE, ROOT_NAME, ROOT_PATH, None)
    for area in missing:
        parent = area.parent or ROOT_CODE
        add(area.code, area.name, f"{known[parent][1]}{area.code}/", parent)
    Organisation.objects.bulk_create(nodes, batch_size=1000)
    record(SYSTEM, events.AREAS_LOADED, None, after={"areas": len(nodes)})
    return len(nodes)
