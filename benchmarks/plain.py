"""The rival: the same pages, import and verification as straightforward Django code.

Written the way a first version is: LIKE on the path, COUNT(*) for the pager, related rows fetched
when the template asks, a query or two for each imported row, a Python loop over history. It is
spared the product's frame round each page, and runs on the same tables, indexes and wall.
"""

import hashlib
import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.models import Membership, Organisation
from anlan.base.audit.models import AuditEvent
from anlan.base.audit.services import record
from anlan.base.search_key import search_key
from anlan.modules.findings.models import Finding
from anlan.modules.registry import events, models

LIST = """<table>{% for row in page %}<tr><td><a href="/x/{{ row.pk }}/">{{ row.name }}</a></td>
<td>{{ row.unified_social_credit_code }}</td><td>{{ row.get_kind_display }}</td>
<td>{{ row.get_state_display }}</td><td>{{ row.n_mhi }}</td>
<td>{{ row.enterprise.parent.name }}</td><td>{{ row.enterprise.park.name }}</td>
<td>{{ row.principal }}</td></tr>{% endfor %}</table><p>{{ page.paginator.count }}</p>"""
EQUIPMENT = """<table>{% for row in page %}<tr><td>{{ row.code }}</td><td>{{ row.name }}</td>
<td>{{ row.get_category_display }}</td><td>{{ row.enterprise.name }}</td>
<td>{{ row.facility.name }}</td><td>{{ row.inspect_by|default:"" }}</td>
<td>{{ row.get_state_display }}</td></tr>{% endfor %}</table><p>{{ page.paginator.count }}</p>"""
FINDINGS = """<table>{% for row in page %}<tr>
<td><a href="/x/{{ row.pk }}/">{{ row.number }}</a></td><td>{{ row.title }}</td>
<td>{{ row.enterprise.name }}</td><td>{{ row.unit.name }}</td>
<td>{{ row.get_source_display }}</td><td>{{ row.owner.display_name }}</td>
<td>{{ row.get_state_display }}</td><td>{{ row.deadline|default:"" }}</td>
<td>{{ row.registered_at }}</td></tr>{% endfor %}</table><p>{{ page.paginator.count }}</p>"""
DETAIL = """<h1>{{ row.name }}</h1><p>{{ row.address }} {{ row.enterprise.parent.name }}</p>
<ul>{% for name, n in counts %}<li>{{ name }} {{ n }}</li>{% endfor %}</ul>
<ol>{% for one in history %}<li>{{ one.at }} {{ one.actor_name }} {{ one.event }}</li>{% endfor %}
</ol>"""
REGISTERS = (
    models.MhiUnit,
    models.Facility,
    models.Equipment,
    models.Chemical,
    models.Inventory,
    models.Licence,
    models.Person,
    models.Qualification,
    models.Site,
)


def _rows(request: HttpRequest, model: Any) -> Any:
    post = Membership.objects.filter(user=request.user).first()
    assert post is not None
    return model._base_manager.filter(
        scope_path__startswith=post.organisation.path, removed_at__isnull=True
    )


def _page(request: HttpRequest, rows: Any, order: str, text: str) -> HttpResponse:
    rows = rows.order_by(request.GET.get("sort", order))
    page = Paginator(rows, 50).get_page(request.GET.get("page", 1))
    template = engines["django"].from_string(text)
    return HttpResponse(template.render({"page": page}, request))


@login_required
def enterprises(request: HttpRequest) -> HttpResponse:
    """List enterprises."""
    rows = _rows(request, models.Enterprise)
    if q := request.GET.get("q"):
        rows = rows.filter(
            Q(name__icontains=q)
            | Q(short_name__icontains=q)
            | Q(unified_social_credit_code__icontains=q)
        )
    for name in ("state", "kind"):
        if value := request.GET.get(name):
            rows = rows.filter(**{name: value})
    return _page(request, rows, "name", LIST)


@login_required
def enterprise(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one enterprise with the counts of its registers and its newest history."""
    row = _rows(request, models.Enterprise).get(pk=pk)
    counts = [
        (str(model._meta.verbose_name), _rows(request, model).filter(enterprise=row.pk).count())
        for model in REGISTERS
    ]
    found = {
        "row": row,
        "counts": counts,
        "history": AuditEvent.objects.filter(object_id=pk).order_by("-at")[:6],
    }
    return HttpResponse(engines["django"].from_string(DETAIL).render(found, request))


@login_required
def equipment(request: HttpRequest) -> HttpResponse:
    """List equipment."""
    rows = _rows(request, models.Equipment)
    if q := request.GET.get("q"):
        rows = rows.filter(Q(code__icontains=q) | Q(name__icontains=q))
    if category := request.GET.get("category"):
        rows = rows.filter(category=category)
    return _page(request, rows, "code", EQUIPMENT)


@login_required
def findings(request: HttpRequest) -> HttpResponse:
    """List findings."""
    post = Membership.objects.filter(user=request.user).first()
    assert post is not None
    rows = Finding._base_manager.filter(scope_path__startswith=post.organisation.path)
    if q := request.GET.get("q"):
        rows = rows.filter(
            Q(number__icontains=q) | Q(title__icontains=q) | Q(search_key__icontains=q)
        )
    for name in ("state", "source"):
        if value := request.GET.get(name):
            rows = rows.filter(**{name: value})
    return _page(request, rows, "-registered_at", FINDINGS)


urlpatterns = [
    path("plain/findings/", findings),
    path("plain/enterprises/", enterprises),
    path("plain/enterprises/<uuid:pk>/", enterprise),
    path("plain/equipment/", equipment),
    path("", include("anlan.config.urls")),
]


def import_rows(file: Path) -> float:
    """Import a sheet row by row with get and save; returns seconds. Nothing is kept."""
    began = time.perf_counter()
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    values = list(sheet.iter_rows(values_only=True))
    with transaction.atomic():
        for line in values[1:]:
            code, name, short, company = (str(cell or "") for cell in line[:4])
            area = Organisation.objects.get(kind="area", code=str(line[6]))
            row = models.Enterprise._base_manager.filter(unified_social_credit_code=code).first()
            if row is None:
                node = Organisation(kind="enterprise", code=code, name=name, parent=area)
                node.path = f"{area.path}e{node.pk.hex}/"
                node.save()
                row = models.Enterprise(enterprise=node, scope_path=node.path, id=node.pk)
            row.unified_social_credit_code, row.name, row.short_name = code, name, short
            row.company_code, row.area_code, row.kind = company, area.code, "production"
            row.search_key = search_key(name, short, company, code)
            row.save()
            record(SYSTEM, events.ENTERPRISE_CREATED, row, after={"name": name})
        transaction.set_rollback(True)
    return time.perf_counter() - began


def _json(value: Any) -> str:
    """Write a value as the database does: keys by length, then by bytes."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        inside = (f"{_json(key)}: {_json(value[key])}" for key in keys)
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _canonical(one: AuditEvent) -> bytes:
    text = [str(one.id), one.chain, one.seq]
    rest = [one.event, one.actor_id and str(one.actor_id), one.actor_name, one.object_type]
    rest += [one.object_id and str(one.object_id), one.object_label, one.before, one.after]
    rest += [one.reason, one.enterprise_id and str(one.enterprise_id), one.scope_path]
    moment = f"{int(one.at.timestamp())}.{one.at.microsecond:06d}"
    parts = [*map(_json, text), moment, *map(_json, rest)]
    return ("[" + ", ".join(parts) + "]").encode()


def verify_events(most: int) -> dict[str, Any]:
    """Check hashes and links of up to `most` events, one after the other."""
    began = time.perf_counter()
    chain, before, n, wrong = "", b"", 0, 0
    for one in AuditEvent.objects.order_by("chain", "seq")[:most].iterator():
        if one.chain != chain:
            chain, before = one.chain, b""
        good = hashlib.sha256(before + _canonical(one)).digest()
        wrong += bytes(one.prev_hash) != before or bytes(one.hash) != good
        before = bytes(one.hash)
        n += 1
    return {"events": n, "seconds": time.perf_counter() - began, "wrong": wrong}
