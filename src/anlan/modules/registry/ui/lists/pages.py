"""What the lists of all registers have in common."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.urls import reverse

from anlan.base.actors.actor import Actor
from anlan.base.imports.sheet import Sheet
from anlan.base.lists import Column, Filter, ListPage
from anlan.base.ui.marks import RISK_WORDS
from anlan.modules.registry import services
from anlan.modules.registry.ui.addresses import url_of
from anlan.modules.registry.ui.columns import OPERATING_ICONS, OPERATING_TONES

LEVELS = [(n, RISK_WORDS["installation"][n]) for n in range(1, 5)]


def register_page(
    register: services.Register,
    sheet: Sheet,
    *,
    columns: Sequence[Column | str],
    filters: Sequence[Filter | str],
    **more: Any,
) -> ListPage:
    """Return the list of one register; a column or filter given by name is the model's field."""
    model = register.model
    return ListPage(
        key=f"registry.{sheet.name}",
        title=sheet.title,
        columns=[Column.of(model, one) if isinstance(one, str) else one for one in columns],
        filters=[Filter.of(model, one) if isinstance(one, str) else one for one in filters],
        row_url=url_of,
        create_url=partial(_create_url, f"registry:{sheet.name}_new"),
        create_permission=register.permission,
        sheet=sheet,
        **more,
    )


def _create_url(name: str, actor: Actor) -> str:
    # Officers enter rows from the enterprise's file, which says whose they are.
    return reverse(name) if actor.own_enterprise_id else ""


def operating_column(model: Any) -> Column:
    """Whether it runs, stands by or is scrapped."""
    return Column.of(model, "state", kind="badge", tone=OPERATING_TONES, icon=OPERATING_ICONS)
