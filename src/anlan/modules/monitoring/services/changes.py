"""Changes of alarm settings under change control: asked, decided by another, in effect."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.actors import policy as rights
from anlan.base.actors.actor import Actor
from anlan.base.actors.roles import Role
from anlan.base.audit.services import Entry, record, record_many
from anlan.base.clock import now
from anlan.base.errors import BadInput, Problem, Problems, Refused
from anlan.base.inbox import services as inbox
from anlan.base.inbox.queries import recipients_for
from anlan.base.states.services import advance
from anlan.modules.monitoring import events, notices, policy, rules
from anlan.modules.monitoring.models import AlarmRule, LimitChange, Point
from anlan.modules.monitoring.services import directory, effects, settings
from anlan.modules.monitoring.states import OPEN_CHANGES, ChangeState
from anlan.modules.monitoring.texts_changes import change_words
from anlan.modules.registry.services import rows

APPROVERS = frozenset({Role.TECHNICAL, Role.PRINCIPAL})


class ChangeWaits(Refused):
    """The setting has an open change: two would each show an effect the other makes untrue."""

    code = "monitoring.change_waits"
    text = gettext_lazy("A change of %(rule)s is being decided already.")
    remedy = gettext_lazy("Withdraw that one, or wait until it is decided.")


class SettingMoved(Refused):
    """The setting is no longer what the approval was given for."""

    code = "monitoring.setting_moved"
    text = gettext_lazy("%(rule)s was changed after this change was asked for.")
    remedy = gettext_lazy("Withdraw it and ask anew, with the effect of today.")


class LimitsCross(Refused):
    """Another limit of the point has changed since: this one would stand on its far side."""

    code = "monitoring.limits_cross"
    text = gettext_lazy("%(low)s must lie below %(high)s.")
    remedy = SettingMoved.remedy


@transaction.atomic
def change_request(
    actor: Actor, rule_id: UUID | str, values: Mapping[str, Any], reason: str
) -> LimitChange:
    """Ask for a change of a setting; what stays the same is left out.

    Raises NotYours, Forbidden, BadInput (nothing changes, no reason, a limit that cannot be),
    ChangeWaits.
    """
    rule = AlarmRule.objects.for_actor(actor).select_related("point").lock(rule_id)
    rights.require(actor, policy.LIMIT_REQUEST, rule)
    problems = Problems()
    given = {name: value for name, value in values.items() if name in rules.CONTROLLED}
    cleaned = settings.cleaned_values(actor, rule.point, given, problems)
    new = {name: value for name, value in cleaned.items() if getattr(rule, name) != value}
    if not reason.strip():
        problems.add("reason", _("Say why it must change."), code="required")
    others = {
        one.kind: one.limit
        for one in AlarmRule.objects.for_actor(actor).filter(point=rule.point_id, in_use=True)
        if one.pk != rule.pk
    }
    whole = {name: getattr(rule, name) for name in rules.CONTROLLED} | new
    settings.check_setting(rule.point, rule.kind, whole, others, problems)
    if not new and not problems.found:
        problems.add("limit", _("Nothing would change."))
    problems.raise_if_any()
    if LimitChange.objects.for_actor(actor).filter(rule=rule.pk, state__in=OPEN_CHANGES).exists():
        raise ChangeWaits(rule=str(rule))
    effect = effects.effect_of(rule, new, now())
    change = _row(actor, rule, new, reason, effect)
    try:
        with transaction.atomic():
            change.save(force_insert=True)
    except IntegrityError as error:
        raise ChangeWaits(rule=str(rule)) from error
    record(actor, events.CHANGE_REQUESTED, change, before=change.old, after=_told(change),
           reason=change.reason)  # fmt: skip
    inbox.notify(
        actor,
        recipients_for(change, APPROVERS),
        notices.CHANGE_REQUESTED.code,
        {"rule": str(rule), "what": what_of(change), "who": actor.name, "reason": change.reason},
        row=change,
        url=reverse("monitoring:changes_show", args=[change.pk]),
        needs_action=True,
    )
    return change


def changes_request(
    actor: Actor, wanted: Sequence[tuple[AlarmRule, Mapping[str, Any], str]]
) -> list[LimitChange]:
    """Ask for many checked changes at once, with one notice. Call in a transaction.

    Their effect is not replayed here: each change's page does that when it is opened.
    """
    made = [_row(actor, rule, new, reason, {"why": "later"}) for rule, new, reason in wanted]
    LimitChange.objects.bulk_create(made, batch_size=2000)
    record_many(
        actor,
        (Entry(events.CHANGE_REQUESTED, one, one.old, _told(one), one.reason) for one in made),
    )
    by_enterprise: dict[UUID, list[LimitChange]] = {}
    for one in made:
        by_enterprise.setdefault(one.enterprise_id, []).append(one)
    for changes in by_enterprise.values():
        inbox.notify(
            actor,
            recipients_for(changes[0], APPROVERS),
            notices.CHANGES_REQUESTED.code,
            {"n": len(changes), "who": actor.name, "reason": changes[0].reason},
            row=changes[0],
            url=reverse("monitoring:changes"),
            needs_action=True,
        )
    return made


def _row(
    actor: Actor, rule: AlarmRule, new: Mapping[str, Any], reason: str, effect: dict[str, Any]
) -> LimitChange:
    fields: dict[str, Any] = {name: AlarmRule._meta.get_field(name) for name in new}
    return LimitChange(
        enterprise_id=rule.enterprise_id,
        scope_path=rule.scope_path,
        rule=rule,
        old={one.name: _kept(getattr(rule, one.attname)) for one in fields.values()},
        new={one.name: _kept(new[name]) for name, one in fields.items()},
        reason=reason.strip()[:1000],
        effect=effect,
        requested_by_id=actor.user_id,
    )


def _kept(value: Any) -> Any:
    """Return a value as JSON keeps it: a row by its id."""
    value = getattr(value, "pk", value)
    return str(value) if isinstance(value, UUID) else value


def _told(change: LimitChange) -> dict[str, Any]:
    return {"state": ChangeState.REQUESTED.value, **change.new}


def in_words(change: LimitChange) -> str:
    """Return the change in a line: `limit 85 → 90, deadband 1 → 2`."""
    return change_words(what_of(change))


def what_of(change: LimitChange) -> dict[str, Any]:
    """Return what changes as a notice keeps it, to be worded when it is read."""
    return {"old": {name: change.old.get(name) for name in change.new}, "new": change.new}


@transaction.atomic
def change_replay(actor: Actor, change_id: UUID | str) -> LimitChange:
    """Replay the last week anew for a change that waits. Raises NotYours, Forbidden."""
    change = _locked(actor, change_id)
    decides = actor.may(policy.LIMIT_APPROVE, change.scope_path, change.enterprise_id)
    rights.require(actor, policy.LIMIT_APPROVE if decides else policy.LIMIT_REQUEST, change)
    if change.state == ChangeState.REQUESTED:
        change.effect = effects.effect_of(change.rule, change.new, now())
        change.save(update_fields=["effect", "updated_at"])
    return change


def _locked(actor: Actor, change_id: UUID | str) -> LimitChange:
    rows_ = LimitChange.objects.for_actor(actor).select_related("rule__point")
    return rows_.lock(change_id)


@transaction.atomic
def change_decide(
    actor: Actor, change_id: UUID | str, verdict: str, comment: str = "", *, at_once: bool = True
) -> LimitChange:
    """Approve or refuse a change (`verdict`: approve, refuse).

    Approved `at_once`, it comes into effect in the same step; else somebody puts it into effect
    when the plant is ready. Raises NotYours, Forbidden, FourEyes, ReasonMissing, NotFromHere,
    SettingMoved, LimitsCross.
    """
    if verdict not in ("approve", "refuse"):
        raise BadInput(Problem("verdict", _("Approve or refuse.")))
    change = _locked(actor, change_id)
    if verdict == "approve":
        _refuse_moved(change)
        _refuse_crossed(actor, change)
    event = events.CHANGE_APPROVED if verdict == "approve" else events.CHANGE_REFUSED
    moved: LimitChange = advance(
        actor, change, verdict, event, reason=comment,
        changes={"decided_by_id": actor.user_id, "decided_at": now(), "comment": comment.strip()},
    )  # fmt: skip
    if verdict == "approve" and at_once:
        moved = change_apply(actor, moved.pk)
    _tell_requester(actor, moved)
    return moved


def _tell_requester(actor: Actor, change: LimitChange) -> None:
    if change.requested_by_id is None:
        return
    inbox.notify(
        actor,
        [change.requested_by_id],
        notices.CHANGE_DECIDED.code,
        {
            "rule": str(change.rule),
            "verdict": change.state,
            "who": actor.name,
            "comment": change.comment,
        },
        row=change,
        url=reverse("monitoring:changes_show", args=[change.pk]),
    )


@transaction.atomic
def change_withdraw(actor: Actor, change_id: UUID | str, reason: str) -> LimitChange:
    """Take a request back. Raises NotYours, Forbidden, ReasonMissing, NotFromHere."""
    change = _locked(actor, change_id)
    return advance(actor, change, "withdraw", events.CHANGE_WITHDRAWN, reason=reason)


@transaction.atomic
def change_apply(actor: Actor, change_id: UUID | str) -> LimitChange:
    """Put an approved change into effect: the setting gets its values and its next edition.

    Raises NotYours, Forbidden, NotFromHere, SettingMoved, LimitsCross.
    """
    change = _locked(actor, change_id)
    _refuse_moved(change)
    _refuse_crossed(actor, change)
    moment = now()
    moved: LimitChange = advance(
        actor, change, "apply", events.CHANGE_APPLIED, changes={"applied_at": moment}
    )
    rule = AlarmRule.objects.for_actor(actor).select_related("point").lock(moved.rule_id)
    before = {name: rows.shown(getattr(rule, name)) for name in moved.new}
    for name, value in moved.new.items():
        field: Any = AlarmRule._meta.get_field(name)
        setattr(rule, field.attname, value)
    rule.edition += 1
    rule.version += 1
    rule.approved_by_id, rule.approved_at = moved.decided_by_id, moved.decided_at
    rule.save()
    record(actor, events.RULE_CHANGED, rule, before=before, after=dict(moved.new),
           reason=moved.reason)  # fmt: skip
    directory.changed()
    return moved


def _refuse_moved(change: LimitChange) -> None:
    rule = change.rule
    fields: dict[str, Any] = {name: AlarmRule._meta.get_field(name) for name in change.old}
    if any(_kept(getattr(rule, fields[name].attname)) != old for name, old in change.old.items()):
        raise SettingMoved(rule=str(rule))


def _refuse_crossed(actor: Actor, change: LimitChange) -> None:
    """Hold a change against the point's other limits of now: each was asked for by itself."""
    rule = change.rule
    if not {"limit", "in_use"} & set(change.new) or not change.new.get("in_use", rule.in_use):
        return
    Point.objects.for_actor(actor).lock(rule.point_id)  # one change of a point at a time
    others = AlarmRule.objects.for_actor(actor).filter(point=rule.point_id, in_use=True)
    limits = dict(others.exclude(pk=rule.pk).values_list("kind", "limit"))
    wrong = rules.limits_in_order({**limits, rule.kind: change.new.get("limit", rule.limit)})
    if wrong and rule.kind in wrong:
        raise LimitsCross(low=wrong[0], high=wrong[1])
