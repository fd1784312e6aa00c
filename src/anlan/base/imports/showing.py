"""What the import pages show."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from anlan.base.imports.models import ImportRun, RowKind
from anlan.base.imports.preview_store import KEPT_OF_A_KIND
from anlan.base.imports.sheet import Sheet, all_sheets
from anlan.base.imports.states import RunState
from anlan.base.imports.workbook import kind_text

# How each state looks: the tone and icon of its badge.
MARKS = {
    RunState.UPLOADED: ("idle", "hourglass"),
    RunState.CHECKING: ("work", "loader-2"),
    RunState.CHECKED: ("work", "eye"),
    RunState.APPLYING: ("work", "loader-2"),
    RunState.APPLIED: ("done", "circle-check"),
    RunState.FAILED: ("idle", "circle-x"),
    RunState.CANCELLED: ("outline", "circle-minus"),
}


def by_module(sheets: Iterable[Sheet]) -> list[tuple[str, list[Sheet]]]:
    """Return sheets under the name of the module whose permission each demands."""
    found: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        label = sheet.permission.partition(".")[0]
        name = apps.app_configs[label].verbose_name if label in apps.app_configs else ""
        found.setdefault(str(name), []).append(sheet)
    return sorted(found.items(), key=lambda group: -len(group[1]))


@dataclass(frozen=True, slots=True)
class Tab:
    """A kind of row with its count."""

    kind: str
    label: str
    n: int
    current: bool


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run in words."""

    title: str
    state: str
    tone: str
    icon: str
    counts: dict[str, int]
    tabs: list[Tab]
    cut: str = ""
    error: str = ""
    remedy: str = ""

    @property
    def n_to_write(self) -> int:
        """Return how many rows would be written."""
        return self.counts["create"] + self.counts["update"]


def describe(run: ImportRun, kind: str = "") -> ShownRun:
    """Return a run as its page shows it."""
    counts = {"rows": 0, "create": 0, "update": 0, "unchanged": 0, "wrong": 0, "warnings": 0}
    counts |= run.counts
    labels = (
        (RowKind.WRONG, _("Wrong rows"), counts["wrong"]),
        (RowKind.UPDATE, _("Changed rows"), counts["update"]),
        (RowKind.CREATE, _("New rows"), counts["create"]),
        (RowKind.WARNING, _("Notes"), counts["warnings"]),
    )
    sheet = all_sheets().get(run.sheet)
    state = RunState.FAILED if run.is_abandoned else RunState(run.state)
    tone, icon = MARKS[state]
    n = next((n for key, _label, n in labels if key == kind), 0)
    cut = _("The first %(n)s rows are shown.") % {"n": KEPT_OF_A_KIND} if n > KEPT_OF_A_KIND else ""
    return ShownRun(
        title=str(sheet) if sheet else run.sheet,
        state=str(state.label),
        tone=tone,
        icon=icon,
        counts=counts,
        tabs=[Tab(key.value, label, n, key == kind) for key, label, n in labels if n],
        cut=cut,
        error=_why_abandoned(run) if run.is_abandoned else run.error,
        remedy=run.remedy,
    )


def _why_abandoned(run: ImportRun) -> str:
    assert run.job is not None
    return run.job.error_text or _("Given up. Nothing was written.")


def help_rows(sheet: Sheet) -> list[dict[str, Any]]:
    """Return the columns of a sheet for its page: head, whether required, what to write."""
    return [
        {
            "heading": column.heading(),
            "required": (column.required or column.name in sheet.key) and column.default is None,
            "key": column.name in sheet.key,
            "kind": kind_text(column),
            "help": str(column.help),
            "example": str(column.example),
        }
        for column in sheet.columns
    ]
