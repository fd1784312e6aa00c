"""The refusals of what people do to alarms: each says which rule, and what to do instead."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.errors import Refused

STANDARD = "GB/T 41261-2022 (IEC 62682)"


class AlarmRefused(Refused):
    """What the standard or the alarm's class forbids. `of` finds it by the engine's code."""

    clause = STANDARD
    of: ClassVar[dict[str, type["AlarmRefused"]]] = {}

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        AlarmRefused.of[cls.code.rpartition(".")[2]] = cls


class NothingToAcknowledge(AlarmRefused):
    """Somebody has acknowledged it, or it is masked."""

    code = "alarms.nothing_to_acknowledge"
    text = _("This alarm has nothing to acknowledge: somebody did it, or it is suppressed.")
    remedy = _("Look at the list again; it shows the present state.")


class ConditionHolds(AlarmRefused):
    """A latched alarm whose condition holds."""

    code = "alarms.condition_holds"
    text = _("The condition still holds, so the alarm cannot be reset.")
    remedy = _("Bring the value back within its limit first.")


class NotLatched(AlarmRefused):
    """Nothing to reset."""

    code = "alarms.not_latched"
    text = _("This alarm is not latched, so there is nothing to reset.")
    remedy = _("Look at the list again; it shows the present state.")


class NotAcknowledged(AlarmRefused):
    """Reset before anybody has seen it."""

    code = "alarms.not_acknowledged"
    text = _("Nobody has acknowledged this alarm yet.")
    remedy = _("Acknowledge it, then reset it.")


class MaskedAlready(AlarmRefused):
    """Shelved, suppressed or out of service already."""

    code = "alarms.masked_already"
    text = _("This alarm is shelved, suppressed or out of service already.")
    remedy = _("End that first, then shelve it anew.")


class ReasonMissing(AlarmRefused):
    """Shelving needs a reason."""

    code = "alarms.reason_missing"
    text = _("Shelving needs a reason.")
    remedy = _("Say why the alarm may be silent, and what is watched instead.")


class ShelfTooLong(AlarmRefused):
    """Longer than the class allows."""

    code = "alarms.shelf_too_long"
    text = _("This alarm may not be shelved for so long.")
    remedy = _("Choose a shorter time. What must be silent for longer goes out of service.")


class SecondPersonMissing(AlarmRefused):
    """A highly managed alarm."""

    code = "alarms.second_person_missing"
    text = _("This alarm is highly managed: a second person must confirm within 15 minutes.")
    remedy = _("Ask a colleague with the right to shelve to confirm it under their own account.")


class NotShelved(AlarmRefused):
    """Nothing on the shelf."""

    code = "alarms.not_shelved"
    text = _("This alarm is not shelved.")
    remedy = _("Look at the list again; it shows the present state.")


class NobodyAsked(AlarmRefused):
    """A second person confirms what nobody asked for."""

    code = "alarms.nobody_asked"
    text = _("Nobody has asked to shelve this alarm in the last 15 minutes.")
    remedy = _("Ask for it first; somebody else confirms.")


class SamePerson(AlarmRefused):
    """Four eyes."""

    code = "alarms.same_person"
    text = _("You asked for this yourself: a second person must confirm.")
    remedy = _("Ask a colleague with the right to shelve to confirm it under their own account.")


class PermitMissing(AlarmRefused):
    """Out of service without a permit."""

    code = "alarms.permit_missing"
    text = _("An alarm goes out of service only under a permit.")
    remedy = _("Enter the number of the work permit.")


class OutOfServiceAlready(AlarmRefused):
    """Taken out twice."""

    code = "alarms.out_of_service_already"
    text = pgettext_lazy("refusal", "This alarm is out of service already.")
    remedy = _("Return it to service first.")


class InService(AlarmRefused):
    """Returned twice."""

    code = "alarms.in_service"
    text = pgettext_lazy("refusal", "This alarm is in service.")
    remedy = _("Look at the list again; it shows the present state.")


class TestMissing(AlarmRefused):
    """Back in service without a functional test."""

    code = "alarms.test_missing"
    text = _("An alarm returns to service only after a functional test.")
    remedy = _("Test it and write down how and with what result.")
