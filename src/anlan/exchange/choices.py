"""Code lists of uploads."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    """Where one record stands at one endpoint."""

    PENDING = "pending", pgettext_lazy("upload", "To be sent")
    WAITING = "waiting", pgettext_lazy("upload", "Waits for its parent")
    INCOMPLETE = "incomplete", pgettext_lazy("upload", "Not ready to be sent")
    ACCEPTED = "accepted", pgettext_lazy("upload", "Taken")
    REJECTED = "rejected", pgettext_lazy("upload", "Rejected")


class Adapter(models.TextChoices):
    """Which dialect the receiving side speaks."""

    NATIONAL = "national", _("National client of 2024 (yyyyMMddHHmmss, dangersSrc)")
    BATCH = "batch", _("Batch upload of findings of 2024 (yyyy-MM-dd HH:mm:ss, dangerSrc)")
    FORM = "form", _("Form-encoded with field prefix and enterprise key (provincial)")


class Cipher(models.TextChoices):
    """How `datas` is encrypted. Which one an authority uses is said by its access papers."""

    NONE = "none", _("Not encrypted")
    ECB = "aes-ecb", "AES/ECB/PKCS5Padding"
    CBC = "aes-cbc", "AES/CBC/PKCS5Padding"
    GCM = "aes-gcm", "AES/GCM/NoPadding"


class TextForm(models.TextChoices):
    """How encrypted bytes are written as text."""

    BASE64 = "base64", "Base64"
    HEX = "hex", _("Hexadecimal")


class Part(models.TextChoices):
    """What may go to an endpoint. Authorities ask that no two levels are sent the same."""

    CHAIN = "chain", _("Risk chain, tasks, records, findings")
    COMMITMENT = "commitment", _("Daily safety-risk commitment")
    SCORE = "score", _("Weekly operating-effect score")
    OBJECTS = "objects", _("Risk analysis objects (provincial table)")


class Photos(models.TextChoices):
    """In which fields the photos of findings go, Base64 in either case."""

    ATTACHMENTS = "attachments", _("attachments1, attachments2, attachments3")
    IMAGES = "images", _("dangerImg, dangerAcceptImg")
    NONE = "none", _("not sent")
