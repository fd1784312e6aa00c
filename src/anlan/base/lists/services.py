"""Keeping saved views."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.errors import BadInput, NotYours, Problem
from anlan.base.lists.models import SavedView
from anlan.base.lists.page import page_for

MOST_VIEWS = 15
LONGEST_PARAMS = 2000


@transaction.atomic
def view_save(
    actor: Actor, page: str, *, label: str, params: str, shared: bool = False
) -> SavedView:
    """Keep a view under a name; the same name again replaces it. Raises BadInput, NotYours."""
    page_for(page)
    if actor.user_id is None:
        raise NotYours()
    label = " ".join(label.split())[:40]
    if not label:
        raise BadInput(Problem("label", _("Give the view a name.")))
    if len(params) > LONGEST_PARAMS:
        raise BadInput(Problem("label", _("This view has too many filters to be kept.")))
    own = SavedView.objects.select_for_update().filter(user_id=actor.user_id, page=page)
    if own.exclude(label=label).count() >= MOST_VIEWS:
        raise BadInput(
            Problem("label", _("You have 15 views of this list."), _("Delete one first."))
        )
    home = actor.home
    view, _created = SavedView.objects.update_or_create(
        user_id=actor.user_id,
        page=page,
        label=label,
        defaults={
            "params": params,
            "shared_with_id": home.organisation_id if shared and home else None,
        },
    )
    return view


@transaction.atomic
def view_delete(actor: Actor, view_id: UUID | str) -> None:
    """Delete one's own view. Raises NotYours."""
    try:
        gone, _rows = SavedView.objects.filter(user_id=actor.user_id, pk=view_id).delete()  # type: ignore[misc]
    except (ValidationError, ValueError) as error:
        raise NotYours() from error
    if not gone:
        raise NotYours()
