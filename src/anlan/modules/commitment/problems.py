"""The refusals of commitments."""

from django.utils.translation import gettext_lazy as _

from anlan.base.errors import Refused


class NotPrepared(Refused):
    """Nothing to publish yet."""

    code = "commitment.not_prepared"
    text = _("Risk grade, text and committer are not filled in yet.")
    remedy = _("Fill them in and save, then publish.")


class LevelsUnsigned(Refused):
    """Not every level below has signed."""

    code = "commitment.levels_unsigned"
    text = _("%(n)s levels have not signed their judgement yet.")
    remedy = _("Ask them to sign, or publish with a word why they are missing.")
    clause = "应急〔2018〕74号"


class UnitsDoNotAddUp(Refused):
    """Units running, stopped and overhauled are not the total."""

    code = "commitment.units_do_not_add_up"
    text = _("Running, stopped and overhauled units are not the total.")
    remedy = _("Correct the figures of the units.")


class NotToday(Refused):
    """Only today's may be written."""

    code = "commitment.not_today"
    text = _("Only the commitment of today can be changed.")
