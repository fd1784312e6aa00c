"""Pages of the risk register: the tree with what is chosen beside it, and its forms."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy
from anlan.base.audit.queries import history_of
from anlan.base.errors import BadInput, Forbidden, NotYours, Refused
from anlan.modules.registry import queries as registry
from anlan.modules.registry.ui.forms import kind_form
from anlan.modules.risk import queries, queries_verified, rules
from anlan.modules.risk.models import RiskEvent, RiskObject, RiskUnit
from anlan.modules.risk.policy import RISK_EDIT
from anlan.modules.risk.services import branches
from anlan.modules.risk.ui import tree
from anlan.modules.risk.ui.detail import detail_of, may_plan, shown_gap, suggest_address
from anlan.modules.risk.ui.forms import factors_given, valuing
from anlan.modules.risk.ui.kinds import KINDS, PARENTS

KIND_OF = {"objects": "object", "units": "unit", "events": "event", "measures": "measure"}


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show the register of one's own enterprise, or of the one named; else the choice."""
    actor = _actor(request)
    wanted = request.GET.get("enterprise") or actor.own_enterprise_id
    if not wanted:
        rows = queries.enterprises(actor)[:200]
        return render(request, "risk/enterprises.html", {"rows": rows})
    enterprise = registry.enterprises(actor).one(wanted)
    first = queries.objects(actor).filter(enterprise=enterprise.pk).first()
    return page(request, enterprise, "object" if first else "", first, is_index=True)


@login_required
@require_GET
def show(request: HttpRequest, noun: str, pk: UUID) -> HttpResponse:
    """Show an object, a unit or an event; a measure shows with its event."""
    actor = _actor(request)
    row = KINDS[noun].query(actor).one(pk)
    if noun == "measures":
        return HttpResponseRedirect(f"{tree.address('event', row.event_id)}#m-{row.pk}")
    return page(request, None, KIND_OF[noun], row)


def page(
    request: HttpRequest,
    enterprise: Any,
    kind: str,
    row: Any,
    *,
    is_index: bool = False,
    form: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the tree with a detail, or with a form in its place."""
    actor = _actor(request)
    enterprise_id = enterprise.pk if enterprise else row.enterprise_id
    enterprise = enterprise or registry.enterprises(actor).one(enterprise_id)
    gaps = queries.gaps(actor, enterprise_id)
    stale = queries_verified.stale_measures(actor, enterprise_id)
    nodes = queries.tree(actor, enterprise_id, gaps, stale)
    filters = tree.Filters.read(request.GET)
    wanted = tree.found_by(actor, enterprise_id, filters.text) if filters.text else None
    shown = tree.narrowed(nodes, filters, wanted) if filters else nodes
    context: dict[str, Any] = {
        "enterprise": enterprise,
        "filters": filters,
        "counts": [
            {"level": level, "mark": level + 1, "n": n, "on": level in filters.levels,
             "url": _toggled(request, "level", str(level))}
            for level, n in tree.counts_by_level(nodes).items()
        ],
        "gaps_url": _toggled(request, "gaps", "1"),
        "n_gaps": len(gaps),
        "stale_url": _toggled(request, "stale", "1"),
        "n_stale": sum(node.stale for node in nodes),
        "facts": _facts(nodes),
        "n_objects": len(nodes),
        "may_add": _may_add(actor, enterprise),
        "may_import": actor.may(RISK_EDIT),
        "is_index": is_index,
        "form_part": form,
    }  # fmt: skip
    opened, current, classes = _opened(actor, kind, row)
    context["lines"] = tree.lines(shown, opened, current, classes, all_open=bool(filters))
    if kind and form is None:
        context["detail"] = detail_of(actor, kind, row, gaps, request.GET)
        context["history"] = history_of(actor, row)
    return render(request, "risk/register.html", context, status=status)


def _opened(actor: Any, kind: str, row: Any) -> tuple[set[UUID], UUID | None, dict[UUID, Any]]:
    if kind == "object":
        return {row.pk}, row.pk, {}
    if kind == "unit":
        return {row.object_id, row.pk}, row.pk, {}
    if kind == "event":
        return (
            {row.unit.object_id, row.unit_id, row.pk},
            row.pk,
            {row.pk: tree.classes_of(actor, row.pk)},
        )
    return set(), None, {}


def _toggled(request: HttpRequest, name: str, value: str) -> str:
    given = request.GET.copy()
    values = given.getlist(name)
    given.setlist(
        name, [one for one in values if one != value] if value in values else [*values, value]
    )
    return f"?{given.urlencode()}"


def _facts(nodes: list[queries.Node]) -> str:
    units = [unit for thing in nodes for unit in thing.below]
    events = [event for unit in units for event in unit.below]
    return _(
        "%(objects)s objects · %(units)s units · %(events)s events · %(measures)s measures"
    ) % {
        "objects": len(nodes),
        "units": len(units),
        "events": len(events),
        "measures": f"{sum(event.n for event in events):,}",
    }


def _may_add(actor: Any, enterprise: Any) -> bool:
    if actor.may(RISK_EDIT, enterprise.scope_path, enterprise.pk):
        return True
    return any(
        post.path.startswith(enterprise.scope_path) and actor.may(RISK_EDIT, post.path)
        for post in actor.posts
    )


@login_required
@require_GET
def branch(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Answer the lines below one node of the tree."""
    actor = _actor(request)
    row: RiskObject | RiskUnit | RiskEvent
    if kind == "object":
        row = queries.objects(actor).one(pk)
    elif kind == "unit":
        row = queries.units(actor).one(pk)
    elif kind == "event":
        row = queries.events(actor).one(pk)
        found = tree.class_lines(row.pk, tree.classes_of(actor, row.pk), 4)
        return render(request, "risk/_lines.html", {"lines": found})
    else:
        raise NotYours()
    stale = queries_verified.stale_measures(actor, row.enterprise_id)
    node = tree.find_node(queries.tree(actor, row.enterprise_id, stale=stale), pk)
    below = node.below if node else []
    found = tree.lines(below, set(), None, {}, 2 if kind == "object" else 3)
    return render(request, "risk/_lines.html", {"lines": found})


@login_required
@require_GET
def value(request: HttpRequest) -> HttpResponse:
    """Answer the valuing part of an event's form for the method and factors chosen."""
    actor = _actor(request)
    enterprise = registry.enterprises(actor).one(request.GET.get("enterprise", ""))
    shown = valuing(actor, enterprise.pk, request.GET.get("method", ""), factors_given(request.GET))
    return render(request, "risk/_valuing.html", {"valuing": shown})


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, noun: str) -> HttpResponse:
    """Enter a row below the parent that the address names."""
    kind, actor = KINDS[noun], _actor(request)
    parent_name = PARENTS.get(noun)
    if parent_name:
        parent = KINDS[f"{parent_name}s"].query(actor).one(request.GET.get(parent_name, ""))
        enterprise = registry.enterprises(actor).one(parent.enterprise_id)
        policy.require(actor, RISK_EDIT, parent)
        initial = {parent_name: parent.pk, "code": queries.next_code(actor, noun, parent)}
        back_kind, back_row = parent_name, parent
    else:
        wanted = request.GET.get("enterprise") or actor.own_enterprise_id or ""
        enterprise = registry.enterprises(actor).one(wanted)
        if not _may_add(actor, enterprise):
            raise Forbidden(permission=RISK_EDIT)
        initial, back_kind, back_row = {}, "", None
    form = kind_form(kind, actor, enterprise.pk, request.POST or None, **initial)
    if request.method == "POST" and form.is_valid():
        values = {**form.values(), **_event_values(noun, request), "enterprise": enterprise.pk}
        try:
            row = kind.create(actor, values)
        except (BadInput, Refused, Forbidden) as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(_address(noun, row))
    return _form_page(request, noun, form, kind.new_title, enterprise, back_kind, back_row)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, noun: str, pk: UUID) -> HttpResponse:
    """Change a row, or move it by choosing another parent."""
    kind, actor = KINDS[noun], _actor(request)
    row = kind.query(actor).one(pk)
    policy.require(actor, RISK_EDIT, row)
    enterprise = registry.enterprises(actor).one(row.enterprise_id)
    form = kind_form(kind, actor, row.enterprise_id, request.POST or None, row)
    if request.method == "POST" and form.is_valid():
        values = {**form.values(), **_event_values(noun, request)}
        if noun == "measures":
            values["class1"] = int(values["class2"][0])
        try:
            row = kind.update(actor, pk, values, expected_version=form.cleaned_data["version"])
        except (BadInput, Refused, Forbidden) as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(_address(noun, row))
    shown_kind, shown_row = (KIND_OF[noun], row) if noun != "measures" else ("event", row.event)
    title = _("Edit %(name)s") % {"name": row}
    return _form_page(request, noun, form, title, enterprise, shown_kind, shown_row, row)


def _event_values(noun: str, request: HttpRequest) -> dict[str, Any]:
    if noun != "events":
        return {}
    given = factors_given(request.POST)
    return {"method": request.POST.get("method") or "ls", **given}


def _address(noun: str, row: Any) -> str:
    if noun == "measures":
        return f"{tree.address('event', row.event_id)}#m-{row.pk}"
    return tree.address(KIND_OF[noun], row.pk)


def _form_page(
    request: HttpRequest,
    noun: str,
    form: Any,
    title: Any,
    enterprise: Any,
    kind: str,
    shown: Any,
    row: Any = None,
) -> HttpResponse:
    part: dict[str, Any] = {
        "form": form,
        "title": title,
        "noun": noun,
        "back": tree.address(kind, shown.pk) if kind else reverse("risk:index"),
        "row": row,
    }
    if noun == "events":
        data = request.POST or None
        method = data.get("method", "") if data else (row.method if row else "")
        chosen = (
            factors_given(data)
            if data
            else ({"inherent": row.inherent, "residual": row.residual} if row else {})
        )
        part["valuing"] = valuing(
            _actor(request),
            enterprise.pk,
            method or queries.usual_method(_actor(request), enterprise.pk),
            chosen,
        )
    status = 422 if form.errors else 200
    return page(request, enterprise, kind, shown, form=part, status=status)


@login_required
@require_POST
def remove(request: HttpRequest, noun: str, pk: UUID) -> HttpResponse:
    """Take a row out of the register; what is below it must be gone before."""
    kind, actor = KINDS[noun], _actor(request)
    row = kind.query(actor).one(pk)
    try:
        kind.remove(actor, pk, reason=request.POST.get("reason", "")[:500])
    except Refused as error:
        messages.error(request, f"{error.message()} {error.remedy_text()}")
        return HttpResponseRedirect(_address(noun, row))
    messages.success(
        request, pgettext("risk", "“%(name)s” was removed; its history stays.") % {"name": row}
    )
    parent = PARENTS.get(noun)
    if parent is None:
        return HttpResponseRedirect(f"{reverse('risk:index')}?enterprise={row.enterprise_id}")
    return HttpResponseRedirect(tree.address(parent, getattr(row, f"{parent}_id")))


@login_required
@require_http_methods(["GET", "POST"])
def gaps(request: HttpRequest) -> HttpResponse:
    """List what keeps the analysis from being complete, each with its fix.

    Monitoring points without a name are named here, all in one form.
    """
    actor = _actor(request)
    wanted = request.GET.get("enterprise") or actor.own_enterprise_id or ""
    enterprise = registry.enterprises(actor).one(wanted)
    if request.method == "POST":
        _name_points(request, enterprise)
        return HttpResponseRedirect(request.get_full_path())
    found = queries.gaps(actor, enterprise.pk)
    names: dict[UUID, RiskObject] = {
        row.pk: row for row in queries.objects(actor).filter(enterprise=enterprise.pk)
    }
    groups: dict[UUID, list[Any]] = {}
    for gap in found:
        groups.setdefault(gap.object_id, []).append(shown_gap(actor, gap))  # type: ignore[arg-type]
    complete = len(names) - len(groups)
    unnamed = [gap.measure_id for gap in found if gap.code == rules.NO_TAG and gap.measure_id]
    context = {
        "enterprise": enterprise,
        "groups": [(names[pk], rows) for pk, rows in groups.items() if pk in names],
        "points": list(queries.measures(actor).filter(pk__in=unnamed)[:MOST_POINTS])
        if unnamed and actor.may(RISK_EDIT)
        else [],
        "n_without_task": sum(gap.code == rules.NO_TASK for gap in found),
        "suggest_url": suggest_address(enterprise.pk) if may_plan(actor) else "",
        "n": len(found),
        "complete": complete,
        "total": len(names),
        "rate": round(100 * complete / len(names)) if names else None,
    }
    return render(request, "risk/gaps.html", context)


MOST_POINTS = 200


def _name_points(request: HttpRequest, enterprise: Any) -> None:
    tags: dict[UUID, str] = {}
    for name, tag in request.POST.items():
        if name.startswith("tag_") and isinstance(tag, str) and "?" not in tag:
            with suppress(ValueError):
                tags[UUID(name.removeprefix("tag_"))] = tag
    try:
        done = branches.name_points(_actor(request), enterprise.pk, tags)
    except BadInput as error:
        for problem in error.problems[:3]:
            messages.error(request, f"{problem.text} {problem.remedy}".strip())
    else:
        messages.success(request, _("%(n)s monitoring points named.") % {"n": done})
