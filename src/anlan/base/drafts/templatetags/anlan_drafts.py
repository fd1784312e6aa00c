"""What a form needs to keep its drafts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils.translation import gettext as _

from anlan.base.drafts.queries import draft_of
from anlan.base.drafts.services import LONGEST_FORM

register = template.Library()

MOST_LABELS = 6


@dataclass(frozen=True, slots=True)
class Kept:
    """The draft of a form as its page shows it.

    `fields` go into the page as JSON; `labels` name them; `is_older` says that the record was
    saved by somebody after the draft was begun; `is_sent` that the form comes back refused, with
    what was typed in it.
    """

    form: str
    user: str
    base: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    labels: str = ""
    at: datetime | None = None
    is_older: bool = False
    is_sent: bool = False


@register.simple_tag(takes_context=True)
def kept_draft(context: RequestContext, form: Any) -> Kept | None:
    """Return the draft of this form by this person; None where drafts cannot be kept."""
    request = context.get("request")
    actor = getattr(request, "actor", None)
    if request is None or actor is None or actor.user_id is None:
        return None
    key = request.get_full_path()
    if len(key) > LONGEST_FORM:
        return None
    base = str(form.initial.get("version") or "")
    user = actor.user_id.hex if hasattr(actor.user_id, "hex") else str(actor.user_id)
    found = draft_of(actor, key)
    if found is None:
        return Kept(key, user, base, is_sent=form.is_bound)
    named = [str(form[name].label) for name in found.fields if name in form.fields]
    labels = _(", ").join(named[:MOST_LABELS]) + ("…" if len(named) > MOST_LABELS else "")
    return Kept(
        form=key,
        user=user,
        base=base,
        fields=found.fields,
        labels=labels,
        at=found.updated_at,
        is_older=found.base != base,
        is_sent=form.is_bound,
    )
