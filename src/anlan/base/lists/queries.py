"""Reading saved views."""

from django.db.models import Q, QuerySet

from anlan.base.actors.actor import Actor
from anlan.base.lists.models import SavedView

MOST_SHOWN = 20


def saved_views(actor: Actor, page: str) -> QuerySet[SavedView]:
    """Return the actor's own views of a list and those shared at their posts, oldest first."""
    return SavedView.objects.filter(
        Q(user=actor.user_id) | Q(shared_with__in=[post.organisation_id for post in actor.posts]),
        page=page,
    ).order_by("created_at", "pk")[:MOST_SHOWN]
