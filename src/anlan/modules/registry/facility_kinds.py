"""What each kind of facility is described by: its sheet, its list and its form go by this."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from anlan.base.errors import Text
from anlan.modules.registry.models.facility import FacilityKind

# GB 50016 for buildings and yards; GB 50160 divides liquids further. Offered, not enforced.
FIRE_CLASSES = ("甲类", "乙类", "丙类", "丁类", "戊类", "甲A", "甲B", "乙A", "乙B", "丙A", "丙B")
STATION_LEVELS = ((1, _("Level 1")), (2, _("Level 2")), (3, _("Level 3")))


@dataclass(frozen=True, slots=True)
class FacilityLook:
    """One kind: `sheet` names its import, `fields` are what it has beyond `COMMON`."""

    kind: FacilityKind
    sheet: str
    title: Text
    fields: tuple[str, ...]


COMMON_FIRST = ("code", "name", "unit")
COMMON_LAST = ("longitude", "latitude", "state", "commissioned_on", "note")

LOOKS: dict[FacilityKind, FacilityLook] = {
    look.kind: look
    for look in (
        FacilityLook(
            FacilityKind.INSTALLATION,
            "installations",
            _("Production installations"),
            ("medium", "fire_class", "area_m2"),
        ),
        FacilityLook(
            FacilityKind.TANK_FARM,
            "tank_farms",
            _("Tank farms"),
            ("medium", "fire_class", "n_tanks", "volume_m3", "area_m2"),
        ),
        FacilityLook(
            FacilityKind.WAREHOUSE,
            "warehouses",
            _("Warehouses"),
            ("medium", "fire_class", "area_m2", "volume_m3"),
        ),
        FacilityLook(
            FacilityKind.PIPELINE,
            "pipelines",
            _("Pipelines"),
            ("medium", "runs_from", "runs_to", "length_m", "diameter_mm", "design_pressure_mpa"),
        ),
        FacilityLook(
            FacilityKind.FILLING_STATION,
            "filling_stations",
            _("Filling stations"),
            ("station_level", "medium", "n_tanks", "volume_m3", "area_m2"),
        ),
        FacilityLook(
            FacilityKind.LOADING,
            "loading_areas",
            _("Loading areas"),
            ("medium", "fire_class", "area_m2"),
        ),
        FacilityLook(FacilityKind.UTILITY, "utilities", _("Utilities"), ("medium", "area_m2")),
    )
}
