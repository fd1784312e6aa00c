"""The forms of what is done to an alarm; the rules live in the services."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.errors import Text
from anlan.modules.monitoring.models import AlarmRule
from anlan.modules.monitoring.services import alarms_acts
from anlan.modules.monitoring.ui import alarms_showing


def _text(label: Any, *, rows: int = 2, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, widget=widget, max_length=500)


class CommentForm(forms.Form):
    """A word about it, or none."""

    comment = _text(pgettext_lazy("alarm", "Comment"))


class NoteForm(forms.Form):
    """Why it came, if that is known, and what was seen or done."""

    def __init__(self, rule: AlarmRule, data: Any) -> None:
        super().__init__(data)
        self.fields["cause"] = forms.CharField(
            label=gettext_lazy("Cause found"),
            required=False,
            max_length=200,
            # Forms take help for markup: what somebody typed is escaped here.
            help_text=_("Expected: %(causes)s") % {"causes": escape(rule.cause)}
            if rule.cause
            else "",
        )
        self.fields["comment"] = _text(gettext_lazy("What was seen or done"), rows=3, required=True)


class ShelveForm(forms.Form):
    """How long and why."""

    def __init__(self, times: list[tuple[int, str]], data: Any) -> None:
        super().__init__(data)
        self.fields["seconds"] = forms.TypedChoiceField(
            label=pgettext_lazy("shelf", "For how long"),
            choices=times,
            coerce=int,
            initial=times[min(1, len(times) - 1)][0],
        )
        self.fields["reason"] = _text(
            gettext_lazy("Reason, and what is watched instead"), required=True
        )
        self.fields["once"] = forms.BooleanField(
            label=gettext_lazy("End the shelf when this alarm clears"), required=False
        )


class ServiceForm(forms.Form):
    """The permit and why."""

    permit = forms.CharField(label=gettext_lazy("Number of the work permit"), max_length=40)
    reason = _text(pgettext_lazy("alarm", "Reason"))


class ReturnForm(forms.Form):
    """The functional test."""

    test = _text(
        gettext_lazy("Functional test: how it was tried, with what result"), rows=3, required=True
    )


class NothingForm(forms.Form):
    """Nothing to say."""


class FindingForm(forms.Form):
    """A finding made of an alarm."""

    title = forms.CharField(label=pgettext_lazy("finding", "What is wrong"), max_length=200)
    description = forms.CharField(
        label=gettext_lazy("Details"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@dataclass(frozen=True, slots=True)
class AlarmAct:
    """One thing that is done to an alarm: its words, its form and the service behind it."""

    label: Text
    done: Text
    form: Callable[[AlarmRule, Any], forms.Form]
    run: Callable[[Actor, AlarmRule, dict[str, Any]], Any]
    note: Callable[[AlarmRule], str] = lambda rule: ""


def _managed(rule: AlarmRule) -> str:
    if rule.alarm_class is None or not rule.alarm_class.highly_managed:
        return ""
    return _("Highly managed: a second person must confirm within 15 minutes.")


ACTS: dict[str, AlarmAct] = {
    "acknowledge": AlarmAct(
        gettext_lazy("Acknowledge"),
        gettext_lazy("Acknowledged."),
        lambda rule, data: CommentForm(data),
        lambda actor, rule, given: alarms_acts.acknowledge(actor, [rule.pk], **given),
    ),
    "reset": AlarmAct(
        gettext_lazy("Reset alarm"),
        gettext_lazy("The alarm is reset."),
        lambda rule, data: CommentForm(data),
        lambda actor, rule, given: alarms_acts.reset(actor, [rule.pk], **given),
    ),
    "note": AlarmAct(
        gettext_lazy("Write a note"),
        gettext_lazy("Noted."),
        lambda rule, data: NoteForm(rule, data),
        lambda actor, rule, given: alarms_acts.note(actor, rule.pk, **given),
    ),
    "shelve": AlarmAct(
        pgettext_lazy("alarm act", "Shelve"),
        gettext_lazy("The alarm is on the shelf, or waits for a second person."),
        lambda rule, data: ShelveForm(alarms_showing.shelf_times(rule), data),
        lambda actor, rule, given: alarms_acts.shelve(actor, [rule.pk], **given),
        _managed,
    ),
    "confirm": AlarmAct(
        gettext_lazy("Confirm shelving"),
        gettext_lazy("The alarm is on the shelf."),
        lambda rule, data: NothingForm(data),
        lambda actor, rule, given: alarms_acts.shelve_confirm(actor, rule.pk),
    ),
    "unshelve": AlarmAct(
        gettext_lazy("Take off the shelf"),
        gettext_lazy("The alarm is off the shelf."),
        lambda rule, data: CommentForm(data),
        lambda actor, rule, given: alarms_acts.unshelve(actor, [rule.pk], **given),
    ),
    "service": AlarmAct(
        pgettext_lazy("alarm act", "Take out of service"),
        gettext_lazy("The alarm is out of service."),
        lambda rule, data: ServiceForm(data),
        lambda actor, rule, given: alarms_acts.take_out_of_service(actor, [rule.pk], **given),
    ),
    "return": AlarmAct(
        gettext_lazy("Return to service"),
        gettext_lazy("The alarm is back in service."),
        lambda rule, data: ReturnForm(data),
        lambda actor, rule, given: alarms_acts.return_to_service(actor, [rule.pk], **given),
    ),
}
