"""The people of an enterprise and what they are qualified for."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.modules.registry.models.base import RegisterModel


class Education(models.TextChoices):
    """Highest education."""

    JUNIOR = "junior", _("Junior secondary or below")
    SENIOR = "senior", _("Senior secondary")
    VOCATIONAL = "vocational", _("Technical secondary")
    COLLEGE = "college", _("Junior college")
    BACHELOR = "bachelor", _("Bachelor")
    MASTER = "master", _("Master")
    DOCTOR = "doctor", _("Doctor")


class Person(RegisterModel):
    """Somebody who works for the enterprise; `user` is their account, if they have one."""

    number = models.CharField(_("staff number"), max_length=20)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=40)
    department = models.CharField(pgettext_lazy("person", "department"), max_length=60, blank=True)
    post = models.CharField(_("post"), max_length=60, blank=True)
    phone = models.CharField(_("mobile number"), max_length=20, blank=True)
    education = models.CharField(
        _("education"), max_length=12, choices=Education.choices, blank=True
    )
    major = models.CharField(_("field of study"), max_length=60, blank=True)
    title = models.CharField(_("professional title"), max_length=40, blank=True)
    hired_on = models.DateField(_("hired on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="person",
        editable=False,
    )

    class Meta:
        verbose_name = _("person")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "number"], name="person_one_per_number"),
        ]
        indexes = [
            models.Index(fields=["scope_path", "number"], name="person_list"),
            # Search by the beginning of a name over a whole province.
            models.Index(fields=["name", "id"], name="person_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class QualificationKind(models.TextChoices):
    """What a certificate of a person is."""

    PRINCIPAL = "principal", _("Safety competence, principal responsible person")
    SAFETY_MANAGER = "safety_manager", _("Safety competence, safety manager")
    SPECIAL_WORK = "special_work", _("Special-operation certificate")
    SPECIAL_EQUIPMENT = "special_equipment", _("Special-equipment operator certificate")
    SAFETY_ENGINEER = "safety_engineer", _("Certified safety engineer")
    OTHER = "other", _("Other")


class Qualification(RegisterModel):
    """A certificate of a person, with its validity and review date."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="qualifications", verbose_name=_("person")
    )
    kind = models.CharField(_("type"), max_length=20, choices=QualificationKind.choices)
    number = models.CharField(_("number"), max_length=60)
    work = models.CharField(_("kind of work"), max_length=60, blank=True)
    issuer = models.CharField(_("issued by"), max_length=80, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    review_by = models.DateField(_("review by"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("qualification")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "kind", "number"], name="qualification_one_per_number"
            ),
        ]
        indexes = [models.Index(fields=["scope_path", "valid_until"], name="qualification_list")]

    def __str__(self) -> str:
        return self.number
