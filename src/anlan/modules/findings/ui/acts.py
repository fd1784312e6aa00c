"""Everything one can do to a finding: its form, who may, and the service behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.errors import Text
from anlan.modules.findings import policy
from anlan.modules.findings.choices import Level
from anlan.modules.findings.models import Extension, Finding
from anlan.modules.findings.services import (
    evidence,
    extending,
    major,
    rewarding,
    treating,
)
from anlan.modules.findings.states import OPEN, ExtensionState, FindingState
from anlan.modules.findings.ui import forms as shown

Make = Callable[[Actor, Finding, Any, Any], forms.Form]
Run = Callable[[Actor, Finding, Any, Any], Any]
When = Callable[[Finding], bool]


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `permission` is needed at the finding's place, or anywhere if `anywhere`.

    `moves` marks the moves of the state machine, which the next-step card offers itself.
    """

    key: str
    label: Text
    icon: str
    make: Make
    run: Run
    permission: str
    when: When = lambda row: True
    moves: bool = False
    anywhere: bool = False
    upload: bool = False

    def is_open(self, actor: Actor, row: Finding) -> bool:
        """Tell whether this person may do it now."""
        if not self.when(row):
            return False
        if self.anywhere:
            return actor.may(self.permission)
        return actor.may(self.permission, row.scope_path, row.enterprise_id)


def _form(kind: Any) -> Make:
    return lambda actor, row, data, files: kind(data, files)


def _is_open(row: Finding) -> bool:
    return row.state in OPEN


def _is_major(row: Finding) -> bool:
    return row.level == Level.MAJOR


def _submit(actor: Actor, row: Finding, form: Any, files: Any) -> Any:
    given = form.cleaned_data
    if given.get("photo"):
        evidence.add(actor, row.pk, given["photo"], given["photo"].name, "after")
    return treating.submit(actor, row.pk, result=given["result"], cost=given["cost"])


def _close(actor: Actor, row: Finding, form: Any, files: Any) -> Any:
    given = form.cleaned_data
    if given.get("photo"):
        evidence.add(actor, row.pk, given["photo"], given["photo"].name, "after")
    return treating.close_on_the_spot(actor, row.pk, result=given["result"], cost=given["cost"])


def _photo(actor: Actor, row: Finding, form: Any, files: Any) -> Any:
    given = form.cleaned_data
    upload = given["photo"]
    return evidence.add(actor, row.pk, upload, upload.name, given["role"], given["title"])


def _judge(actor: Actor, row: Finding, form: Any, files: Any) -> Any:
    given = form.cleaned_data
    return major.raise_level(actor, row.pk, given["criterion"], given["reason"])


def _judge_form(actor: Actor, row: Finding, data: Any, files: Any) -> forms.Form:
    from anlan.modules.findings.ui.judging import suggestions

    return shown.JudgeForm(row, data, tuple(one.code for one in suggestions(row)))


def _plan_form(actor: Actor, row: Finding, data: Any, files: Any) -> forms.Form:
    return shown.PlanForm(row, data, with_deadline=row.confirmed_at is None)


def _extension_form(actor: Actor, row: Finding, data: Any, files: Any) -> forms.Form:
    return shown.ExtensionForm(row, data)


def _reward_form(actor: Actor, row: Finding, data: Any, files: Any) -> forms.Form:
    return shown.RewardForm(data, initial={"reward": row.reward})


def _reason(service: Callable[..., Any]) -> Run:
    return lambda actor, row, form, files: service(actor, row.pk, form.cleaned_data["reason"])


def _opinion(service: Callable[..., Any]) -> Run:
    return lambda actor, row, form, files: service(
        actor, row.pk, opinion=form.cleaned_data["opinion"]
    )


ACTS: dict[str, Act] = {
    act.key: act
    for act in (
        Act(
            "confirm", _("Confirm level and treatment"), "clipboard-check", _plan_form,
            lambda actor, row, form, files: treating.confirm(actor, row.pk, form.plan()),
            policy.FINDING_CONFIRM, moves=True,
        ),
        Act(
            "close_on_the_spot", _("Confirm and close: corrected on the spot"), "circle-check",
            lambda actor, row, data, files: shown.ResultForm(
                data, files, initial={"result": row.result, "cost": row.cost}
            ),
            _close, policy.FINDING_CONFIRM, moves=True, upload=True,
        ),
        Act(
            "dismiss", pgettext_lazy("finding", "Not a finding"), "circle-minus",
            _form(shown.ReasonForm), _reason(treating.dismiss), policy.FINDING_CONFIRM, moves=True,
        ),
        Act(
            "start", _("Start rectification"), "player-play", _form(shown.ActForm),
            lambda actor, row, form, files: treating.start(actor, row.pk),
            policy.FINDING_RECTIFY, moves=True,
        ),
        Act(
            "submit", _("Submit for acceptance"), "send",
            lambda actor, row, data, files: shown.ResultForm(
                data, files, initial={"result": row.result, "cost": row.cost}
            ),
            _submit, policy.FINDING_RECTIFY, moves=True, upload=True,
        ),
        Act(
            "accept", pgettext_lazy("finding", "Accept"), "circle-check",
            _form(shown.OpinionForm), _opinion(treating.accept), policy.FINDING_ACCEPT, moves=True,
        ),
        Act(
            "reject", _("Send back"), "arrow-back-up", _form(shown.ReasonForm),
            _reason(treating.reject), policy.FINDING_ACCEPT, moves=True,
        ),
        Act(
            "reopen", _("Open again"), "refresh", _form(shown.ReopenForm),
            lambda actor, row, form, files: treating.reopen(
                actor, row.pk, form.cleaned_data["reason"], form.cleaned_data["deadline"]
            ),
            policy.FINDING_CONFIRM, moves=True,
        ),
        Act(
            "plan", _("Change the plan"), "edit", _plan_form,
            lambda actor, row, form, files: treating.change(actor, row.pk, form.plan()),
            policy.FINDING_CONFIRM,
            lambda row: row.state in (FindingState.CONFIRMED, FindingState.RECTIFYING),
        ),
        Act(
            "extend", _("Ask for more time"), "calendar-plus", _extension_form,
            lambda actor, row, form, files: extending.request(actor, row.pk, **form.cleaned_data),
            policy.FINDING_RECTIFY,
            lambda row: row.state in (FindingState.CONFIRMED, FindingState.RECTIFYING)
            and row.deadline is not None,
        ),
        Act(
            "photo", _("Add a photo or file"), "camera", _form(shown.PhotoForm), _photo,
            policy.FINDING_REPORT, _is_open, anywhere=True, upload=True,
        ),
        Act(
            "remark", pgettext_lazy("finding", "Remark"), "message", _form(shown.RemarkForm),
            lambda actor, row, form, files: treating.remark(
                actor, row.pk, form.cleaned_data["text"]
            ),
            policy.FINDING_REPORT, anywhere=True,
        ),
        Act(
            "raise", _("Judge by the major-hazard criteria"), "scale", _judge_form, _judge,
            policy.FINDING_REPORT, _is_open, anywhere=True,
        ),
        Act(
            "lower", _("Lower to general"), "arrow-down", _form(shown.ReasonForm),
            _reason(major.lower_level), policy.FINDING_LEVEL,
            lambda row: _is_major(row) and _is_open(row) and row.listed_at is None,
        ),
        Act(
            "sign", _("Sign as the principal"), "signature", _form(shown.ActForm),
            lambda actor, row, form, files: major.sign(actor, row.pk), policy.FINDING_SIGN,
            lambda row: _is_major(row) and _is_open(row) and row.signed_at is None,
        ),
        Act(
            "review", _("Review as the authority"), "clipboard-check", _form(shown.OpinionForm),
            _opinion(major.review), policy.FINDING_REVIEW,
            lambda row: _is_major(row) and _is_open(row) and row.reviewed_at is None,
        ),
        Act(
            "list", _("List for supervision"), "speakerphone", _form(shown.ListingForm),
            lambda actor, row, form, files: major.list_for_supervision(
                actor, row.pk, form.cleaned_data["number"]
            ),
            policy.FINDING_LIST,
            lambda row: _is_major(row)
            and row.listed_at is None
            and row.state != FindingState.DISMISSED,
        ),
        Act(
            "clear", _("Clear the number"), "checks", _form(shown.OpinionForm),
            _opinion(major.clear), policy.FINDING_CLEAR,
            lambda row: _is_major(row)
            and row.state == FindingState.ACCEPTED
            and row.cleared_at is None,
        ),
        Act(
            "reward", _("Reward the report"), "gift", _reward_form,
            lambda actor, row, form, files: rewarding.grant(
                actor,
                row.pk,
                form.cleaned_data["reward"] or Decimal(0),
                form.cleaned_data["reason"],
            ),
            policy.FINDING_REWARD,
            lambda row: row.channel == "employee"
            and row.state not in (FindingState.REPORTED, FindingState.DISMISSED),
        ),
    )
}  # fmt: skip


def may_decide(actor: Actor, asked: Extension) -> bool:
    """Tell whether this person may decide a request for more time."""
    needed = policy.FINDING_EXTEND_LATE if asked.is_late else policy.FINDING_EXTEND
    return (
        asked.state == ExtensionState.REQUESTED
        and asked.requested_by_id != actor.user_id
        and actor.may(needed, asked.scope_path, asked.enterprise_id)
    )
