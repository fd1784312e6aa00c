"""A list and a sheet of organisations: base knows no other rows."""

from django.urls import path

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import BUREAU, OrganisationKind, Role
from anlan.base.imports import RowChange, Sheet, SheetColumn, register_sheet
from anlan.base.lists import (
    BulkAction,
    BulkResult,
    Chooser,
    Column,
    Filter,
    ListPage,
    View,
    register_chooser,
)
from anlan.config.urls import urlpatterns as product

IMPORT = policy.grant("lists_test.organisation.import", BUREAU | {Role.SAFETY_MANAGER})
TOUCH = policy.grant("lists_test.organisation.touch", BUREAU)


def organisations(actor: Actor):
    return Organisation.objects.filter(actor.scope.q("path", "id")).select_related("parent")


def existing(actor: Actor, keys, *, lock: bool = False):
    rows = organisations(actor).filter(code__in=[code for (code,) in keys])
    if lock:
        rows = rows.select_for_update(of=("self",))
    return {
        (row.code,): {
            "id": row.pk,
            "code": row.code,
            "name": row.name,
            "short_name": row.short_name,
            "kind": row.kind,
            "parent": row.parent_id,
            "is_active": row.is_active,
        }
        for row in rows
    }


def write(actor: Actor, changes: list[RowChange]) -> None:
    parents = {
        row.pk: row
        for row in Organisation.objects.filter(
            pk__in={c.values["parent"] for c in changes if c.creates}
        )
    }
    made = []
    for change in changes:
        if not change.creates:
            Organisation.objects.filter(pk=change.old["id"]).update(
                **{name: new for name, (_old, new) in change.changed.items()}
            )
            continue
        given = {k: v for k, v in change.values.items() if k != "parent"}
        row = Organisation(**given)
        row.parent = parents[change.values["parent"]]
        row.path = f"{row.parent.path}t{row.pk.hex}/"
        made.append(row)
    Organisation.objects.bulk_create(made)


def parents(actor: Actor, names):
    return dict(
        Organisation.objects.filter(actor.scope.q("path", "id"), name__in=names).values_list(
            "name", "pk"
        )
    )


def parent_name(row) -> str:
    return row.parent.name if row.parent else ""


SHEET = register_sheet(
    Sheet(
        name="organisations",
        title="organisations",
        key=("code",),
        columns=[
            SheetColumn.of(Organisation, "code", required=True, folds="upper"),
            SheetColumn.of(Organisation, "name"),
            SheetColumn.of(Organisation, "short_name"),
            SheetColumn.of(Organisation, "kind"),
            SheetColumn.of(Organisation, "parent", find=parents, required=True, value=parent_name),
            SheetColumn.of(Organisation, "is_active"),
        ],
        existing=existing,
        write=write,
        permission=IMPORT,
    )
)


def touch(actor, ids, request):
    n = organisations(actor).filter(pk__in=ids).update(short_name="touched")
    return BulkResult(n)


register_chooser(Chooser("test_organisations", organisations, search=("name", "code")))

PAGE = ListPage(
    key="test.organisations",
    title="Organisations",
    query=organisations,
    columns=[
        Column.of(Organisation, "code"),
        Column.of(Organisation, "name", wide=True, fixed=True),
        Column.of(Organisation, "short_name"),
        Column.of(Organisation, "kind"),
        Column.of(Organisation, "parent__name", label="Above"),
        Column.of(Organisation, "parent", value="parent", sort="parent__name", shown=False),
        Column.of(Organisation, "is_active"),
        Column.of(Organisation, "created_at", shown=False),
    ],
    filters=[
        Filter.of(Organisation, "kind"),
        Filter.of(Organisation, "is_active"),
        Filter("above", "Above", "relation", field="parent", chooser="test_organisations"),
        Filter("made", "Made", "date", field="created_at__date"),
    ],
    search=("name", "code"),
    order=("name", "pk"),
    views=[
        View("all", "All", {}),
        View("enterprises", "Enterprises", {"kind": "enterprise"}),
        View("areas", "Areas", {"kind": ["area", "park"]}),
    ],
    bulk=[BulkAction("touch", "Touch", "edit", touch, permission=TOUCH)],
    row_url=lambda row: f"/organisations/{row.pk}/",
    sheet=SHEET,
)

urlpatterns = [
    *product,
    *PAGE.urls("test/organisations/", "test_organisations"),
    path("organisations/<uuid:pk>/", lambda request, pk: None, name="test_organisation"),
]

AREA, TEAM = OrganisationKind.AREA, OrganisationKind.TEAM
