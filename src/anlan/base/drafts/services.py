"""Keeping and forgetting drafts. They are no records: history does not speak of them."""

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.clock import now
from anlan.base.drafts.models import Draft
from anlan.base.errors import BadInput, NotYours, Problem

LONGEST_FORM = 500
LONGEST_NAME = 120
MOST_TEXT = 200_000
MOST_DRAFTS = 200


@transaction.atomic
def draft_keep(
    actor: Actor, form: str, fields: Mapping[str, list[str]], base: str = ""
) -> datetime:
    """Keep what a person typed into a form; fields kept before and not given now stay.

    Returns the moment (aware, UTC). Beyond `MOST_DRAFTS` the person's oldest goes. Raises
    NotYours for nobody, BadInput for what no form sends.
    """
    if actor.user_id is None:
        raise NotYours()
    if not form.startswith("/") or len(form) > LONGEST_FORM:
        raise BadInput(Problem("form", _("This form cannot be kept.")))
    given = _clean(fields)
    own = Draft.objects.filter(user_id=actor.user_id)
    draft = own.select_for_update().filter(form=form).first()
    together = {**(draft.fields if draft else {}), **given}
    if len(json.dumps(together, ensure_ascii=False)) > MOST_TEXT:
        raise BadInput(Problem("fields", _("This is too long to be kept as a draft.")))
    moment = now()
    Draft.objects.update_or_create(
        user_id=actor.user_id,
        form=form,
        defaults={"fields": together, "base": base[:40], "updated_at": moment},
    )
    if draft is None:
        beyond = own.order_by("-updated_at").values("pk")[MOST_DRAFTS:]
        own.filter(pk__in=list(beyond.values_list("pk", flat=True))).delete()
    return moment


def _clean(fields: Mapping[str, list[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, values in fields.items():
        texts = isinstance(values, list) and all(isinstance(text, str) for text in values)
        if not isinstance(name, str) or len(name) > LONGEST_NAME or not texts:
            raise BadInput(Problem("fields", _("This form cannot be kept.")))
        # PostgreSQL holds no NUL, and no form needs one.
        found[name.replace("\x00", "")] = [text.replace("\x00", "") for text in values]
    return found


def draft_drop(actor: Actor, form: str) -> None:
    """Forget the person's draft of a form, if there is one."""
    if actor.user_id is not None:
        Draft.objects.filter(user_id=actor.user_id, form=form).delete()


def drafts_forget(before: datetime) -> int:
    """Forget drafts that nobody touched since `before`; return how many."""
    gone, _rows = Draft.objects.filter(updated_at__lt=before).delete()
    return gone
