"""What duties put into the shell."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.duties.states import State
from anlan.base.ui import navigation
from anlan.base.ui.marks import StateMark, register_states


def install() -> None:
    """Register entries and looks; called once when the app starts."""
    navigation.register(
        navigation.NavItem(
            "duties.mine", _("My duties"), "checkup-list", "duties:mine", "prevent", order=10
        )
    )
    navigation.register(
        navigation.NavItem(
            "duties.warnings", _("Warnings"), "bell-exclamation", "duties:warnings", "prevent",
            order=50, of_plant=True,
        )
    )  # fmt: skip
    navigation.register(
        navigation.NavItem(
            "duties.plans", _("Duty plans"), "calendar-repeat", "duties:plans", "prevent",
            order=60, of_plant=True, prefixes=(
                "/duties/shifts/", "/duties/substitutes/", "/duties/exemptions/",
                "/duties/ladder/",
            ),
        )
    )  # fmt: skip
    register_states(
        {
            f"duty.{State.PENDING}": StateMark("circle-dashed", pgettext_lazy("duty", "To do")),
            f"duty.{State.DUE_SOON}": StateMark(
                "hourglass", pgettext_lazy("duty", "Due soon"), "work"
            ),
            f"duty.{State.DONE}": StateMark("circle-check", pgettext_lazy("duty", "Done"), "done"),
            f"duty.{State.DONE_LATE}": StateMark(
                "clock-check", pgettext_lazy("duty", "Done late"), "done"
            ),
            f"duty.{State.OVERDUE}": StateMark(
                "clock-exclamation", pgettext_lazy("duty", "Overdue"), "work"
            ),
            f"duty.{State.EXEMPT}": StateMark(
                "circle-minus", pgettext_lazy("duty", "Exempt"), "outline"
            ),
        }
    )
