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
