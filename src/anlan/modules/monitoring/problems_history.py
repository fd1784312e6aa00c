"""What monitoring refuses or cannot do."""

from django.utils.translation import gettext_lazy as _

from anlan.base.errors import Refused, Unavailable


class HistorianAway(Unavailable):
    """The store of values does not answer."""

    code = "monitoring.historian_away"
    text = _("The historian does not answer.")


class PointsMissing(Refused):
    """A group names tags that are not there."""

    code = "monitoring.points_missing"
    text = _("No such tag in this enterprise's points: %(tags)s.")
    remedy = _("Take them out of the group, or enter the points.")


class GapsInTraining(Refused):
    """The training period lacks values."""

    code = "monitoring.gaps_in_training"
    text = _("The training period has gaps: %(tags)s.")
    remedy = _("Choose a period in which these tags have values, or take them out of the group.")


class TooFewRows(Refused):
    """The training period is too short for the group."""

    code = "monitoring.too_few_rows"
    text = _("%(n)s whole rows; this group needs %(needed)s (interval %(interval)s s).")
    remedy = _("Choose a longer period, a shorter interval or more false alarms.")


class TooLittleCalm(Refused):
    """Alarms or gaps leave too little of the training period."""

    code = "monitoring.too_little_calm"
    text = _(
        "%(n)s rows without gaps and alarms are left; this group needs %(needed)s"
        " (alarms kept out %(alarms)s)."
    )
    remedy = _("Choose a longer or a calmer training period.")


class NotOrdinary(Refused):
    """A fit made by itself whose period does not cover ordinary operation is not kept."""

    code = "monitoring.not_ordinary"
    text = _("%(share)s of the last third would have been unusual: the former fit stays.")
    remedy = _("Choose a longer training period and fit the group yourself.")


class OtherTags(Refused):
    """A former fit is of other tags than the group has now."""

    code = "monitoring.other_tags"
    text = _("That fit was made for other tags than the group has now.")
    remedy = _("Fit the group anew.")


class NothingMoves(Refused):
    """Fewer than two tags move in the training period."""

    code = "monitoring.nothing_moves"
    text = _("These tags stand still over the training period: %(tags)s.")
    remedy = _("Choose a period of ordinary operation, or other tags.")


class GroupChanged(Refused):
    """Somebody changed tags or interval while the group was fitted."""

    code = "monitoring.group_changed"
    text = _("The group was changed while it was fitted.")
    remedy = _("Fit it once more.")
