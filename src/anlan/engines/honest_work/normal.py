"""Nothing but "normal" for months, and the same reading for ever."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from anlan.engines.honest_work.flags import Flag, Limits, default_limits


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One entered check of one task. `reading` as typed, empty where there is none."""

    id: str
    task_id: str
    place_id: str
    at: datetime  # aware
    normal: bool
    reading: str = ""


def suspicious_normal(
    results: Iterable[CheckResult],
    *,
    usual_abnormal_share: float,
    troubles_of_place: dict[str, int] | None = None,
    limits: Limits | None = None,
) -> list[Flag]:
    """Return flags for tasks that were never anything but normal, or never read anything else.

    `usual_abnormal_share`: the share of abnormal results among comparable tasks (0 to 1), which
    says how likely so many normal ones in a row are. `troubles_of_place`: alarms and findings
    from other sources at the place in the same time; with some, normal is contradicted, and the
    flag says so.
    """
    if not 0 <= usual_abnormal_share <= 1:
        raise ValueError(f"usual_abnormal_share is {usual_abnormal_share}; give 0 to 1.")
    bounds = limits or default_limits()
    troubles = troubles_of_place or {}
    by_task: dict[str, list[CheckResult]] = defaultdict(list)
    for result in results:
        by_task[result.task_id].append(result)
    flags: list[Flag] = []
    for task in sorted(by_task):
        history = sorted(by_task[task], key=lambda result: (result.at, result.id))
        flags += _all_normal(task, history, usual_abnormal_share, troubles, bounds)
        flags += _same_reading(task, history, bounds)
    return flags


def _all_normal(
    task: str,
    history: Sequence[CheckResult],
    usual: float,
    troubles: dict[str, int],
    bounds: Limits,
) -> list[Flag]:
    days = (history[-1].at - history[0].at).days
    if days < bounds.normal_days or not all(result.normal for result in history):
        return []
    n_checks = len(history)
    chance = 0.0 if usual == 1 else math.exp(n_checks * math.log1p(-usual))
    n_troubles = troubles.get(history[-1].place_id, 0)
    if chance >= bounds.normal_chance and not n_troubles:
        return []
    zh = f"{days} 天内 {n_checks} 次检查全部正常"
    en = f"{n_checks} checks in {days} days, all normal"
    if n_troubles:
        zh += f"，同期该处有 {n_troubles} 次报警或其他来源的隐患"
        en += f", while the place had {n_troubles} alarms or findings from elsewhere"
    if chance < bounds.normal_chance:
        zh += f"；同类任务异常率 {usual:.1%}，如此概率为 {chance:.2g}"
        en += f"; at the usual {usual:.1%} abnormal the chance of it is {chance:.2g}"
    figures = {"checks": n_checks, "days": days, "chance": chance, "troubles": n_troubles}
    return [Flag("all_normal", (task,), zh, en, figures)]


def _same_reading(task: str, history: Sequence[CheckResult], bounds: Limits) -> list[Flag]:
    longest, run, value, run_value = 0, 0, "", ""
    for result in history:
        if not result.reading:
            continue
        run = run + 1 if result.reading == run_value else 1
        run_value = result.reading
        if run > longest:
            longest, value = run, run_value
    # Zero and on/off stay what they are; a gauge moves a little.
    if longest < bounds.same_readings or value.strip("0.-+") == "":
        return []
    return [
        Flag(
            "same_reading",
            (task,),
            f"连续 {longest} 次读数都是 {value}",
            f"The reading was {value} {longest} times running",
            {"times": longest},
        )
    ]
