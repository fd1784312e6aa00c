"""What commitments put into the shell: navigation, home, looks of states."""

import datetime as dt
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.inbox import today
from anlan.base.ui import navigation
from anlan.base.ui.marks import StateMark, register_states
from anlan.modules.commitment import policy, queries
from anlan.modules.commitment.states import CommitmentState


def install() -> None:
    """Register everything; called once when the app starts."""
    navigation.register(
        navigation.NavItem(
            "commitment",
            gettext_lazy("Commitment"),
            "speakerphone",
            "commitment:today",
            "prevent",
            order=60,
            of_plant=True,
        )
    )
    register_states(
        {
            "commitment.draft": StateMark(
                "circle-dashed", pgettext_lazy("commitment", "Not published"), "idle"
            ),
            "commitment.published": StateMark("circle-check", gettext_lazy("Published"), "done"),
        }
    )
    today.provider("commitment")(contribution)


def contribution(actor: Actor, day: dt.date) -> today.Contribution:
    """Ask people of a plant for today's commitment; count for officers who is missing."""
    own = actor.own_enterprise_id
    if own is None:
        rate = queries.rate(actor, day)
        url = reverse("commitment:overview")
        figures = [
            today.Figure(
                _("Commitments missing"),
                rate.obliged - rate.published,
                url,
                note=_("%(n)s of %(of)s published") % {"n": rate.published, "of": rate.obliged},
                is_over=rate.obliged > rate.published,
                order=25,
            ),
            today.Figure(
                _("Commitments in doubt"),
                rate.doubtful,
                f"{url}?only=doubtful",
                is_over=bool(rate.doubtful),
                order=26,
            ),
        ]
        return today.Contribution(figures=figures if rate.obliged else [])
    row = queries.of_day(actor, own, day)
    if row is not None and row.state == CommitmentState.PUBLISHED:
        return today.Contribution()
    url = reverse("commitment:open", kwargs={"enterprise_id": own})
    is_step = actor.may(policy.COMMITMENT_PUBLISH) or not actor.may(policy.COMMITMENT_PREPARE)
    if is_step and queries.has_duty(actor, day):
        return today.Contribution()  # it stands among the duties already
    if actor.may(policy.COMMITMENT_PUBLISH):
        title, act = _("Publish today's safety-risk commitment"), _("Publish")
    elif actor.may(policy.COMMITMENT_PREPARE):
        title, act = _("Prepare today's safety-risk commitment"), _("Prepare")
    elif actor.may(policy.COMMITMENT_JUDGE) and row is not None:
        return _to_sign(actor, row.pk, day)
    else:
        return today.Contribution()
    item = today.Item(title, url, act, icon="speakerphone", due=day, urgency=2, decides=True)
    return today.Contribution(items=[item])


def _to_sign(actor: Actor, commitment_id: UUID, day: dt.date) -> today.Contribution:
    items = [
        today.Item(
            _("Sign the judgement of %(place)s") % {"place": one.node.organisation.name},
            reverse("commitment:judge", kwargs={"pk": one.pk}),
            _("Sign"),
            icon="signature",
            due=day,
            urgency=2,
            place=one.scope_path,
        )
        for one in queries.judgements(actor, commitment_id)
        if one.signed_at is None
        and actor.may(policy.COMMITMENT_JUDGE, one.scope_path, one.enterprise_id)
    ]
    return today.Contribution(items=items)
