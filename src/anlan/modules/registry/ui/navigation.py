"""What the registry puts into the shell: navigation, search, looks of states, files."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.files.kinds import takes_files
from anlan.base.ui import navigation, searching
from anlan.base.ui.marks import StateMark, register_states
from anlan.modules.registry import finding
from anlan.modules.registry.models import Enterprise
from anlan.modules.registry.ui import today
from anlan.modules.registry.ui.addresses import url_of
from anlan.modules.registry.ui.kinds import KINDS

_ENTRIES = (
    ("enterprises", _("Enterprises"), "building-factory-2", ("/registry/sites/",)),
    ("map", _("Map"), "map", ()),
    ("units", _("Major hazard installations"), "alert-octagon", ("/grading/",)),
    ("facilities", _("Facilities"), "building-warehouse", ()),
    ("equipment", _("Equipment"), "engine", ()),
    ("chemicals", _("Chemicals"), "flask", ("/registry/inventories/",)),
    ("licences", _("Licences"), "certificate", ()),
    ("people", _("People"), "users", ("/registry/qualifications/",)),
)


def install() -> None:
    """Register everything; called once when the app starts."""
    for order, (key, label, icon, prefixes) in enumerate(_ENTRIES):
        navigation.register(
            navigation.NavItem(
                f"registry.{key}",
                label,
                icon,
                f"registry:{key}",
                "basis",
                order=10 + 10 * order,
                prefixes=prefixes,
            )
        )
    register_states(
        {
            "mhi": StateMark("alert-octagon", _("MHI"), "work"),
            "below_threshold": StateMark("circle-check", _("Below the threshold"), "outline"),
        }
    )
    for source in finding.SOURCES:
        searching.register(
            searching.SearchSource(
                f"registry.{source.key}",
                source.label,
                source.icon,
                _find(source),
                order=source.order,
            )
        )
    today.install()
    takes_files(Enterprise, permission="registry.enterprise.edit")
    for kind in KINDS.values():
        takes_files(kind.model, permission=kind.permission)


def _find(source: finding.Source) -> Any:
    def find(viewer: Any, text: str, limit: int) -> Sequence[searching.Hit]:
        actor: Actor = viewer
        return [
            searching.Hit(
                title=source.title(row),
                url=url_of(row),
                subtitle=source.subtitle(row),
                risk=getattr(row, source.level, None) or 0 if source.level else 0,
                kind="installation",
            )
            for row in source.find(actor, text)[:limit]
        ]

    return find
