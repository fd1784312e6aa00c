"""Where a form sends what is typed while it is typed."""

import json

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anlan.base.drafts import services
from anlan.base.errors import BadInput, Problem


@login_required
@require_POST
def keep(request: HttpRequest) -> JsonResponse:
    """Keep the fields given (`fields`, JSON) of a form (`form`); answer the moment."""
    try:
        fields = json.loads(request.POST.get("fields", ""))
    except ValueError as error:
        raise BadInput(Problem("fields", _("This form cannot be kept."))) from error
    if not isinstance(fields, dict):
        raise BadInput(Problem("fields", _("This form cannot be kept.")))
    moment = services.draft_keep(
        request.actor,  # type: ignore[attr-defined]
        request.POST.get("form", ""),
        fields,
        request.POST.get("base", ""),
    )
    return JsonResponse({"at": moment.isoformat()})


@login_required
@require_POST
def drop(request: HttpRequest) -> JsonResponse:
    """Forget the draft of a form."""
    services.draft_drop(request.actor, request.POST.get("form", ""))  # type: ignore[attr-defined]
    return JsonResponse({})
