"""The refusals of inspections."""

from django.utils.translation import gettext_lazy as _

from anlan.base.errors import Refused


class TaskStopped(Refused):
    """A stopped task stays as it was."""

    code = "inspections.task_stopped"
    text = _("This inspection task was stopped.")
    remedy = _("Set up a new task.")


class AlreadyChecked(Refused):
    """Nothing to excuse any more."""

    code = "inspections.already_checked"
    text = _("This was inspected already at %(done_at)s.")
    remedy = _("Look at the record.")


class ChangedMeanwhile(Refused):
    """Somebody changed the task since it was read."""

    code = "inspections.changed_meanwhile"
    status = 412
    text = _("The task was changed meanwhile.")
    remedy = _("Read it again, then send your change again.")
