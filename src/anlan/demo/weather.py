"""Weather signals of the demonstration: one that is over and one in force in the main county."""

import datetime as dt

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.models import Organisation
from anlan.base.clock import now
from anlan.base.duties.models.warning import Colour
from anlan.demo.plan import FLAGSHIP
from anlan.modules.registry.models import Enterprise
from anlan.modules.warnings.models import WeatherKind, WeatherSignal
from anlan.modules.warnings.services import weather

HOUR = dt.timedelta(hours=1)
SOURCE = "演示：气象台"


def load_weather() -> int:
    """Enter the signals of the main plant's county; return how many are new.

    Does nothing where one is there already.
    """
    flagship = Enterprise.objects.unscoped("the demo's county").filter(name=FLAGSHIP).first()
    county: Organisation | None = flagship.enterprise.parent if flagship else None
    if county is None or WeatherSignal.objects.filter(place=county).exists():
        return 0
    start = now().replace(minute=0, second=0, microsecond=0)
    for kind, colour, since, until, text in (
        (WeatherKind.LIGHTNING, Colour.ORANGE, -20, -14, "雷电活动频繁，停止罐区登高和装卸作业。"),
        (WeatherKind.WIND, Colour.YELLOW, -1, 71, "受冷空气影响，未来三天阵风8级以上，注意防范。"),
    ):
        weather.enter(
            SYSTEM,
            county.pk,
            kind=kind,
            colour=colour,
            from_at=start + since * HOUR,
            until_at=start + until * HOUR,
            source=SOURCE,
            text=text,
        )
    return 2
