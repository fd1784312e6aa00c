"""Invitations: made, listed, withdrawn, taken up."""

from functools import partial
from uuid import UUID

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy, queries, services
from anlan.base.actors.middleware import ActorRequest
from anlan.base.actors.models import Invitation
from anlan.base.actors.permissions import ROLE_GRANT, grantable_roles
from anlan.base.actors.problems import InvitationGone
from anlan.base.actors.roles import Role
from anlan.base.actors.templatetags.anlan_people import can_mail
from anlan.base.actors.ui.errors import attempt
from anlan.base.actors.ui.forms import AcceptForm, InviteForm
from anlan.base.actors.ui.links import invitation_url, qr_svg
from anlan.base.actors.ui.mail import send_invitation
from anlan.base.actors.ui.members import choose_organisation, form_page


@login_required
@require_GET
def invitation_list(request: ActorRequest) -> HttpResponse:
    """The invitations that wait to be taken up."""
    policy.require(request.actor, ROLE_GRANT)
    rows = queries.open_invitations(request.actor)[:200]
    return render(request, "people/invitations.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "POST"])
def invite(request: ActorRequest) -> HttpResponse:
    """Invite somebody: choose the organisation, then the role; get a link or send it."""
    policy.require(request.actor, ROLE_GRANT)
    back = reverse("people:members")
    chosen = request.GET.get("organisation")
    if not chosen:
        return choose_organisation(request, _("Invite somebody"), back)
    organisation = queries.organisation_one(request.actor, chosen)
    roles = grantable_roles(request.actor, organisation)
    form = InviteForm(request.POST or None, roles=roles, can_mail=can_mail())
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: services.invitation_create(
                request.actor,
                organisation_id=organisation.pk,
                **{**form.cleaned_data, "role": Role(form.cleaned_data["role"])},
            ),
        )
        if made:
            return _made(request, *made)
    return form_page(
        request,
        form,
        title=_("Invite to %(name)s") % {"name": organisation},
        lead=_("The link works once and for 7 days."),
        submit=_("Invite"),
        back=back,
        locked="" if roles else _("There is no role here that you may grant."),
    )


def _made(request: ActorRequest, invitation: Invitation, secret: str) -> HttpResponse:
    link = invitation_url(request, secret)
    email = invitation.email
    if email:
        # Taking it up proves the address, so nobody else gets to see the link.
        send_invitation(invitation, link)
        messages.success(request, _("Invitation sent to %(email)s.") % {"email": email})
        return redirect("people:invitations")
    context = {
        "title": _("Invitation"),
        "lead": str(invitation),
        "link": link,
        "qr": qr_svg(link),
        "back": reverse("people:members"),
    }
    return render(request, "people/link.html", context)


@login_required
@require_POST
def withdraw(request: ActorRequest, invitation_id: UUID) -> HttpResponse:
    """Void an invitation."""
    services.invitation_withdraw(request.actor, invitation_id)
    messages.success(request, _("Invitation withdrawn."))
    return redirect("people:invitations")


@never_cache
@require_http_methods(["GET", "POST"])
def accept(request: ActorRequest, secret: str) -> HttpResponse:
    """Take up an invitation: with a new account, or with the one that is signed in."""
    try:
        invitation = services.invitation_for(secret)
    except InvitationGone as error:
        return render(request, "people/invitation_gone.html", {"error": error}, status=410)
    context = {"invitation": invitation, "role": Role(invitation.role).label}
    if request.actor.user_id is not None:
        if request.method == "POST":
            services.invitation_accept(request.actor, secret)
            messages.success(request, _("You hold a new role."))
            return redirect("people:account")
        return render(request, "people/invitation_signed_in.html", context)
    form = AcceptForm(request.POST or None, initial={"display_name": invitation.name})
    if request.method == "POST" and form.is_valid():
        call = partial(
            services.invitation_accept_new,
            secret,
            language=get_language() or "zh-hans",
            **form.cleaned_data,
        )
        user = attempt(form, call)
        if user:
            return perform_login(request, user, email_verification="none")
    status = 422 if form.errors else 200
    return render(request, "people/invitation.html", {**context, "form": form}, status=status)
