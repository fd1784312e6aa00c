"""Sentences about alarms that several files say."""

from django.utils.translation import gettext_lazy as _

NOTE_MISSING = _("Write what was seen or done.")
TOO_MANY = _("Choose at most %(most)s alarms at once.")
IMPROVE = _("Improve the alarm %(alarm)s: deadband, delays or limit")
IMPROVE_KIND = _("Improvement of an alarm")
