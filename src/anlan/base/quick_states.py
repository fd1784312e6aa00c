"""Let a new database be made in a third of the time: render fewer models between migrations.

Between two migration steps Django renders every model that hangs together with a changed one.
Here all of them do, through organisations and people, so that making the tables of a new
database means rendering some hundred models a hundred times, which is most of its time. The
tables themselves need only the model that a step is about.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState


@contextmanager
def quick_states() -> Iterator[None]:
    """Render only the model that a step adds to or changes in its own columns, while inside.

    A step that reaches other tables (a changed key, a renamed or removed model) renders all, and
    a data migration sees them all rendered anew (`is_delayed`), as Django promises it.
    """
    find, add_field = ProjectState._find_reload_model, ProjectState.add_field  # type: ignore[attr-defined]

    def find_less(
        self: Any, app_label: str, model_name: str, delay: bool = False
    ) -> set[tuple[str, str]]:
        known = app_label in self.apps.all_models and model_name in self.apps.all_models[app_label]
        if delay or not known or getattr(self, "adds_field", False):
            self.is_delayed = True
            return {(app_label, model_name)}
        return set(self.models)

    def add_field_quickly(self: Any, *args: Any) -> None:
        self.adds_field = True
        try:
            add_field(self, *args)
        finally:
            self.adds_field = False

    ProjectState._find_reload_model = find_less  # type: ignore[attr-defined]
    ProjectState.add_field = add_field_quickly  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        ProjectState._find_reload_model = find  # type: ignore[attr-defined]
        ProjectState.add_field = add_field  # type: ignore[method-assign]
