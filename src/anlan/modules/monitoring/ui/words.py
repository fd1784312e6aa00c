"""Remarks, proposals and effects in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from anlan.facts.loader import Provenance
from anlan.modules.monitoring.rules import Proposal, Remark


def provenance_word(provenance: Provenance | None) -> str:
    """Return how far a figure can be trusted, in a few words; empty for arithmetic."""
    if provenance is None:
        return ""
    return {
        Provenance.OFFICIAL: _("official text"),
        Provenance.CROSS_CHECKED: _("two copies agree"),
        Provenance.SINGLE: _("one copy"),
        Provenance.RECALLED: _("from memory, to be reviewed"),
        Provenance.PRODUCT_DEFAULT: _("Anlan's own choice"),
        Provenance.USER_IMPORTED: _("brought in by the user"),
    }[provenance]


@dataclass(frozen=True, slots=True)
class Said:
    """A remark in words with where it comes from."""

    text: str
    clause: str
    provenance: str


_TEXTS = {
    "gas.missing": lambda: _("Level %(rule)s is not set up."),
    "gas.unit": lambda: _("Unit “%(unit)s” cannot be compared; %(expected)s is expected."),
    "gas.above": lambda: _(
        "%(rule)s is set to %(limit)g %(unit)s; at most %(allowed)g is allowed."
    ),
    "gas.below": lambda: _("%(rule)s is set to %(limit)g %(unit)s; at least %(allowed)g is due."),
    "gas.unknown": lambda: _("No exposure limit is known for “%(gas)s”; nothing was checked."),
    "gas.no_limit": lambda: _(
        "No exposure limit of “%(gas)s” in %(unit)s is known; nothing was checked."
    ),
}


def said(remark: Remark) -> Said:
    """Return a remark in words."""
    text = _TEXTS[remark.code]() % dict(remark.data)
    return Said(text, remark.clause, provenance_word(remark.provenance))


def proposal_words(proposal: Proposal | None) -> Said | None:
    """Return the proposed priority in words; None while nothing can be proposed."""
    if proposal is None:
        return None
    if proposal.priority:
        text = _("Proposed by consequence and time to respond")
    else:
        text = _("By consequence and time to respond this needs no alarm.")
    if proposal.needs_interlock:
        text += " " + _("Less than 3 minutes remain: this belongs to an interlock.")
    return Said(text, proposal.citation, provenance_word(proposal.provenance))


@dataclass(frozen=True, slots=True)
class EffectWords:
    """The effect of a change as its page shows it."""

    why: str
    figures: tuple[tuple[str, str, str], ...] = ()
    note: str = ""


def effect_words(effect: Mapping[str, Any]) -> EffectWords:
    """Return figures before and after, or why there are none."""
    if "before" not in effect:
        why = {
            "no_history": _("No history available: the store does not answer."),
            "no_samples": _("No history available: this point had no sample in the last week."),
            "setting": _("One of the two settings cannot be judged: look at its expression."),
            "later": _("Not replayed yet."),
        }.get(str(effect.get("why", "later")), _("Not replayed yet."))
        return EffectWords(why)
    delay = effect.get("added_delay_s")
    note = _("%(n)s samples of the last week replayed.") % {"n": f"{effect['samples']:,}"}
    if effect.get("partial"):
        note += " " + _("There were more; only the first of them count.")
    return EffectWords(
        "",
        (
            (_("Alarms in the week"), str(effect["before"]), str(effect["after"])),
            (
                _("Time in alarm"),
                _time(effect["standing_before_s"]),
                _time(effect["standing_after_s"]),
            ),
            (_("First alarm later by"), "", "–" if delay is None else f"{delay:g} s"),
            *_missed(effect),
        ),
        note,
    )


def _missed(effect: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    if "missed" not in effect:
        return []
    missed = str(effect["missed"])
    if effect["missed"]:
        missed += " " + _("(the longest %(time)s)") % {"time": _time(effect["most_missed_s"])}
    return [
        (
            _("Episodes not announced, of %(n)s") % {"n": effect["episodes"]},
            "",
            missed,
        )
    ]


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{rest} s"
