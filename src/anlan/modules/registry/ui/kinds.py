"""What the pages of each register show: groups of fields, help, panels."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.scoped import ScopedQuerySet
from anlan.base.errors import Text
from anlan.modules.registry import queries, services
from anlan.modules.registry.models.base import RegisterModel


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together, on the form and on the record's page."""

    title: Text
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """Rows of another register that refer to this one: `by` is the foreign key there."""

    key: str
    by: str


@dataclass(frozen=True, slots=True)
class Kind:
    """The pages of one register."""

    key: str
    noun: Text
    new_title: Text
    icon: str
    query: Callable[[Actor], ScopedQuerySet[Any]]
    register: services.Register
    create: Callable[..., Any]
    update: Callable[..., Any]
    remove: Callable[..., Any]
    groups: tuple[Group, ...]
    panels: tuple[Panel, ...] = ()
    help: dict[str, Text] = field(default_factory=dict)

    @property
    def model(self) -> type[RegisterModel]:
        """Return the rows' class."""
        return self.register.model

    @property
    def permission(self) -> str:
        """Return the permission to change rows."""
        return self.register.permission


_POSITION_HELP: dict[str, Text] = {
    "longitude": _("Decimal degrees, CGCS2000, such as 113.264385."),
    "latitude": _("Decimal degrees, CGCS2000, such as 23.129112."),
}

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "sites",
            _("site"),
            _("Enter a site"),
            "map-pin",
            queries.sites,
            services.SITE,
            services.site_create,
            services.site_update,
            services.site_remove,
            (
                Group(_("Site"), ("code", "name", "address", "area_m2", "longitude", "latitude")),
                Group(
                    _("Residents outside the boundary"),
                    ("off_site_population", "population_basis", "population_counted_on"),
                ),
                Group(_("Remarks"), ("note",)),
            ),
            (Panel("units", "site"),),
            {
                **_POSITION_HELP,
                "off_site_population": _(
                    "GB 18218-2018, 4.3.2: permanent residents within 500 m outside the site"
                    " boundary. Decides α."
                ),
                "population_basis": _("Who counted and how, such as a community's register."),
            },
        ),
        Kind(
            "units",
            _("unit"),
            _("Enter a unit"),
            "building-factory-2",
            queries.units,
            services.UNIT,
            services.unit_create,
            services.unit_update,
            services.unit_remove,
            (
                Group(
                    _("Unit"),
                    (
                        "code",
                        "name",
                        "kind",
                        "site",
                        "boundary",
                        "state",
                        "commissioned_on",
                        "longitude",
                        "latitude",
                    ),
                ),
                Group(
                    _("Responsible persons"),
                    ("principal", "technical", "operational"),
                ),
                Group(
                    _("Filing"),
                    ("mhi_code", "filing_number", "filed_on", "assessed_on"),
                ),
                Group(_("Remarks"), ("note",)),
            ),
            (Panel("inventories", "unit"), Panel("facilities", "unit")),
            {
                **_POSITION_HELP,
                "kind": _(
                    "GB 18218-2018, 3.5 and 3.6: production units are parted by shut-off valves;"
                    " storage units by dikes or stand-alone buildings."
                ),
                "boundary": _("Such as the shut-off valves or the dike that part it."),
                "site": _("Its residents decide α; without a site the level stays open."),
            },
        ),
        Kind(
            "facilities",
            _("facility"),
            _("Enter a facility"),
            "building-warehouse",
            queries.facilities,
            services.FACILITY,
            services.facility_create,
            services.facility_update,
            services.facility_remove,
            (
                Group(
                    _("Facility"),
                    (
                        "code",
                        "name",
                        "kind",
                        "unit",
                        "state",
                        "commissioned_on",
                        "medium",
                        "fire_class",
                        "longitude",
                        "latitude",
                    ),
                ),
                Group(_("Tank farm and warehouse"), ("n_tanks", "volume_m3", "area_m2")),
                Group(
                    _("Pipeline"),
                    ("length_m", "diameter_mm", "design_pressure_mpa", "runs_from", "runs_to"),
                ),
                Group(_("Filling station"), ("station_level",)),
                Group(_("Remarks"), ("note",)),
            ),
            (Panel("equipment", "facility"),),
            {
                **_POSITION_HELP,
                "fire_class": _("甲, 乙, 丙, 丁 or 戊 of GB 50016."),
                "station_level": _("1, 2 or 3; leave it empty if it is no filling station."),
            },
        ),
        Kind(
            "equipment",
            _("equipment"),
            _("Enter equipment"),
            "engine",
            queries.equipment,
            services.EQUIPMENT,
            services.equipment_create,
            services.equipment_update,
            services.equipment_remove,
            (
                Group(
                    _("Equipment"),
                    (
                        "code",
                        "name",
                        "category",
                        "facility",
                        "state",
                        "medium",
                        "model",
                        "manufacturer",
                        "material",
                    ),
                ),
                Group(
                    _("Design and operation"),
                    (
                        "volume_m3",
                        "design_pressure_mpa",
                        "design_temperature_c",
                        "operating_pressure_mpa",
                        "operating_temperature_c",
                        "commissioned_on",
                        "design_life_years",
                    ),
                ),
                Group(
                    _("Statutory inspection"),
                    ("is_special", "registration_number", "inspected_on", "inspect_by"),
                ),
                Group(_("Remarks"), ("note",)),
            ),
            (Panel("inventories", "equipment"),),
            {"inspect_by": _("The day the inspection report names; reminders go by it.")},
        ),
        Kind(
            "chemicals",
            _("chemical"),
            _("Enter a chemical"),
            "flask",
            queries.chemicals,
            services.CHEMICAL,
            services.chemical_create,
            services.chemical_update,
            services.chemical_remove,
            (
                Group(
                    _("Chemical"),
                    (
                        "name",
                        "name_en",
                        "alias",
                        "cas",
                        "catalogue_number",
                        "use",
                        "physical_state",
                        "density_t_m3",
                        "flash_point_c",
                        "boiling_point_c",
                    ),
                ),
                Group(_("Hazards"), ("categories", "hazard_classes")),
                Group(_("Mixture"), ("components", "mixture_of", "same_class")),
                Group(
                    _("Lists it stands on"),
                    (
                        "is_key_regulated",
                        "is_highly_toxic",
                        "is_explosive_precursor",
                        "precursor_class",
                    ),
                ),
                Group(_("Registration"), ("registration_number", "safety_code")),
                Group(_("Remarks"), ("note",)),
            ),
            (Panel("inventories", "chemical"),),
            {
                "name": _("The name of GB 18218-2018 table 1 if it is listed there."),
                "cas": _("Such as 71-43-2; see section 1 of the safety data sheet."),
                "categories": _(
                    "Needed only for substances that table 1 does not name. Several are allowed;"
                    " the lowest threshold quantity counts."
                ),
                "hazard_classes": _("GB 30000 classes, one per line."),
                "components": _(
                    "One a line with percent by mass, such as “甲醇 40%” or “甲醇 30–50%”; see"
                    " section 3 of the safety data sheet."
                ),
                "mixture_of": _(
                    "GB 18218-2018, 4.2.3: the component whose hazard class the mixture is compared"
                    " with. Leave it empty where table 1 names the mixture itself, such as petrol."
                ),
                "same_class": _(
                    "Yes: the whole mass counts as that substance. No: the mixture's own categories"
                    " decide. The share of the component does not enter the sum."
                ),
            },
        ),
        Kind(
            "inventories",
            _("inventory"),
            _("Enter an inventory"),
            "scale",
            queries.inventories,
            services.INVENTORY,
            services.inventory_create,
            services.inventory_update,
            services.inventory_remove,
            (
                Group(_("What and where"), ("unit", "chemical", "equipment", "place")),
                Group(
                    _("Design maximum"),
                    (
                        "basis",
                        "volume_m3",
                        "fill_factor",
                        "density_t_m3",
                        "quantity_t",
                        "category",
                        "source",
                    ),
                ),
                Group(_("Remarks"), ("note",)),
            ),
            (),
            {
                "basis": _(
                    "GB 18218-2018, 4.2.2: the design maximum, not today's stock. Inspectors ask"
                    " how it was got."
                ),
                "fill_factor": _("Above 0, at most 1; 85% is 0.85."),
                "density_t_m3": _("Left empty, the chemical's density is taken."),
                "quantity_t": _("Follows from the three factors where it is computed."),
                "category": _(
                    "Only where the process decides it, such as a flammable liquid above its"
                    " boiling point."
                ),
            },
        ),
        Kind(
            "licences",
            _("licence"),
            _("Enter a licence"),
            "certificate",
            queries.licences,
            services.LICENCE,
            services.licence_create,
            services.licence_update,
            services.licence_remove,
            (
                Group(_("Licence"), ("kind", "number", "issuer", "issued_on")),
                Group(_("Validity"), ("valid_from", "valid_until", "remind_on")),
                Group(_("What it permits"), ("scope", "with_storage", "storage_place")),
                Group(_("Remarks"), ("note",)),
            ),
            (),
            {
                "valid_until": _("The last day counts as valid."),
                "remind_on": _("Left empty, it follows from type and last valid day."),
            },
        ),
        Kind(
            "people",
            _("person"),
            _("Enter a person"),
            "users",
            queries.people,
            services.PERSON,
            services.person_create,
            services.person_update,
            services.person_remove,
            (
                Group(
                    _("Person"),
                    ("number", "name", "department", "post", "phone", "hired_on", "left_on"),
                ),
                Group(_("Education"), ("education", "major", "title")),
                Group(_("Remarks"), ("note",)),
            ),
            (Panel("qualifications", "person"),),
        ),
        Kind(
            "qualifications",
            _("certificate"),
            _("Enter a certificate"),
            "certificate",
            queries.qualifications,
            services.QUALIFICATION,
            services.qualification_create,
            services.qualification_update,
            services.qualification_remove,
            (
                Group(
                    _("Certificate"), ("person", "kind", "number", "work", "issuer", "issued_on")
                ),
                Group(_("Validity"), ("review_by", "valid_until")),
                Group(_("Remarks"), ("note",)),
            ),
        ),
    )
}

ENTERPRISE_GROUPS = (
    Group(
        _("Enterprise"),
        (
            "name",
            "short_name",
            "unified_social_credit_code",
            "company_code",
            "kind",
            "state",
            "industry",
            "founded_on",
            "standardisation",
        ),
    ),
    Group(
        _("Where"),
        (
            "area_code",
            "park",
            "group",
            "address",
            "registered_address",
            "longitude",
            "latitude",
        ),
    ),
    Group(
        _("People in charge"),
        (
            "legal_representative",
            "principal",
            "principal_phone",
            "safety_manager",
            "safety_manager_phone",
            "duty_phone",
            "n_employees",
            "n_safety_staff",
        ),
    ),
    Group(_("What it does"), ("key_processes", "business_scope", "note")),
)
ENTERPRISE_HELP: dict[str, Text] = {
    **_POSITION_HELP,
    "unified_social_credit_code": _("18 characters, as on the business licence."),
    "company_code": _("9 characters, from the chemical registration platform."),
    "area_code": _("County or district of the plant; it decides who supervises."),
    "park": _("Said by the bureau or the park."),
    "group": _("Said by the bureau or the park."),
}
