"""The history of a scope as a list: filters, counts and export come with it."""

from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import SYSTEM
from anlan.base.audit.events import all_events
from anlan.base.audit.models import AuditEvent
from anlan.base.audit.policy import READ
from anlan.base.audit.queries import events_for
from anlan.base.audit.words import changes_of, sentence, who
from anlan.base.lists import Column, Filter, ListPage


def _kinds() -> list[tuple[str, str]]:
    return [
        (code, f"{str(event.text) % {'actor': '…', 'object': '…'}}")
        for code, event in sorted(all_events().items())
    ]


def _objects() -> list[tuple[str, str]]:
    found = {code.rpartition(".")[0] for code in all_events()}
    labels = {model._meta.label_lower: model._meta.verbose_name for model in apps.get_models()}
    return [
        (label, capfirst(str(name)))
        for label, name in sorted(labels.items())
        if label.split(".")[0] in {item.split(".")[0] for item in found} | {"actors"}
    ]


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    found = Q(actor_name__icontains=text) | Q(object_label__icontains=text)
    if text in gettext("System"):
        found |= Q(actor_name=SYSTEM.name, actor_id__isnull=True)
    return rows.filter(found)


def _changes(event: AuditEvent) -> str:
    return gettext("; ").join(change.words() for change in changes_of(event))


HISTORY = ListPage(
    key="audit.history",
    title=_("History"),
    query=events_for,
    columns=[
        Column("at", _("time"), kind="datetime", sort="at", fixed=True),
        Column("actor_name", _("person"), value=who),
        Column("sentence", _("what happened"), value=sentence, wide=True),
        Column("changes", _("changes"), value=_changes, wide=True),
        Column("reason", _("reason"), shown=False),
        Column("object_label", _("object"), shown=False),
        Column("event", _("event"), shown=False),
        Column("chain", _("chain"), shown=False),
        Column("seq", _("number in the chain"), kind="number", shown=False),
    ],
    filters=[
        Filter("day", _("time"), kind="date", field="at__date"),
        Filter("event", _("event"), choices=_kinds),
        Filter("object_type", _("object"), choices=_objects),
    ],
    search=_search,
    search_hint=_("Person or object"),
    order=("-at", "pk"),
    first_step=_("What people do in your area of responsibility is listed here."),
    nav="audit.history",
    permission=READ,
)
