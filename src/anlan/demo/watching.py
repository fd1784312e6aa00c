"""A group of tags of the demonstration: its pumps, fitted on half a day of the simulator's own.

The demonstration has no past in the historian: what the group is fitted on is the simulated
plant that feeds it, run without any scenario. Its page says so. Verdicts are made from what comes
in afterwards, and from nothing else.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from anlan.base.actors.actor import SYSTEM
from anlan.base.clock import now
from anlan.demo.simulation.plant import Plant
from anlan.modules.monitoring.models import Point, WatchGroup
from anlan.modules.monitoring.queries import groups as queries
from anlan.modules.monitoring.services import groups, groups_fitting

WHY = "the demonstration's group of tags"
SEED = 7
"""That of the feeder: the pumps of another seed shake otherwise."""
HOURS = 12
_STEP_S, _A_MINUTE = 10.0, 6
NAME = "机泵振动、温度与出口压力"
TAGS = tuple(f"P-{number}-{what}" for what in ("VIB", "TB", "PD") for number in range(101, 121))


def load_groups() -> int:
    """Enter and fit the group of the main plant's pumps; return how many groups are new.

    Does nothing without its points, nor where it is there already.
    """
    points = {
        row.tag: row
        for row in Point.objects.unscoped(WHY).filter(
            tag__in=TAGS, enterprise__is_demo=True, installation__isnull=False
        )
    }
    if len(points) < len(TAGS):
        return 0
    first = points[TAGS[0]]
    if WatchGroup.objects.unscoped(WHY).filter(enterprise=first.enterprise_id).exists():
        return 0
    names, values = undisturbed(HOURS * 60)
    row = groups.group_create(
        SYSTEM,
        {
            "enterprise": first.enterprise_id,
            "installation": first.installation_id,
            "name": NAME,
            "tags": list(TAGS),
            "train_hours": HOURS,
            "note": "演示：模型由仿真装置半天的正常数据拟合，不是历史库数据。",
        },
    )
    table = values[:, [names.index(tag) for tag in row.tags]]
    members = [points[tag] for tag in row.tags]
    end = queries.aligned(now(), row.interval_s)
    groups_fitting.fit_rows(SYSTEM, row, members, table, end, origin="simulator")
    return 1


def undisturbed(minutes: int) -> tuple[Sequence[str], NDArray[np.float64]]:
    """Return the simulated plant's tags and their means a minute (minutes, tags)."""
    plant = Plant(SEED)
    means = np.zeros((minutes, len(plant.names)))
    for minute in means:
        for _part in range(_A_MINUTE):
            minute += plant.step(_STEP_S)[1]
    return plant.names, means / _A_MINUTE
