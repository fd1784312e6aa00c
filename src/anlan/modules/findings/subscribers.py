"""Who wants to know what becomes of findings: indicators, exchange, inspections.

Modules above register here at start; findings never import them.
"""

from collections.abc import Callable

from anlan.base.actors.actor import Actor
from anlan.modules.findings.models import Finding

Listener = Callable[[Finding], None]
RewardListener = Callable[[Actor, Finding, str], object]

_on_report: list[Listener] = []
_on_close: list[Listener] = []
_on_reward: list[RewardListener] = []


def on_report(listener: Listener) -> Listener:
    """Call `listener(finding)` in the transaction that enters a finding."""
    _on_report.append(listener)
    return listener


def on_close(listener: Listener) -> Listener:
    """Call `listener(finding)` in the transaction that closes a finding."""
    _on_close.append(listener)
    return listener


def on_reward(listener: RewardListener) -> RewardListener:
    """Call `listener(actor, finding, reason)` in the transaction that grants a reward."""
    _on_reward.append(listener)
    return listener


def rewarded(actor: Actor, row: Finding, reason: str) -> None:
    """Tell the listeners of the reward a finding has now."""
    for listener in _on_reward:
        listener(actor, row, reason)


def reported(row: Finding) -> None:
    """Tell the listeners of a new finding."""
    for listener in _on_report:
        listener(row)


def closed(row: Finding) -> None:
    """Tell the listeners of a closed finding."""
    for listener in _on_close:
        listener(row)
