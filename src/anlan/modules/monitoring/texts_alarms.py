"""Sentences about alarms that several files say."""

from django.utils.translation import gettext_lazy as _

NOTE_MISSING = _("Write what was seen or done.")
TOO_MANY = _("Choose at most %(most)s alarms at once.")
