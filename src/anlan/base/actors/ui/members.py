"""Members: who is in my places, as what, and what can be done about it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy, queries, services
from anlan.base.actors.middleware import ActorRequest
from anlan.base.actors.permissions import MEMBER_VIEW, grantable_roles
from anlan.base.actors.person_page import person_view
from anlan.base.actors.roles import Role
from anlan.base.actors.ui.errors import attempt
from anlan.base.actors.ui.forms import GrantForm, ReasonForm
from anlan.base.actors.ui.links import password_url


@login_required
@require_GET
def detail(request: ActorRequest, pk: UUID) -> HttpResponse:
    """One person: roles, sessions, tokens, history."""
    policy.require(request.actor, MEMBER_VIEW)
    person = queries.person_one(request.actor, pk)
    return render(request, "people/member.html", person_view(request.actor, person))


@login_required
@require_http_methods(["GET", "POST"])
def grant(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Grant one more role: choose the organisation, then the role."""
    person = queries.person_one(request.actor, pk)
    back = reverse("people:member", args=[pk])
    chosen = request.GET.get("organisation")
    if not chosen:
        return choose_organisation(request, _("Grant a role to %(name)s") % {"name": person}, back)
    organisation = queries.organisation_one(request.actor, chosen)
    roles = grantable_roles(request.actor, organisation)
    form = GrantForm(request.POST or None, roles=roles)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: services.membership_grant(
                request.actor,
                user_id=pk,
                organisation_id=organisation.pk,
                role=Role(form.cleaned_data["role"]),
            ),
        )
        if made:
            messages.success(request, _("Role granted."))
            return redirect(back)
    return form_page(
        request,
        form,
        title=_("Grant a role to %(name)s") % {"name": person},
        lead=organisation.name,
        submit=_("Grant"),
        back=back,
        locked="" if roles else _("There is no role here that you may grant."),
    )


@login_required
@require_http_methods(["GET", "POST"])
def end(request: ActorRequest, pk: UUID) -> HttpResponse:
    """End one role."""
    membership = queries.membership_one(request.actor, pk)
    back = reverse("people:member", args=[membership.user_id])
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(form, lambda: services.membership_end(request.actor, pk, reason=reason)):
            messages.success(request, _("Role ended."))
            return redirect(back)
    return form_page(
        request,
        form,
        title=_("End this role?"),
        lead=str(membership),
        submit=_("End the role"),
        back=back,
        danger=True,
    )


@login_required
@require_http_methods(["GET", "POST"])
def deactivate(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Close an account."""
    person = queries.person_one(request.actor, pk)
    back = reverse("people:member", args=[pk])
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(form, lambda: services.user_deactivate(request.actor, pk, reason=reason)):
            messages.success(request, _("The account is closed; sessions and tokens have ended."))
            return redirect(back)
    return form_page(
        request,
        form,
        title=_("Deactivate %(name)s?") % {"name": person},
        lead=_("Sign-in, sessions and API tokens end at once. Roles and history are kept."),
        submit=_("Deactivate"),
        back=back,
        danger=True,
    )


@login_required
@require_POST
def reactivate(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Open an account again."""
    services.user_reactivate(request.actor, pk)
    messages.success(request, _("The account is open again."))
    return redirect("people:member", pk)


@login_required
@require_POST
def sign_out(request: ActorRequest, pk: UUID) -> HttpResponse:
    """End somebody's sessions."""
    services.user_sign_out(request.actor, pk)
    messages.success(request, _("Signed out everywhere."))
    return redirect("people:member", pk)


@login_required
@require_POST
def password_link(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show a link with which somebody sets a new password, once."""
    person, key = services.password_link_key(request.actor, pk)
    context = {
        "title": _("Password link for %(name)s") % {"name": person},
        "lead": _("Works once and until tomorrow. Hand it on in person or by a safe channel."),
        "link": password_url(request, key),
        "back": reverse("people:member", args=[pk]),
    }
    return render(request, "people/link.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def second_factor(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Remove the second factor of somebody who lost it."""
    person = queries.person_one(request.actor, pk)
    back = reverse("people:member", args=[pk])
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        done = attempt(
            form,
            lambda: (services.second_factor_clear(request.actor, pk, reason=reason), True),
        )
        if done:
            messages.success(request, _("The second factor is removed."))
            return redirect(back)
    return form_page(
        request,
        form,
        title=_("Remove the second factor of %(name)s?") % {"name": person},
        lead=_("Make sure that you speak to this person. They sign in with the password alone."),
        submit=_("Remove"),
        back=back,
        danger=True,
    )


def choose_organisation(request: ActorRequest, title: str, back: str) -> HttpResponse:
    """Show the search for an organisation; the choice comes back as `?organisation=`."""
    text = request.GET.get("q", "")
    context = {
        "title": title,
        "back": back,
        "text": text,
        "found": queries.organisation_choices(request.actor, text),
    }
    return render(request, "people/choose_organisation.html", context)


def form_page(request: ActorRequest, form: object, **context: object) -> HttpResponse:
    """Show one form with its title, one line of context and the way back."""
    status = 422 if getattr(form, "errors", None) else 200
    return render(request, "people/form.html", {"form": form, **context}, status=status)
