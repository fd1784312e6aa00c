"""Submissions of Pocket itself: settling a conflict, and what a phone tells about itself."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from anlan.base.actors import wall
from anlan.base.actors.actor import Actor
from anlan.base.actors.scope import EVERYTHING
from anlan.base.errors import NotYours
from anlan.base.pocket import kinds
from anlan.base.pocket.models import Submission
from anlan.base.pocket.services import deciding


class Decide(msgspec.Struct):
    """The way out that a person chose for one of their submissions."""

    envelope_id: UUID
    choice: Annotated[str, Meta(max_length=40)]


def decide(actor: Actor, envelope: kinds.Envelope, _files: Sequence[kinds.Given]) -> kinds.Outcome:
    """Settle a conflict from the phone where it was sealed."""
    payload: Decide = envelope.payload
    with wall.acting_as(EVERYTHING):
        found = (
            Submission.objects.unscoped("the author settles their own submission")
            .filter(pk=payload.envelope_id)
            .first()
        )
        if found is None:
            raise kinds.NotYet(payload.envelope_id)
        if found.author_id != actor.user_id:
            raise NotYours()
        settled = deciding.settle(actor, found.pk, payload.choice)
    return kinds.Outcome(number=settled.number, version=settled.record_version)


def note(_actor: Actor, _envelope: kinds.Envelope, _files: Sequence[kinds.Given]) -> kinds.Outcome:
    """Keep what a phone tells about itself; the submission is the record."""
    return kinds.Outcome()


def install() -> None:
    """Register them; called once at start-up."""
    kinds.register(
        kinds.Kind("pocket.decide", decide, Decide, lane=2, label=_("Choice in a conflict"))
    )
    told: dict[str, Any] = {
        "device.clock_jump": _("The phone's clock jumped"),
        "device.gap": _("The phone misses numbers"),
        "device.export": _("The phone exported its outbox"),
    }
    for code, label in told.items():
        kinds.register(kinds.Kind(code, note, lane=4, label=label))
