"""What the page of a finding shows: steps, the five, immunity, photos."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.base.actors.actor import Actor
from anlan.base.audit.events import event_for
from anlan.base.audit.words import Change, Entry
from anlan.base.clock import day_of, today
from anlan.base.errors import Refused
from anlan.base.files.models import Attachment
from anlan.base.files.sniff import IMAGES
from anlan.base.states.services import offers
from anlan.base.ui.marks import money
from anlan.modules.findings import problems, rules, texts
from anlan.modules.findings.choices import OUTSIDE, Channel, Level, PhotoRole
from anlan.modules.findings.models import Finding
from anlan.modules.findings.services.treating import fixed_of
from anlan.modules.findings.states import FindingState
from anlan.modules.findings.ui.acts import ACTS, Act
from anlan.modules.findings.ui.origins import Origin

_LINE = (
    FindingState.REPORTED,
    FindingState.CONFIRMED,
    FindingState.RECTIFYING,
    FindingState.AWAITING,
    FindingState.ACCEPTED,
)


@dataclass(frozen=True, slots=True)
class Step:
    """A stage: `state` is done, current or empty."""

    title: str
    note: str
    state: str


def _moment(at: dt.datetime | None, who: Any) -> str:
    if at is None:
        return ""
    from anlan.base.clock import SHANGHAI

    return f"{at.astimezone(SHANGHAI):%m-%d %H:%M} {who or ''}".strip()


def steps_of(row: Finding) -> list[Step]:
    """Return the stages with who and when."""
    reporter = _("anonymous") if row.is_anonymous else row.registered_by
    notes = {
        FindingState.REPORTED: _moment(row.registered_at, reporter),
        FindingState.CONFIRMED: _moment(row.confirmed_at, row.confirmed_by),
        FindingState.RECTIFYING: row.rectifier,
        FindingState.AWAITING: _moment(row.submitted_at, row.submitted_by)
        or (_("by %(who)s") % {"who": row.acceptor} if row.acceptor else ""),
        FindingState.ACCEPTED: _moment(row.accepted_at, row.judge),
    }
    if row.state == FindingState.DISMISSED:
        return [
            Step(str(FindingState.REPORTED.label), notes[FindingState.REPORTED], "done"),
            Step(str(FindingState.DISMISSED.label), "", "current"),
        ]
    at = _LINE.index(FindingState(row.state))
    closed = row.state == FindingState.ACCEPTED
    spot = closed and row.confirmed_at is None
    line = (FindingState.REPORTED, FindingState.ACCEPTED) if spot else _LINE
    return [
        Step(
            str(state.label),
            notes[state],
            "done"
            if closed or _LINE.index(state) < at
            else "current"
            if state == row.state
            else "",
        )
        for state in line
    ]


@dataclass(frozen=True, slots=True)
class Five:
    """One of the five: what is fixed, or that it is not."""

    name: str
    text: str
    is_fixed: bool


def five_of(row: Finding) -> list[Five]:
    """Return the five (五落实) with what each says."""
    missing = fixed_of(row).missing()
    owner = " · ".join(
        part
        for part in (
            row.rectifier,
            row.department.name if row.department else "",
            _("accepted by %(who)s") % {"who": row.judge} if row.judge else "",
        )
        if part
    )
    funds = (
        ""
        if row.funds is None
        else _("%(sum)s CNY") % {"sum": money(row.funds)} + f" {row.funds_note}".rstrip()
    )
    deadline = row.deadline.isoformat() if row.deadline else ""
    if row.first_deadline and row.first_deadline != row.deadline:
        deadline += " " + _("(first %(day)s)") % {"day": row.first_deadline}
    said = {
        "owner": owner,
        "measures": _("; ").join(part for part in (row.measures, row.interim) if part),
        "funds": funds,
        "deadline": deadline,
        "plan": row.plan,
    }
    return [
        Five(capfirst(str(texts.FIVE[name])), said[name], name not in missing)
        for name in rules.FIVE
    ]


@dataclass(frozen=True, slots=True)
class Offered:
    """A move on the next-step card; `why` says what locks it, `fix` what helps."""

    act: Act
    label: str
    url: str
    why: str = ""
    clause: str = ""
    fix: str = ""
    fix_url: str = ""
    is_role: bool = False
    is_second: bool = False

    @property
    def is_main(self) -> bool:
        """Tell whether it is the step forward, which alone has the filled button."""
        return self.act.key in ("confirm", "start", "submit", "accept") and not self.is_second

    @property
    def locked(self) -> bool:
        """Tell whether it cannot be done now."""
        return bool(self.why)


def act_url(row: Finding, key: str) -> str:
    """Return the address of an act."""
    return reverse("findings:act", args=[row.pk, key])


def next_of(actor: Actor, row: Finding) -> list[Offered]:
    """Return the moves that leave the finding's state, each with what locks it."""
    found = []
    for offer in offers(actor, row):
        act = ACTS[offer.transition.name]
        if act.key == "close_on_the_spot" and row.level == Level.MAJOR:
            continue
        refusal = offer.refusal
        fix, fix_url = _fix(actor, row, refusal)
        found.append(
            Offered(
                act,
                str(offer.transition.label),
                act_url(row, act.key),
                refusal.message() if refusal else "",
                refusal.clause if refusal else "",
                fix,
                fix_url,
                is_role=refusal is not None and not isinstance(refusal, Refused),
                is_second=act.key == "submit" and row.state == FindingState.CONFIRMED,
            )
        )
    return found


def _fix(actor: Actor, row: Finding, refusal: Exception | None) -> tuple[str, str]:
    key = {
        problems.FiveMissing: "plan",
        problems.NotSigned: "sign",
        problems.NotReviewed: "review",
    }.get(type(refusal))  # type: ignore[arg-type]
    if key is None or not ACTS[key].is_open(actor, row):
        return "", ""
    return str(ACTS[key].label), act_url(row, key)


def more_of(actor: Actor, row: Finding) -> list[tuple[Act, str]]:
    """Return the other acts open to this person, with their addresses."""
    return [
        (act, act_url(row, act.key))
        for act in ACTS.values()
        if not act.moves and act.is_open(actor, row)
    ]


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo with what it shows and when it was taken."""

    row: Attachment
    role: str
    role_word: str
    taken: str


def photos(rows: list[Attachment]) -> tuple[list[Photo], list[Photo]]:
    """Return pictures, and other files."""
    words = dict(PhotoRole.choices)
    pictures: list[Photo] = []
    others: list[Photo] = []
    for one in rows:
        role = one.kind if one.kind in words else str(one.details.get("role", "scene"))
        taken = str(one.details.get("taken_at", ""))[:16].replace("T", " ")
        shown = Photo(one, role, str(words.get(role, "")), taken)
        (pictures if one.file.mime in IMAGES else others).append(shown)
    return pictures, others


def compared(pictures: list[Photo]) -> tuple[Photo, Photo] | None:
    """Return the first picture before and the last one after; None without both."""
    before = [one for one in pictures if one.role == PhotoRole.BEFORE]
    after = [one for one in pictures if one.role == PhotoRole.AFTER]
    return (before[0], after[-1]) if before and after else None


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of immunity from penalty, and whether it holds."""

    text: str
    holds: bool


def immunity_of(row: Finding) -> tuple[bool, list[Condition]]:
    """Return whether a major finding is free of penalty, with each condition."""
    # Reported upward is what the principal signed: from then on it is on the authority's list.
    holds, failing = rules.immune(
        self_found=row.channel in (Channel.SELF, Channel.EMPLOYEE, Channel.ALARM, Channel.PERMIT),
        reported=row.signed_at is not None,
        overdue_days=row.overdue_days,
        is_accepted=row.state == FindingState.ACCEPTED,
        day_left=row.deadline is not None and row.deadline >= today(),
    )
    words = {
        "self_found": _("found by the enterprise itself"),
        "reported": _("signed and reported upward"),
        "in_time": _("being rectified in time"),
    }
    return holds, [Condition(text, key not in failing) for key, text in words.items()]


def entry_of(row: Finding) -> tuple[dt.date, bool] | None:
    """Return the last day for entering an outside inspection's finding, and whether it was kept."""
    if row.channel not in OUTSIDE or row.inspected_on is None:
        return None
    limit = rules.entry_limit(row.inspected_on)
    return limit, day_of(row.registered_at) <= limit


def source_of(row: Finding, origin: Origin | None = None) -> list[tuple[str, str, str]]:
    """Return label, text and address of what the finding came from and belongs to."""
    measure = row.measure
    facts = [
        (_("Source"), f"{row.get_source_display()}\u00a0· {row.get_channel_display()}", ""),
        *([(str(origin.label), origin.text, origin.url)] if origin else []),
        (_("Discipline"), str(row.get_discipline_display()), ""),
        (pgettext("finding", "Place"), row.place, ""),
        (_("Risk object"), row.object.name if row.object else "", ""),
        (_("Risk unit"), row.unit.name if row.unit else "", ""),
        (pgettext("finding", "Risk event"), measure.event.name if measure else "", ""),
        (_("Control measure"), f"{measure.code} {measure.text}" if measure else "", ""),
        (_("Tag"), str(row.equipment or ""), ""),
        (pgettext("finding", "Basis"), row.basis, ""),
        (_("Inspection document"), row.inspection_ref, ""),
        (_("Found at"), _moment(row.found_at, ""), ""),
        (_("Cause"), " · ".join(
            part for part in (str(row.get_root_cause_display() or ""), row.cause) if part
        ), ""),
        (_("Cost, CNY"), "" if row.cost is None else money(row.cost), ""),
        (_("Reward, CNY"), "" if row.reward is None else money(row.reward), ""),
    ]  # fmt: skip
    return [fact for fact in facts if fact[1].strip(" ·")]


# What the stages and the five tell already; the story tells only what else changed.
_TOLD = (
    "state", "confirmed_at", "confirmed_by", "submitted_at", "submitted_by", "accepted_at",
    "accepted_by", "signed_at", "signed_by", "reviewed_at", "reviewed_by", "listed_at",
    "listed_by", "cleared_at", "cleared_by", "first_deadline", "number", "title",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the story."""

    entry: Entry
    text: str
    icon: str
    changes: list[Change]


_ICONS = {
    "reported": "alert-triangle", "confirmed": "clipboard-check", "submitted": "send",
    "accepted": "circle-check", "rejected": "arrow-back-up", "remarked": "message",
    "signed": "signature", "reviewed": "clipboard-check", "listed": "speakerphone",
    "level_raised": "scale", "extension_requested": "calendar-plus", "started": "player-play",
    "added": "camera", "changed": "edit", "linked": "repeat", "rewarded": "gift",
}  # fmt: skip


def _field(name: str) -> Any:
    return Finding._meta.get_field(name)


def story_of(entries: list[Entry]) -> list[Told]:
    """Return the history as the story of one finding, without what the page says elsewhere."""
    known = {capfirst(str(_field(name).verbose_name)) for name in _TOLD}
    found = []
    for entry in entries:
        declared = event_for(entry.code)
        text = str(declared.text) if declared else entry.code
        own = entry.code.startswith("findings.")
        found.append(
            Told(
                entry,
                text if own else _("File added") if entry.verb == "added" else entry.deed,
                _ICONS.get(entry.verb, "point"),
                [one for one in entry.changes if own and capfirst(one.label) not in known],
            )
        )
    return found
