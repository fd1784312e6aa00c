"""What comes back: within enterprises, across the region, ranked, and the findings behind it."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from anlan.base.actors.actor import Actor
from anlan.base.clock import now
from anlan.base.errors import NotYours
from anlan.modules.findings import criteria, rules
from anlan.modules.findings import queries_repeats as repeats
from anlan.modules.findings.choices import Discipline
from anlan.modules.findings.queries_repeats import Group
from anlan.modules.findings.ui.addresses import list_url

WORDS = {
    "criterion": gettext_lazy("Same criterion"),
    "equipment": gettext_lazy("Same equipment"),
    "clause": gettext_lazy("Same clause"),
    "linked": gettext_lazy("Linked by a person"),
    "text": gettext_lazy("Same words"),
    "unit": gettext_lazy("Same unit and trade"),
    "region_criterion": gettext_lazy("Same criterion"),
    "region_clause": gettext_lazy("Same clause"),
}
ICONS = {
    "criterion": "alert-octagon", "equipment": "tool", "clause": "book-2", "linked": "repeat",
    "text": "message", "unit": "map-pin", "region_criterion": "alert-octagon",
    "region_clause": "book-2",
}  # fmt: skip


def _actor(request: HttpRequest) -> Actor:
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found


def label_of(group: Group) -> str:
    """Return what the findings of a group share, in words."""
    matter = group.kind.removeprefix("region_")
    if matter == "criterion":
        return _criterion(group.key)
    if matter == "unit":
        trade = dict(Discipline.choices).get(int(group.note), "")
        return f"{group.label} · {trade}"
    if matter in ("equipment", "linked") and group.note:
        return f"{group.note} {group.label}"
    return group.label


def _criterion(code: str) -> str:
    for edition in (rules.EDITION_2026, rules.EDITION_2017):
        if found := criteria.find(edition, code):
            return f"{code} {found.text}"
    return code


def why_of(group: Group) -> str:
    """Return why a group counts as coming back: how many, since when, by which rule."""
    if group.enterprise is None:
        text = ngettext(
            "%(n)s finding at %(enterprises)s enterprises within %(days)s days; from %(least)s"
            " enterprises on it counts",
            "%(n)s findings at %(enterprises)s enterprises within %(days)s days; from %(least)s"
            " enterprises on it counts",
            group.n,
        )
    else:
        text = ngettext(
            "%(n)s time within %(days)s days; from %(least)s on it counts",
            "%(n)s times within %(days)s days; from %(least)s on it counts",
            group.n,
        )
    return text % {
        "n": group.n,
        "enterprises": group.n_enterprises,
        "days": group.rule.days,
        "least": group.rule.least,
    }


def _line(group: Group) -> dict[str, Any]:
    where = {"kind": group.kind, "key": group.key}
    if group.enterprise is not None:
        where["enterprise"] = str(group.enterprise)
    return {
        "group": group,
        "kind": WORDS[group.kind],
        "icon": ICONS[group.kind],
        "label": label_of(group),
        "why": why_of(group),
        "url": reverse("findings:repeated_group") + "?" + urlencode(where),
    }


@login_required
@require_GET
def repeated(request: HttpRequest) -> HttpResponse:
    """Show what comes back: `?view=` enterprise, region or ranking; `?kind=` one kind alone."""
    actor = _actor(request)
    is_wide = actor.only_enterprise_id is None
    view = request.GET.get("view", "")
    if view not in ("region", "ranking") or not is_wide:
        view = "enterprise"
    chosen = request.GET.get("kind", "")
    chosen = chosen if chosen in WORDS else ""
    context: dict[str, Any] = {
        "view": view,
        "views": _views(view) if is_wide else [],
        "is_wide": is_wide,
        "crumbs": [(_("Findings"), list_url()), (_("Found again and again"), "")],
    }
    if view == "ranking":
        by = "area" if request.GET.get("by") == "area" else "enterprise"
        ranked = repeats.ranking(actor, by)
        context |= {
            "by": by,
            "ranked": [
                (one, f"?enterprise={one.pk}" if by == "enterprise" else "") for one in ranked
            ],
        }
        return render(request, "findings/ranking.html", context)
    at = _uuid(request.GET.get("enterprise", "")) or actor.only_enterprise_id
    found = _region(actor, chosen) if view == "region" else _within(actor, chosen, at)
    found.sort(key=lambda one: (-one.n_enterprises, -one.n, one.enterprise_name, one.kind, one.key))
    own = (*repeats.KINDS, "text") if at else repeats.KINDS
    kinds = repeats.REGION if view == "region" else own
    context |= {
        "rows": [_line(one) for one in found[: repeats.MOST]],
        "kinds": [(kind, WORDS[kind], kind == chosen) for kind in kinds],
        "chosen": chosen,
        "at": request.GET.get("enterprise", ""),
        "at_name": found[0].enterprise_name if at and is_wide and found else "",
    }
    return render(request, "findings/repeated.html", context)


def _views(view: str) -> list[tuple[str, str, bool]]:
    named = (
        ("enterprise", _("Within enterprises")),
        ("region", _("Across the region")),
        ("ranking", _("Where most comes back")),
    )
    return [(key, text, key == view) for key, text in named]


def _within(actor: Actor, chosen: str, at: UUID | None) -> list[Group]:
    kinds = [kind for kind in repeats.KINDS if chosen in ("", kind)]
    found = [one for kind in kinds for one in repeats.groups(actor, kind, None, at)]
    # Words are compared one enterprise at a time.
    if at is not None and chosen in ("", "text"):
        found += repeats.alike_texts(actor, at)
    return found


def _region(actor: Actor, chosen: str) -> list[Group]:
    kinds = [kind for kind in repeats.REGION if chosen in ("", kind)]
    return [one for kind in kinds for one in repeats.region(actor, kind)]


@login_required
@require_GET
def group(request: HttpRequest) -> HttpResponse:
    """Show the findings of one group, and of a matter of the region the enterprises first."""
    actor = _actor(request)
    kind, key = request.GET.get("kind", ""), request.GET.get("key", "")
    if kind not in WORDS or not key or "\0" in key:
        raise NotYours()
    rows = repeats.findings_of(actor, kind, key, _uuid(request.GET.get("enterprise", "")))
    if not rows:
        raise NotYours()
    spread: dict[Any, list[Any]] = {}
    for row in rows:
        spread.setdefault(row.enterprise_id, []).append(row)
    first, rule = rows[0], repeats.rules()[kind]
    shown = Group(
        kind, key, first.title if kind in ("text", "linked") else first.basis, "0",
        len(rows), 0, first.registered_at, rule,
        None if kind in repeats.REGION else first.enterprise_id,
        first.enterprise.name, len(spread),
    )  # fmt: skip
    context = {
        "kind": WORDS[kind],
        "label": _label(kind, first, shown),
        "why": why_of(shown),
        "rows": rows,
        "now": now(),
        "spread": sorted(
            (
                (found[0].enterprise, len(found), list_url(enterprise=str(pk)))
                for pk, found in spread.items()
            ),
            key=lambda one: (-one[1], one[0].name),
        )
        if kind in repeats.REGION
        else [],
        "crumbs": [
            (_("Found again and again"), reverse("findings:repeated")),
            (str(WORDS[kind]), ""),
        ],
    }
    return render(request, "findings/repeated_group.html", context)


def _label(kind: str, row: Any, shown: Group) -> str:
    if kind == "unit":
        return f"{row.unit.name if row.unit else ''} · {row.get_discipline_display()}"
    if kind == "equipment":
        return str(row.equipment or "")
    return label_of(shown) if kind != "linked" else row.title


def _uuid(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise NotYours() from error
