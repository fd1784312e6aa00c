"""Enterprises and their sites."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.modules.registry.models.base import (
    LIVE,
    WALL,
    Positioned,
    RegisterModel,
    position_checks,
)


class EnterpriseKind(models.TextChoices):
    """What the enterprise does with hazardous chemicals."""

    PRODUCTION = "production", _("Production")
    TRADE_STORAGE = "trade_storage", _("Trade with storage")
    TRADE = "trade", _("Trade without storage")
    FILLING_STATION = "filling_station", _("Filling station")
    USE = "use", _("Use")
    STORAGE = "storage", _("Storage")
    PHARMA = "pharma", _("Chemical pharmaceuticals")
    TRANSPORT = "transport", _("Transport")


class EnterpriseState(models.TextChoices):
    """Whether it runs."""

    RUNNING = "running", _("In production")
    TRIAL = "trial", _("Trial production")
    BUILDING = "building", _("Under construction")
    STOPPED = "stopped", _("Stopped")
    CLOSED = "closed", _("Closed")


class Enterprise(Positioned, RegisterModel):
    """An enterprise that holds a licence or handles hazardous chemicals (危险化学品企业).

    Its `id` is the id of its node in the organisation tree; name, park and group are kept on
    both by the services.
    """

    company_code = models.CharField(_("registration code"), max_length=9, blank=True)
    unified_social_credit_code = models.CharField(_("unified social credit code"), max_length=18)
    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    kind = models.CharField(_("type"), max_length=16, choices=EnterpriseKind.choices)
    state = models.CharField(
        _("state"), max_length=12, choices=EnterpriseState.choices, default=EnterpriseState.RUNNING
    )
    industry = models.CharField(_("industry"), max_length=60, blank=True)
    area_code = models.CharField(_("administrative division code"), max_length=12)
    address = models.CharField(_("address"), max_length=200, blank=True)
    registered_address = models.CharField(_("registered address"), max_length=200, blank=True)
    legal_representative = models.CharField(_("legal representative"), max_length=40, blank=True)
    principal = models.CharField(_("principal responsible person"), max_length=40, blank=True)
    principal_phone = models.CharField(_("phone of the principal"), max_length=20, blank=True)
    safety_manager = models.CharField(_("safety manager"), max_length=40, blank=True)
    safety_manager_phone = models.CharField(
        _("phone of the safety manager"), max_length=20, blank=True
    )
    duty_phone = models.CharField(_("24-hour duty phone"), max_length=20, blank=True)
    n_employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    n_safety_staff = models.PositiveIntegerField(_("full-time safety staff"), null=True, blank=True)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    business_scope = models.TextField(_("business scope"), blank=True, max_length=2000)
    key_processes = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("key regulated processes"),
        default=list,
        blank=True,
    )
    standardisation = models.CharField(_("safety standardisation"), max_length=20, blank=True)
    # Kept by the services from units and chemicals, so that lists filter without a join.
    has_key_chemical = models.BooleanField(_("key regulated chemicals"), default=False)
    has_key_process = models.BooleanField(_("key regulated processes present"), default=False)
    mhi_level = models.PositiveSmallIntegerField(_("highest MHI level"), null=True, blank=True)
    n_mhi = models.PositiveIntegerField(_("major hazard installations"), default=0)
    is_demo = models.BooleanField(_("demonstration"), default=False)

    class Meta:
        verbose_name = _("enterprise")
        constraints = [
            models.UniqueConstraint(
                fields=["unified_social_credit_code"], name="enterprise_one_per_credit_code"
            ),
            models.UniqueConstraint(
                fields=["company_code"],
                condition=~Q(company_code=""),
                name="enterprise_one_per_company_code",
            ),
            *position_checks("enterprise"),
        ]
        indexes = [
            # The list of a county, in its default order.
            models.Index(fields=["scope_path", "name"], name="enterprise_list"),
            # The list of a whole province, in its default order, and the counts on its tabs.
            models.Index(
                fields=["name", "id"],
                include=[
                    *WALL,
                    "kind",
                    "state",
                    "mhi_level",
                    "n_mhi",
                    "has_key_process",
                    "has_key_chemical",
                    "longitude",
                    "principal",
                    "safety_manager",
                    "duty_phone",
                ],
                condition=LIVE,
                name="enterprise_live",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Site(Positioned, RegisterModel):
    """A plant site (厂区). α of GB 18218 counts residents within 500 m of its boundary."""

    code = models.CharField(_("site code"), max_length=20)
    name = models.CharField(_("name"), max_length=80)
    address = models.CharField(_("address"), max_length=200, blank=True)
    area_m2 = models.DecimalField(
        _("area, m²"), max_digits=12, decimal_places=1, null=True, blank=True
    )
    off_site_population = models.PositiveIntegerField(
        _("permanent residents within 500 m outside the boundary"), null=True, blank=True
    )
    population_basis = models.CharField(_("basis of the count"), max_length=200, blank=True)
    population_counted_on = models.DateField(_("counted on"), null=True, blank=True)

    class Meta:
        verbose_name = _("site")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "code"], name="site_one_per_code"),
            *position_checks("site"),
        ]
        indexes = [models.Index(fields=["scope_path", "code"], name="site_list")]

    def __str__(self) -> str:
        return self.name
