"""Code lists of inspections."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Result(models.TextChoices):
    """What a check came to; `STATUS_CODES` are the codes of the national interface."""

    NORMAL = "normal", pgettext_lazy("check", "Normal")
    ABNORMAL = "abnormal", pgettext_lazy("check", "Abnormal")
    NOT_INSPECTED = "not_inspected", pgettext_lazy("check", "Not inspected")


STATUS_CODES = {Result.NORMAL: "0", Result.ABNORMAL: "1", Result.NOT_INSPECTED: "2"}
"""`checkStatus` of the national interface."""


class ArrivedBy(models.TextChoices):
    """How it is known that somebody stood at the place."""

    QR = "qr", _("Code scanned")
    NFC = "nfc", _("Tag read")
    POSITION = "position", _("Position")
    NONE = "none", pgettext_lazy("arrival", "Not shown")


class Reason(models.TextChoices):
    """Why something was not inspected."""

    OUT_OF_SERVICE = "out_of_service", _("Out of service")
    NO_ACCESS = "no_access", _("No access")
    WEATHER = "weather", _("Weather")
    DANGER = "danger", _("Danger on the way")
    NO_TOOL = "no_tool", _("Instrument or tool missing")
    OTHER = "other", pgettext_lazy("reason", "Other reason")
