"""An enterprise's own rungs of the warning ladder."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.audit.services import record
from anlan.base.duties import events, ladder
from anlan.base.duties.models import LadderRung
from anlan.base.duties.policy import LADDER
from anlan.base.duties.services.places import enterprise_of
from anlan.base.errors import BadInput, NotYours, Problem


@transaction.atomic
def save_rung(
    actor: Actor,
    enterprise: Organisation | UUID,
    trigger: str,
    condition: str,
    colour: int,
    *,
    threshold: Decimal,
    recipients: Sequence[str],
    told: str,
) -> LadderRung:
    """Set an enterprise's own rung in place of the product's.

    Raises BadInput for a rung the ladder does not have or a limit below 0; NotYours, Forbidden.
    """
    owner = enterprise_of(actor, enterprise)
    policy.require(actor, LADDER, owner)
    try:
        ladder.rung_of(ladder.product_default(), trigger, condition, colour)
    except LookupError as error:
        raise BadInput(Problem("condition", _("Choose one."))) from error
    share = condition == ladder.SOON
    if threshold < 0 or (share and threshold > 1):
        raise BadInput(Problem("threshold", _("Give a number that is not negative, a share ≤ 1.")))
    if told not in ("none", "digest", "immediate"):
        raise BadInput(Problem("told", _("Choose one.")))
    if not set(recipients) <= ladder.known_recipients():
        raise BadInput(Problem("recipients", _("Choose from the list.")))
    if told != "none" and not recipients:
        text = _("Say who is told, or choose “on the list only”.")
        raise BadInput(Problem("recipients", text, code="missing"))
    rung, made = LadderRung.objects.for_actor(actor).get_or_create(
        enterprise=owner,
        trigger=trigger,
        condition=condition,
        colour=colour,
        defaults={
            "scope_path": owner.path,
            "threshold": threshold,
            "recipients": list(recipients),
            "told": told,
        },
    )
    before = None
    if not made:
        before = {"threshold": rung.threshold, "recipients": rung.recipients, "told": rung.told}
        rung.threshold, rung.recipients, rung.told = threshold, list(recipients), told
        rung.version += 1
        rung.save()
    record(
        actor,
        events.LADDER_SAVED,
        rung,
        before=before,
        after={"threshold": threshold, "recipients": list(recipients), "told": told},
    )
    return rung


@transaction.atomic
def restore_rung(
    actor: Actor, enterprise: Organisation | UUID, trigger: str, condition: str, colour: int
) -> None:
    """Let the product's rung hold again. Raises NotYours (also where there is no own one),
    Forbidden."""
    owner = enterprise_of(actor, enterprise)
    policy.require(actor, LADDER, owner)
    rows = LadderRung.objects.for_actor(actor).filter(
        enterprise=owner, trigger=trigger, condition=condition, colour=colour
    )
    rung = rows.select_for_update(of=("self",)).first()
    if rung is None:
        raise NotYours()
    before = {"threshold": rung.threshold, "recipients": rung.recipients, "told": rung.told}
    record(actor, events.LADDER_RESTORED, owner, before=before, after={"rung": str(rung)})
    rung.delete()
