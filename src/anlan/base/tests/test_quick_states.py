"""Rendering fewer models between migrations."""

from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from anlan.base.quick_states import quick_states


def a_model(name: str, **fields: models.Field) -> ModelState:
    key = models.AutoField(primary_key=True)
    return ModelState("quick", name, [("id", key), *fields.items()])


def test_a_step_renders_its_own_model_alone_and_a_key_all() -> None:
    usual = ProjectState._find_reload_model  # type: ignore[attr-defined]
    with quick_states():
        state = ProjectState()
        state.add_model(a_model("Place"))
        first = state.apps.get_model("quick", "Place")
        state.add_model(a_model("Visit", place=models.ForeignKey("quick.Place", models.CASCADE)))
        state.add_field("quick", "visit", "note", models.TextField(default=""), True)
        assert state.apps.get_model("quick", "Place") is first
        visit = state.apps.get_model("quick", "Visit")
        assert visit._meta.get_field("place").related_model is first
        assert visit._meta.get_field("note")
        # A changed key reaches the tables that point at it.
        state.alter_field("quick", "place", "id", models.BigAutoField(primary_key=True), True)
        again = state.apps.get_model("quick", "Place")
        assert again is not first
        (relation,) = again._meta.related_objects
        assert relation.related_model is state.apps.get_model("quick", "Visit")
    assert ProjectState._find_reload_model is usual  # type: ignore[attr-defined]
