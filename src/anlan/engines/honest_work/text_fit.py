"""Does a finding's text fit the check item it was entered under?"""

from dataclasses import dataclass

from anlan.engines.findings_text.category import guess_category
from anlan.engines.findings_text.shape import shape_of, shown
from anlan.engines.honest_work.flags import Flag, Limits, default_limits

_SURE = 0.25


@dataclass(frozen=True, slots=True)
class Fit:
    """`score` 0 (nothing in common) to 1. `shared`: words of both; categories as guessed."""

    score: float
    shared: tuple[str, ...]
    text_category: str
    item_category: str


def fit_to_item(text: str, item: str) -> Fit:
    """Return how much of the finding's subject the check item speaks of.

    Things named in both count most, then shared pairs of characters; two categories that agree
    lift the score, two that are sure and differ keep it low.
    """
    one, two = shape_of(text), shape_of(item)
    mine, theirs = _pairs(one.key), _pairs(two.key)
    by_pairs = len(mine & theirs) / len(mine) if mine else 0.0
    n_things = one.things.bit_count()
    by_things = (one.things & two.things).bit_count() / n_things if n_things else 0.0
    text_guess, item_guess = guess_category(text), guess_category(item)
    score = max(by_things, by_pairs)
    if text_guess.because and text_guess.category == item_guess.category:
        score = 0.4 + 0.6 * score
    elif (
        not text_guess.because
        or not item_guess.because
        or (item_guess.runner_up == text_guess.category and item_guess.sureness < _SURE)
        or (text_guess.runner_up == item_guess.category and text_guess.sureness < _SURE)
    ):
        # Nobody knows for sure what they are about: no reason to accuse anyone.
        score = 0.2 + 0.8 * score
    shared = "".join(sign for sign in one.key if sign in two.key)
    return Fit(round(score, 3), shown(shared), text_guess.category, item_guess.category)


def misfit_flag(finding_id: str, text: str, item: str, limits: Limits | None = None) -> Flag | None:
    """Return a flag where a finding's text does not fit its check item."""
    fit = fit_to_item(text, item)
    if fit.score >= (limits or default_limits()).item_fit:
        return None
    return Flag(
        "text_misfit",
        (finding_id,),
        f"描述属于“{fit.text_category}”，检查项属于“{fit.item_category}”，"
        f"内容几乎不相干（契合度 {fit.score:.2f}）",
        f"The text is about {fit.text_category}, the check item about {fit.item_category}; "
        f"they hardly share a word (fit {fit.score:.2f})",
        {"fit": fit.score},
    )


def _pairs(key: str) -> set[str]:
    return {key[at : at + 2] for at in range(len(key) - 1)} or {key} - {""}
