"""What the pages of a commitment show, made from its rows."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse

from anlan.modules.commitment import contradictions, rules
from anlan.modules.commitment.fields import COUNTS, GROUPS
from anlan.modules.commitment.models import Commitment, Grade, Judgement
from anlan.modules.commitment.states import JudgementState
from anlan.modules.commitment.texts import FLAGS

LABELS = {count.name: count.label for count in COUNTS}

Address = Callable[[UUID], str]
_RECORDS: dict[str, Address] = {}


def records_at(names: Iterable[str], address: Address) -> None:
    """Say where the records behind counts are read: `address(enterprise_id)` is their page."""
    _RECORDS.update(dict.fromkeys(names, address))


records_at(
    ("n_findings_open", "n_findings_overdue", "n_major"),
    lambda plant: f"{reverse('findings:list')}?is=open&enterprise={plant}",
)
records_at(
    ("n_units", "n_running", "n_stopped"),
    lambda plant: f"{reverse('registry:facilities')}?kind=installation&enterprise={plant}",
)
records_at(("n_overhaul",), lambda plant: f"{reverse('risk:shutdowns')}?enterprise={plant}")


def groups(
    stated: Mapping[str, int | None],
    facts: Mapping[str, int | None],
    enterprise_id: UUID,
    form: forms.Form | None = None,
) -> list[dict[str, Any]]:
    """Return the counts by group: stated, known, whether they differ, the form's field, and the
    page of the records they were counted from."""
    made = []
    for key, label in GROUPS.items():
        rows = [
            {
                "label": count.label,
                "stated": stated.get(count.name) or 0,
                "known": facts.get(count.name),
                "is_connected": facts.get(count.name) is not None,
                "differs": (known := facts.get(count.name)) is not None
                and rules.differs(stated.get(count.name), known, moves=count.moves),
                "url": _RECORDS[count.name](enterprise_id)
                if known is not None and count.name in _RECORDS
                else "",
                "field": form[count.name] if form is not None else None,
            }
            for count in COUNTS
            if count.group == key
        ]
        made.append({"key": key, "label": label, "rows": rows})
    return made


def flag_words(row: Commitment) -> list[dict[str, Any]]:
    """Return what is wrong with a published commitment, in words."""
    made = []
    for flag in row.flags:
        detail = ""
        if flag["code"] == rules.COUNT_DIFFERS:
            label = LABELS.get(flag["name"], flag["name"])
            detail = f"{label}: {flag['stated'] or 0} ≠ {flag['actual']}"
        elif flag["name"] == "grade":
            detail = f"{Grade(flag['stated']).label} → {Grade(flag['actual']).label}"
        elif flag["code"] == rules.NOT_SIGNED:
            detail = str(flag["actual"])
        elif flag["code"] not in FLAGS and flag["actual"] is not None:
            detail = f"{flag['stated'] or 0} ≠ {flag['actual']}"
        label = FLAGS.get(flag["code"]) or contradictions.LABELS.get(flag["code"], flag["code"])
        made.append({"text": label, "detail": detail})
    return made


def steps(judgements: list[Judgement]) -> list[dict[str, Any]]:
    """Return the levels below as steps, with who signed when."""
    return [
        {
            "pk": one.pk,
            "name": one.node.organisation.name,
            "level": one.node.get_level_display(),
            "is_signed": one.state == JudgementState.SIGNED,
            "at": one.signed_at,
            "who": str(one.signed_by or ""),
            "grade": one.grade,
            "risk": None if one.grade is None else one.grade + 1,
            "text": one.text,
            "row": one,
        }
        for one in judgements
    ]


def minutes_left(moment: dt.datetime) -> int:
    """Return how many minutes are left until the hour of publication (may be negative)."""
    limit = rules.PUBLISH_BY
    return (limit.hour * 60 + limit.minute) - (moment.hour * 60 + moment.minute)
