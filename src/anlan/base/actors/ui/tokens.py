"""My API tokens."""

from datetime import timedelta
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.apps import apps
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import queries, services
from anlan.base.actors.middleware import ActorRequest
from anlan.base.actors.services.tokens import READ, scope_choices
from anlan.base.actors.ui.errors import attempt
from anlan.base.actors.ui.forms import TokenForm
from anlan.base.actors.ui.members import form_page
from anlan.base.clock import now


@login_required
@require_GET
def token_list(request: ActorRequest) -> HttpResponse:
    """The tokens I made."""
    context = {"rows": queries.tokens_of(request.actor)[:200], "now": now()}
    return render(request, "people/tokens.html", context)


@login_required
@reauthentication_required
@never_cache
@require_http_methods(["GET", "POST"])
def create(request: ActorRequest) -> HttpResponse:
    """Make a token and show it once; asks for the password again first."""
    form = TokenForm(request.POST or None, scopes=_offered(), initial={"scopes": [READ]})
    if request.method == "POST" and form.is_valid():
        days = timedelta(days=form.cleaned_data["days"])
        made = attempt(
            form,
            lambda: services.token_create(
                request.actor,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=now() + days,
            ),
        )
        if made:
            context = {
                "title": _("Token %(name)s") % {"name": made[0].name},
                "lead": _("Copy it now: it is shown this once and kept nowhere."),
                "link": made[1],
                "back": reverse("people:tokens"),
            }
            return render(request, "people/link.html", context)
    return form_page(
        request,
        form,
        title=_("New API token"),
        submit=_("Create"),
        back=reverse("people:tokens"),
        lead=_("For programs that act in your name. Treat it like a password."),
    )


@login_required
@require_POST
def revoke(request: ActorRequest, pk: UUID) -> HttpResponse:
    """End a token."""
    services.token_revoke(request.actor, pk)
    messages.success(request, _("Token revoked."))
    return redirect("people:tokens")


def _offered() -> list[tuple[str, str]]:
    """Return `read` and the first parts of permissions: finer ones come through the API."""
    whole = [one for one in scope_choices() if "." not in one and one != READ]
    return [(READ, _("Read only")), *((one, _("Everything in “%s”") % _area(one)) for one in whole)]


def _area(part: str) -> str:
    """Return what people call the part of the product that a permission begins with."""
    if part == "system":
        return _("System")
    config = apps.app_configs.get({"people": "actors"}.get(part, part))
    return str(config.verbose_name) if config else part
