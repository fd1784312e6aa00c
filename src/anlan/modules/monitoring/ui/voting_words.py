"""The vote of a zone's gas detectors, in words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from anlan.modules.monitoring.choices import PointKind
from anlan.modules.monitoring.queries.voting import Detector, Fault, Group
from anlan.modules.monitoring.rules_voting import Said, Verdict

UNJUDGED = "unjudged"
WORDS = {
    Verdict.CONFIRMED: gettext_lazy("Confirmed by vote"),
    Verdict.SINGLE: gettext_lazy("Single alarm, not confirmed"),
    Verdict.QUIET: pgettext_lazy("gas vote", "No alarm"),
    Verdict.UNKNOWN: gettext_lazy("Cannot be judged"),
    UNJUDGED: gettext_lazy("No zone named"),
}
ICONS = {
    Verdict.CONFIRMED: "alert-octagon",
    Verdict.SINGLE: "bell",
    Verdict.QUIET: "circle-check",
    Verdict.UNKNOWN: "help-circle",
    UNJUDGED: "circle-dashed",
}
TONES = {
    Verdict.CONFIRMED: "work",
    Verdict.SINGLE: "work",
    Verdict.QUIET: "done",
    Verdict.UNKNOWN: "idle",
    UNJUDGED: "outline",
}
SAID = {
    Said.QUIET: pgettext_lazy("gas vote", "No alarm"),
    Said.LEVEL_1: gettext_lazy("Level 1 alarm"),
    Said.LEVEL_2: gettext_lazy("Level 2 alarm"),
}
FAULTS = {
    Fault.DEVICE_OUT: gettext_lazy("out of service"),
    Fault.NO_POINT: gettext_lazy("no point in service behind it"),
    Fault.NO_ALARM: gettext_lazy("no alarm set up"),
    Fault.INHIBITED: gettext_lazy("its alarm is suppressed or out of service"),
    Fault.BAD_VALUE: gettext_lazy("faulty or frozen value"),
    Fault.OFFLINE: gettext_lazy("no value arrives"),
}
_ORDER = (Verdict.CONFIRMED, Verdict.SINGLE, Verdict.UNKNOWN, UNJUDGED, Verdict.QUIET)


@dataclass(frozen=True, slots=True)
class Member:
    """A detector of a group for a page."""

    pk: UUID
    tag: str
    name: str
    words: str
    icon: str
    is_in_alarm: bool
    is_faulty: bool
    is_this: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A group for a page: `sentences` say how the verdict came about."""

    place: str
    logic: str
    measures: str
    verdict: str
    word: str
    icon: str
    tone: str
    sentences: tuple[str, ...]
    members: tuple[Member, ...]

    @property
    def is_confirmed(self) -> bool:
        """Tell whether the vote confirms a gas alarm."""
        return self.verdict == Verdict.CONFIRMED


def shown(group: Group, this: UUID | None = None) -> Shown:
    """Return a group in words; `this` is the detector or point whose page it stands on."""
    verdict = group.vote.verdict if group.vote else UNJUDGED
    return Shown(
        place=group.place or ", ".join(one.tag for one in group.detectors),
        logic=str(group.logic),
        measures=str(PointKind(group.measures).label) if group.measures else "",
        verdict=str(verdict),
        word=str(WORDS[verdict]),
        icon=ICONS[verdict],
        tone=TONES[verdict],
        sentences=tuple(_sentences(group)),
        members=tuple(_member(one, this) for one in group.detectors),
    )


def ordered(groups: Iterable[Group]) -> list[Group]:
    """Return groups, those that somebody must look at first."""
    return sorted(groups, key=lambda one: _ORDER.index(one.vote.verdict if one.vote else UNJUDGED))


def counted(groups: Iterable[Group]) -> list[tuple[str, str, int]]:
    """Return verdict, its words and how many groups have it, the worst first."""
    found = Counter(one.vote.verdict if one.vote else UNJUDGED for one in groups)
    return [(str(one), str(WORDS[one]), found[one]) for one in _ORDER if found[one]]


def _sentences(group: Group) -> Iterable[str]:
    vote = group.vote
    if vote is None:
        yield _(
            "Detectors vote with those of the same place, gas and logic: enter the place of this"
            " one. Until then its alarm is a single one."
        )
        return
    if vote.verdict == Verdict.UNKNOWN:
        yield _("None of its detectors can say anything: gas would not be noticed here.")
    elif group.logic.is_vote:
        yield _("%(n)s of %(of)s detectors in alarm; %(needed)s needed.") % {
            "n": vote.n_alarm, "of": len(group.detectors), "needed": vote.needed,
        }  # fmt: skip
    else:
        yield _(
            "%(logic)s: one detector is enough to trip, so nothing is confirmed by a second."
        ) % {"logic": group.logic}
    if vote.is_degraded and vote.verdict != Verdict.UNKNOWN:
        yield ngettext(
            "%(n)s detector can say nothing: judged as %(logic)s. The rules say nothing of such a"
            " vote; it counts here as a vote for the alarm, the conservative choice.",
            "%(n)s detectors can say nothing: judged as %(logic)s. The rules say nothing of such a"
            " vote; they count here as votes for the alarm, the conservative choice.",
            vote.n_faulty,
        ) % {"n": vote.n_faulty, "logic": vote.judged_as}
    if vote.n_missing:
        yield ngettext(
            "%(n)s detector of the logic is not entered at this place.",
            "%(n)s detectors of the logic are not entered at this place.",
            vote.n_missing,
        ) % {"n": vote.n_missing}


def _member(one: Detector, this: UUID | None) -> Member:
    is_faulty = one.said == Said.FAULTY
    return Member(
        one.pk, one.tag, one.name,
        words=str(FAULTS[one.fault] if is_faulty else SAID[one.said]),
        icon="alert-triangle" if is_faulty else "bell-ringing" if one.is_in_alarm
        else "circle-check",
        is_in_alarm=one.is_in_alarm, is_faulty=is_faulty,
        is_this=this is not None and this in (one.pk, one.point_id),
    )  # fmt: skip
