"""Chemicals and how much of them a unit is designed to hold."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.modules.registry.models.base import RegisterModel
from anlan.modules.registry.models.facility import Equipment, MhiUnit


class ChemicalUse(models.TextChoices):
    """What the enterprise does with it."""

    PRODUCT = "product", _("Product")
    RAW = "raw", _("Raw material")
    INTERMEDIATE = "intermediate", _("Intermediate")
    BYPRODUCT = "byproduct", _("By-product")
    AUXILIARY = "auxiliary", _("Auxiliary")
    TRADED = "traded", _("Traded goods")


class Chemical(RegisterModel):
    """A chemical of an enterprise, with its hazard classes (GB 30000 series).

    `categories` are the symbols of GB 18218-2018 table 2 (`J1` … `W11`) that follow from the
    classes. `name` is the name used for the table 1 look-up, unless it is a mixture with a
    `mixture_of`: in the class of that pure substance the whole mass counts as the substance, in
    another its own categories count.
    """

    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    alias = models.CharField(_("other names"), max_length=200, blank=True)
    cas = models.CharField(_("CAS number"), max_length=12, blank=True)
    catalogue_number = models.CharField(_("catalogue number"), max_length=12, blank=True)
    use = models.CharField(_("use"), max_length=16, choices=ChemicalUse.choices)
    hazard_classes = ArrayField(
        models.CharField(max_length=60), verbose_name=_("hazard classes"), default=list, blank=True
    )
    categories = ArrayField(
        models.CharField(max_length=8),
        verbose_name=_("GB 18218 categories"),
        default=list,
        blank=True,
    )
    # A mixture (GB 18218-2018, 4.2.3): what it consists of, and what it is judged by.
    components = ArrayField(
        models.CharField(max_length=120),
        verbose_name=_("components, % by mass"),
        default=list,
        blank=True,
    )
    mixture_of = models.CharField(_("pure substance it is judged by"), max_length=120, blank=True)
    same_class = models.BooleanField(
        _("in the hazard class of that pure substance"), null=True, blank=True
    )
    physical_state = models.CharField(_("physical state"), max_length=20, blank=True)
    density_t_m3 = models.DecimalField(
        _("density, t/m³"), max_digits=10, decimal_places=5, null=True, blank=True
    )
    flash_point_c = models.DecimalField(
        _("flash point, °C"), max_digits=6, decimal_places=1, null=True, blank=True
    )
    boiling_point_c = models.DecimalField(
        _("boiling point, °C"), max_digits=6, decimal_places=1, null=True, blank=True
    )
    is_key_regulated = models.BooleanField(_("key regulated chemical"), default=False)
    is_highly_toxic = models.BooleanField(_("highly toxic"), default=False)
    is_explosive_precursor = models.BooleanField(_("explosive precursor"), default=False)
    precursor_class = models.PositiveSmallIntegerField(_("precursor class"), null=True, blank=True)
    registration_number = models.CharField(_("registration number"), max_length=40, blank=True)
    safety_code = models.CharField(_("product safety code"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("chemical")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "name"], name="chemical_one_per_name"),
        ]
        indexes = [
            models.Index(fields=["scope_path", "name"], name="chemical_list"),
            # Search by the beginning of a name over a whole province.
            models.Index(fields=["name", "id"], name="chemical_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class QuantityBasis(models.TextChoices):
    """How the design maximum was got; inspectors ask."""

    COMPUTED = "computed", _("Volume × fill factor × density")
    STATED = "stated", _("Stated by design documents")


class Inventory(RegisterModel):
    """The design maximum of one chemical at one place of a unit (GB 18218-2018, 4.2.2)."""

    unit = models.ForeignKey(
        MhiUnit, models.PROTECT, related_name="inventories", verbose_name=_("MHI unit")
    )
    chemical = models.ForeignKey(
        Chemical, models.PROTECT, related_name="inventories", verbose_name=_("chemical")
    )
    equipment = models.ForeignKey(
        Equipment,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="inventories",
        verbose_name=_("equipment"),
    )
    place = models.CharField(_("place"), max_length=80, blank=True)
    basis = models.CharField(
        _("basis"), max_length=12, choices=QuantityBasis.choices, default=QuantityBasis.COMPUTED
    )
    volume_m3 = models.DecimalField(
        _("volume, m³"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    fill_factor = models.DecimalField(
        _("fill factor"), max_digits=5, decimal_places=4, null=True, blank=True
    )
    density_t_m3 = models.DecimalField(
        _("density, t/m³"), max_digits=10, decimal_places=5, null=True, blank=True
    )
    quantity_t = models.DecimalField(_("design maximum, t"), max_digits=20, decimal_places=10)
    category = models.CharField(
        _("GB 18218 category under process conditions"), max_length=8, blank=True
    )
    source = models.CharField(_("source of the figures"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("inventory")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "chemical", "place"], name="inventory_one_per_place"
            ),
            models.CheckConstraint(
                condition=models.Q(quantity_t__gte=0), name="inventory_quantity_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(fill_factor__isnull=True)
                | models.Q(fill_factor__gt=0, fill_factor__lte=1),
                name="inventory_fill_factor_0_to_1",
            ),
            models.CheckConstraint(
                condition=~models.Q(basis=QuantityBasis.COMPUTED)
                | models.Q(
                    volume_m3__isnull=False,
                    fill_factor__isnull=False,
                    density_t_m3__isnull=False,
                ),
                name="inventory_computed_has_factors",
            ),
        ]
        indexes = [models.Index(fields=["scope_path", "unit"], name="inventory_list")]

    def __str__(self) -> str:
        return f"{self.chemical} {self.place}".strip()
