"""The colour that is shown: it rises at once and falls only when the calm has lasted."""

from dataclasses import dataclass

from anlan.engines.warning.index import Assessment
from anlan.engines.warning.model import Colour, Model


@dataclass(frozen=True, slots=True)
class Standing:
    """The colour shown since `since` (seconds).

    While the index is below the threshold of that colour less the margin, `calm_since` tells since
    when and `worst_since` the worst colour it has had since. All that a restart needs.
    """

    colour: Colour
    since: float
    calm_since: float | None = None
    worst_since: Colour | None = None


def follow(before: Standing | None, found: Assessment, now: float, model: Model) -> Standing:
    """Return what is shown after an assessment at `now` (seconds).

    A worse colour is taken at once. A better one only after `lower_after_s` without a break below
    the threshold less `lower_margin`, and then the worst of that time. A clock that went back
    begins the waiting anew.
    """
    if before is None or found.colour.rank > before.colour.rank:
        return Standing(found.colour, now)
    held = before.colour
    calm = not found.overrides and found.score < model.thresholds[held] - model.lower_margin
    if held is Colour.BLUE or not calm:
        return Standing(held, before.since)
    if before.calm_since is None or now < before.calm_since or before.worst_since is None:
        return Standing(held, before.since, now, found.colour)
    worst = max(before.worst_since, found.colour, key=lambda colour: colour.rank)
    if now - before.calm_since < model.lower_after_s:
        return Standing(held, before.since, before.calm_since, worst)
    # Whether the index is calm below the new colour too counts from now on.
    return Standing(worst, now)
