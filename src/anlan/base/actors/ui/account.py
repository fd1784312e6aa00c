"""The own account: profile and devices."""

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import services
from anlan.base.actors.middleware import ActorRequest
from anlan.base.actors.models import User
from anlan.base.actors.roles import Role
from anlan.base.actors.ui.errors import attempt
from anlan.base.actors.ui.forms import ProfileForm


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: ActorRequest) -> HttpResponse:
    """Name, phone, language and the roles held."""
    user = request.user
    assert isinstance(user, User)
    first = {"display_name": user.display_name, "phone": user.phone, "language": user.language}
    form = ProfileForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        saved = attempt(form, lambda: services.profile_change(request.actor, **form.cleaned_data))
        if saved:
            messages.success(request, _("Saved."))
            response = redirect("people:account")
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, saved.language, samesite="Lax")
            return response
    has_factor = is_mfa_enabled(user)
    context = {
        "form": form,
        "posts": request.actor.posts,
        "has_second_factor": has_factor,
        "urge_second_factor": not has_factor and Role.SYSTEM_ADMIN in request.actor.roles,
    }
    return render(request, "people/account.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def sessions(request: ActorRequest) -> HttpResponse:
    """Where the account is signed in."""
    rows = UserSession.objects.purge_and_list(request.user)
    rows.sort(key=lambda one: one.last_seen_at, reverse=True)
    context = {"rows": rows, "current": request.session.session_key}
    return render(request, "people/sessions.html", context)


@login_required
@require_POST
def session_end(request: ActorRequest, pk: int) -> HttpResponse:
    """Sign one device out."""
    services.session_end(request.actor, pk)
    messages.success(request, _("Signed out there."))
    return redirect("people:sessions")
