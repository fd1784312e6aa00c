"""People and what they are qualified for."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.lists import Column, Filter, View
from anlan.modules.registry import queries, services, sheets
from anlan.modules.registry.models import Person, Qualification
from anlan.modules.registry.ui.columns import (
    enterprise_column,
    enterprise_filter,
    validity_column,
    validity_filter,
    yes_filter,
)
from anlan.modules.registry.ui.lists.pages import register_page

PEOPLE = register_page(
    services.PERSON,
    sheets.PEOPLE,
    query=queries.listed(queries.people),
    columns=[
        Column.of(Person, "number", fixed=True),
        Column.of(Person, "name", wide=True),
        enterprise_column(),
        "department",
        "post",
        "education",
        Column.of(Person, "major", shown=False),
        "title",
        Column.of(Person, "phone", shown=False),
        Column.of(Person, "hired_on", shown=False),
        Column.of(Person, "left_on", shown=False),
    ],
    filters=[
        enterprise_filter(),
        "education",
        yes_filter("left", _("work"), _("Left"), lambda: Q(left_on__isnull=False)),
        yes_filter("here", _("employment"), _("Employed"), lambda: Q(left_on__isnull=True)),
    ],
    search_hint=_("Name, pinyin or number"),
    order=("scope_path", "number", "pk"),
    views=[
        View("all", _("All"), {}),
        View("here", _("Employed"), {"here": "yes"}),
        View("left", _("Left"), {"left": "yes"}),
    ],
    create_label=_("Enter a person"),
    first_step=_("Enter people before their certificates."),
    nav="registry.people",
)


QUALIFICATIONS = register_page(
    services.QUALIFICATION,
    sheets.QUALIFICATIONS,
    query=queries.listed(queries.qualifications),
    columns=[
        Column("person", _("person"), value="person.name", wide=True, fixed=True),
        "kind",
        "number",
        enterprise_column(),
        "work",
        validity_column(),
        Column.of(Qualification, "valid_until", sort=("valid_until", "pk")),
        Column.of(Qualification, "review_by", kind="due", sort=("review_by", "pk")),
        Column.of(Qualification, "issuer", shown=False),
    ],
    filters=[
        "kind",
        validity_filter(lambda day: queries.due_within(day, queries.DUE_WITHIN, "valid_until")),
        enterprise_filter(),
        "valid_until",
        Filter.of(Qualification, "person", kind="relation", chooser="people", pinned=False),
    ],
    search_hint=_("Number, person or pinyin"),
    order=("valid_until", "pk"),
    views=[
        View("all", _("All"), {}),
        View("due", _("Due for renewal"), {"validity": ["due"]}),
        View("expired", _("Expired"), {"validity": ["expired"]}),
    ],
    create_label=_("Enter a certificate"),
    first_step=_("Enter the certificates of people; expiry is called out in time."),
    nav="registry.people",
)
