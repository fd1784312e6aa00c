"""What findings put into the shell: navigation, search, files."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.scope import Counting
from anlan.base.files.kinds import FileKind, all_kinds, declare_kind, takes_files
from anlan.base.files.sniff import DOCX, IMAGES, PDF, XLSX
from anlan.base.ui import beside, navigation, searching
from anlan.modules.findings import flagged, policy, queries
from anlan.modules.findings.choices import PhotoRole
from anlan.modules.findings.models import Finding
from anlan.modules.findings.ui import today
from anlan.modules.findings.ui.addresses import url_of

MEGABYTE = 1 << 20
_PAPERS = frozenset({PDF, DOCX, XLSX}) | IMAGES


def _count(viewer: Any) -> int | Counting:
    return queries.counting_open(viewer) if viewer.own_enterprise_id else 0


def install() -> None:
    """Register everything; called once when the app starts."""
    navigation.register(
        navigation.NavItem(
            "findings",
            _("Findings"),
            "alert-triangle",
            "findings:list",
            "prevent",
            count=_count,
            order=20,
        )
    )
    searching.register(
        searching.SearchSource("findings", _("Findings"), "alert-triangle", _find, order=20)
    )
    for role in PhotoRole:
        if role.value in all_kinds():
            continue
        types = _PAPERS if role in (PhotoRole.EVIDENCE, PhotoRole.PLAN) else IMAGES
        declare_kind(FileKind(role.value, role.label, types, 20 * MEGABYTE))
    # Whoever may report adds through services.evidence; taking evidence away needs more.
    takes_files(Finding, permission=policy.FINDING_CONFIRM)
    today.install()
    flagged.provide(_flagged)
    # Findings show theirs on their own page.
    for label in ("inspections.inspectionrecord", "inspections.inspectiontask"):
        beside.provide(label, _flags_card)


def _flagged(actor: Actor, ids: Collection[UUID]) -> dict[UUID, flagged.Subject]:
    rows, kind = queries.findings(actor).filter(pk__in=ids), Finding._meta.verbose_name or ""
    return {row.pk: flagged.Subject(f"{row.number} {row.title}", kind, url_of(row)) for row in rows}


def _flags_card(actor: Actor, row: Any) -> str:
    """Return what looks doubtful about a record or task, for who may judge it."""
    if not actor.may(policy.FLAG_DISMISS, row.scope_path, row.enterprise_id):
        return ""
    flags = queries.open_flags_of(actor, row)
    return render_to_string("findings/_flags_card.html", {"flags": flags}) if flags else ""


def _find(viewer: Any, text: str, limit: int) -> Sequence[searching.Hit]:
    rows = queries.search(queries.findings(viewer), text).order_by("-registered_at", "pk")
    return [
        searching.Hit(
            title=f"{row.number} {row.title}",
            url=url_of(row),
            subtitle=f"{row.enterprise.name} · {row.get_state_display()}",
            risk=1 if row.level else 0,
        )
        for row in rows[:limit]
    ]
