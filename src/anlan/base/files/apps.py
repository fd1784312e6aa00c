"""The app of files."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    """Content-addressed files and attachments."""

    name = "anlan.base.files"
    label = "files"
    verbose_name = _("Files")
