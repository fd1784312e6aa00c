"""Forms of alarm settings, their changes and data sources."""

from typing import Any
from uuid import UUID

from django import forms
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.modules.monitoring import rules
from anlan.modules.monitoring.choices import RuleKind
from anlan.modules.monitoring.models import AlarmRule, Point, WatchGroup
from anlan.modules.monitoring.queries import groups
from anlan.modules.monitoring.queries import points as queries
from anlan.modules.monitoring.services.settings import DESCRIBED
from anlan.modules.monitoring.ui import choosers
from anlan.modules.monitoring.ui.group_lists import GROUP
from anlan.modules.monitoring.ui.picking import OneField, TagsField
from anlan.modules.registry.ui.forms import NONE_CHOSEN, RecordForm, kind_form
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
    if name == "compared_with":
        others = queries.points(actor).filter(enterprise=point.enterprise_id).exclude(pk=point.pk)
        made = OneField(
            choosers.TAGS,
            point.enterprise_id,
            lambda tag: others.filter(tag=tag).first(),
            label=label,
        )
    elif name == "parent":
        rules_ = queries.rules(actor).filter(enterprise=point.enterprise_id).exclude(point=point.pk)
        made = OneField(
            choosers.SETTINGS,
            point.enterprise_id,
            lambda text: rules_.filter(**_named(text)).first(),
            label=label,
        )
    elif isinstance(found, models.ForeignKey):
        rows = queries.classes(actor).filter(enterprise=point.enterprise_id).order_by("code")
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
    if isinstance(made, forms.TypedChoiceField):
        pairs: Any = made.choices
        made.choices = [
            (key, word if key not in ("", None) else NONE_CHOSEN) for key, word in pairs
        ]
    if text := HELP.get(name):
        made.help_text = text
    return made


def _fit_to(rule: AlarmRule, fields: dict[str, forms.Field]) -> None:
    """Leave out of the form of a change what its kind of alarm does not have, and say the units."""
    for name in without(rule.kind):
        del fields[name]
    for name in ("limit", "deadband"):
        if name in fields and (unit := unit_of(rule, name)):
            fields[name].label = f"{fields[name].label} ({unit})"
    if "limit" in fields:
        fields["limit"].help_text = ""


def without(kind: str) -> set[str]:
    """Return what a kind of alarm does not have."""
    gone = set() if kind == RuleKind.DEVIATION else {"compared_with"}
    if kind in (RuleKind.STATE, RuleKind.STALE, RuleKind.BAD):
        gone.add("deadband")
    if kind == RuleKind.BAD:
        gone.add("limit")
    return gone


def unit_of(rule: AlarmRule, name: str) -> str:
    """Return in what a figure of a setting is given; empty for what has no unit."""
    if name not in ("limit", "deadband") or rule.kind == RuleKind.STATE:
        return ""
    if name == "limit" and rule.kind in (RuleKind.STALE, RuleKind.FROZEN):
        return "s"
    unit = rule.point.unit
    return f"{unit}/min" if unit and rule.kind == RuleKind.RATE else unit


def _named(text: str) -> dict[str, str]:
    """Return which setting `LI-101 HH` names."""
    tag, _gap, kind = text.rpartition(" ")
    return {"point__tag": tag.strip(), "kind": kind.upper()}


def group_form(
    actor: Actor, enterprise_id: UUID, data: Any = None, row: WatchGroup | None = None, **start: Any
) -> RecordForm:
    """Return the form of a group of tags; those it has stand in it with their names."""
    tags = list(row.tags) if row else []
    if data is not None:
        tags += [tag for tag in str(data.get("tags", ""))[:5000].split() if tag not in tags]
    points = groups.points_of(actor, enterprise_id, tags)
    form = kind_form(GROUP, actor, enterprise_id, data, row, **start)
    plain = form.fields["tags"]
    form.fields["tags"] = TagsField(
        enterprise_id,
        {point.tag: point.name for point in points if point},
        label=plain.label,
        help_text=plain.help_text,
    )
    moment = form.fields["train_to"]
    moment.widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return form


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
        if rule is not None:
            _fit_to(rule, fields)
    start: dict[str, Any] = {}
    if rule is not None:
        names = rules.CONTROLLED if part == "change" else DESCRIBED
        start = {name: _typed(getattr(rule, name)) for name in names}
        # These are found by their words.
        start |= {name: str(getattr(rule, name) or "") for name in ("parent",) if name in start}
        if "compared_with" in start:
            start["compared_with"] = rule.compared_with.tag if rule.compared_with else ""
        start["version"] = rule.version
    made = type("Form", (RecordForm,), {**fields, "groups": groups})
    form: RecordForm = made(data, initial=start)
    return form


def _typed(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    return f"{value:g}" if isinstance(value, float) else value
