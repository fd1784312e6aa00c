"""Forms of alarm settings, their changes and data sources."""

from typing import Any

from django import forms
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.modules.monitoring import rules
from anlan.modules.monitoring.models import AlarmRule, Point
from anlan.modules.monitoring.queries import points as queries
from anlan.modules.monitoring.services.settings import DESCRIBED
from anlan.modules.registry.ui.forms import NONE_CHOSEN, RecordForm
from anlan.modules.registry.ui.kinds import Group

DECIDES = Group(
    _("When it comes"),
    ("kind", "limit", "deadband", "on_delay_s", "off_delay_s", "compared_with", "priority",
     "alarm_class", "suppressed_when", "safety_related", "in_use"),
)  # fmt: skip
RECORD = (
    Group(
        _("Why it is there"),
        ("cause", "consequence", "harm_people", "harm_environment", "harm_money"),
    ),
    Group(_("What the operator does"), ("action", "response_seconds", "operator_seconds")),
    Group(
        pgettext_lazy("alarm", "Basis and place"),
        ("basis", "study_reference", "group", "parent", "owner", "tested_on"),
    ),
    Group(pgettext_lazy("alarm", "Words"), ("message_zh", "message_en")),
)
HELP = {
    "limit": _("In the point's unit; ROC: unit a minute; DEV: distance; STALE, FROZEN: seconds."),
    "deadband": _("How far the value must come back before the alarm clears, in the point's unit."),
    "on_delay_s": _("Passes over spikes; for gas at most 3 s."),
    "off_delay_s": _("Cures chattering: how long the value must be normal."),
    "suppressed_when": _("Design logic, such as {P-101-RUN} == 0. Never for the first cause."),
    "response_seconds": _("From the alarm until the consequence can no longer be avoided."),
    "parent": _("This alarm follows from that one."),
    "basis": _("Design document, standard or calculation the limit comes from."),
}


def _field(name: str, actor: Actor, point: Point) -> forms.Field:
    found: Any = AlarmRule._meta.get_field(name)
    label = capfirst(str(found.verbose_name))
    made: forms.Field
    if isinstance(found, models.ForeignKey):
        choices: dict[str, Any] = {
            "compared_with": queries.points(actor).exclude(pk=point.pk).order_by("tag"),
            "alarm_class": queries.classes(actor).order_by("code"),
            "parent": queries.rules(actor).exclude(point=point.pk).order_by("point__tag", "kind"),
        }
        rows = choices[name].filter(enterprise=point.enterprise_id)
        made = forms.ModelChoiceField(rows, required=False, label=label, empty_label=NONE_CHOSEN)
    else:
        made = found.formfield()
        if isinstance(made, forms.DateField):
            made.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        elif isinstance(found, models.TextField):
            made.widget = forms.Textarea(attrs={"rows": 2})
        elif isinstance(made, forms.IntegerField):
            # A number field would drop what it cannot read; a text field keeps it for correction.
            made.widget = forms.TextInput(attrs={"inputmode": "decimal"})
    if text := HELP.get(name):
        made.help_text = text
    return made


def setting_form(
    actor: Actor, point: Point, data: Any = None, rule: AlarmRule | None = None, *, part: str
) -> RecordForm:
    """Return the form of a setting. `part`: new (all), record (the description), change."""
    groups: tuple[Group, ...] = (DECIDES, *RECORD) if part == "new" else RECORD
    if part == "change":
        groups = (
            Group(_("New setting"), rules.CONTROLLED),
            Group(_("Why it must change"), ("reason",)),
        )
    fields: dict[str, forms.Field] = {
        name: _field(name, actor, point)
        for group in groups
        for name in group.fields
        if name != "reason"
    }
    if part == "change":
        fields["reason"] = forms.CharField(
            label=capfirst(str(_("reason"))),
            max_length=1000,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("What happened, what was looked at, what it leads to."),
        )
        if rule is not None and rule.kind != "DEV":
            del fields["compared_with"]
    start: dict[str, Any] = {}
    if rule is not None:
        names = rules.CONTROLLED if part == "change" else DESCRIBED
        start = {name: _typed(getattr(rule, name)) for name in names}
        start["version"] = rule.version
    made = type("Form", (RecordForm,), {**fields, "groups": groups})
    form: RecordForm = made(data, initial=start)
    return form


def _typed(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    return f"{value:g}" if isinstance(value, float) else value


class DecisionForm(forms.Form):
    """Approve or refuse a change, with a comment."""

    verdict = forms.ChoiceField(choices=[("approve", ""), ("refuse", "")])
    comment = forms.CharField(max_length=500, required=False)
    later = forms.BooleanField(required=False)
