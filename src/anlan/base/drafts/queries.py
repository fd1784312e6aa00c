"""Reading drafts: one's own only."""

from anlan.base.actors.actor import Actor
from anlan.base.drafts.models import Draft


def draft_of(actor: Actor, form: str) -> Draft | None:
    """Return the person's draft of a form, or None."""
    if actor.user_id is None:
        return None
    return Draft.objects.filter(user_id=actor.user_id, form=form).first()
