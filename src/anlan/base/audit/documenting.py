"""The page of all events, made from their declarations."""

import importlib

from django.apps import apps
from django.utils import translation
from django.utils.module_loading import module_has_submodule

from anlan.base.audit.events import all_events

HEAD = """# Audit events

Every event that history can hold; `make docs` makes this page. The code is for programs, the
sentence is shown (in Chinese or English) on records' timelines and on `/history/`.

| code | sentence |
|---|---|
"""


def events_page() -> str:
    """Return the page in Markdown: English sentences, sorted by code. Test events are left out."""
    for config in apps.get_app_configs():
        if config.name.startswith("anlan.") and module_has_submodule(config.module, "events"):
            importlib.import_module(f"{config.name}.events")
    with translation.override(None):
        rows = [
            f"| `{code}` | {str(event.text) % {'actor': '*somebody*', 'object': '*object*'}} |"
            for code, event in sorted(all_events().items())
            if not code.startswith("test.")
        ]
    return HEAD + "\n".join(rows) + "\n"
