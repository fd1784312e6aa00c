"""What the pages of every record do alike: whose it is, saving a form, removing."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from anlan.base.actors import policy as rights
from anlan.base.errors import BadInput, Forbidden, NotYours, Refused
from anlan.modules.registry import queries as registry
from anlan.modules.registry.ui.forms import RecordForm

SAID = (BadInput, Refused, Forbidden)
"""What a form says beside its fields; the rest is a page of its own."""


def actor_of(request: HttpRequest) -> Any:
    """Return who asks."""
    return request.actor  # type: ignore[attr-defined]


def owner_of(request: HttpRequest, permission: str) -> Any:
    """Return the enterprise for which something is entered: `?enterprise=`, or one's own.

    Raises NotYours, Forbidden.
    """
    actor = actor_of(request)
    wanted = request.GET.get("enterprise") or actor.own_enterprise_id
    if not wanted:
        raise NotYours()
    enterprise = registry.enterprises(actor).one(wanted)
    rights.require(actor, permission, enterprise)
    return enterprise


def saved(request: HttpRequest, form: RecordForm, save: Callable[[], Any], words: Any = "") -> Any:
    """Return what `save` returns for a form that was sent and is right.

    Return None where the form is to be shown: for the first time, or with what is wrong.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        row = save()
    except SAID as error:
        form.take(error)
        return None
    messages.success(request, words or _("Saved."))
    return row


def form_page(
    request: HttpRequest, form: Any, title: Any, crumbs: list[Any], back: str, **more: Any
) -> HttpResponse:
    """Render a form on a page of its own."""
    context = {"form": form, "title": title, "crumbs": crumbs, "back": back, **more}
    status = 422 if form.errors else 200
    return render(request, "monitoring/form.html", context, status=status)


def done(
    request: HttpRequest, act: Callable[[], Any], words: Any, to: str, back: str = ""
) -> HttpResponse:
    """Do something from a page and go `to`; `back` where a rule refuses it, with its words.

    Who may not do it gets the page that says so (Forbidden).
    """
    try:
        act()
    except BadInput as error:
        messages.error(request, " ".join(f"{one.text} {one.remedy}" for one in error.problems))
    except Refused as error:
        messages.error(request, f"{error.message()} {error.remedy_text()}")
    else:
        if words:
            messages.success(request, words)
        return HttpResponseRedirect(to)
    return HttpResponseRedirect(back or to)


def removed(
    request: HttpRequest, remove: Callable[..., Any], row: Any, listed: str, own: str
) -> HttpResponse:
    """Take a row out of the lists and go to its list, or back to its `own` page if refused."""
    reason = request.POST.get("reason", "")[:500]
    words = _("“%(name)s” was removed; its history stays.") % {"name": row}
    return done(
        request, lambda: remove(actor_of(request), row.pk, reason=reason), words, listed, own
    )
