"""JSON of findings: what the API shows and takes.

What is left out of an act is told by the rule it misses, in the caller's language and with what to
do about it; the schema only bounds what may be sent at all.
"""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db import models
from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

from anlan.modules.findings.choices import Channel, RootCause
from anlan.modules.findings.models import Extension, Finding
from anlan.modules.findings.states import FindingState

EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2200, 1, 1)
_FROM = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_UNTIL = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
Day = Annotated[dt.date, Field(ge=EARLIEST, le=LATEST)]
Moment = Annotated[AwareDatetime, Field(ge=_FROM, le=_UNTIL)]
Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
Line = Annotated[str, Field(max_length=300)]
Words = Annotated[str, Field(max_length=500)]
Text = Annotated[str, Field(max_length=2000)]
State = Literal[tuple(str(value) for value in FindingState.values)]  # type: ignore[valid-type]
Through = Literal[tuple(str(value) for value in Channel.values)]  # type: ignore[valid-type]
Cause = Literal[("", *(str(value) for value in RootCause.values))]  # type: ignore[valid-type]
Level = Literal[0, 1]
Source = Annotated[int, Field(ge=1, le=10)]
Discipline = Annotated[int, Field(ge=1, le=8)]
Factor = Annotated[int, Field(ge=1, le=3)]
Link = Annotated[int, Field(ge=1, le=10)]


class Strict(Schema):
    """Input that names a field we do not know is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


class FindingRowOut(Schema):
    """A finding as lists show it. Codes are those of the national interface where it has them;
    times are UTC with offset, `deadline` is a last day in China. People and places are ids.
    `warning` is 0 none, 1 blue, 2 yellow, 3 orange, 4 red."""

    id: UUID
    version: int
    enterprise: UUID
    number: str
    title: str
    state: str
    level: int
    source: int
    channel: str
    discipline: int
    role_category: int
    treatment: int
    basis: str
    object: UUID | None
    unit: UUID | None
    measure: UUID | None
    equipment: UUID | None
    place: str
    department: UUID | None
    origin_kind: str
    origin_id: UUID | None
    found_at: dt.datetime
    registered_at: dt.datetime
    registered_by: UUID | None
    is_anonymous: bool
    inspected_on: dt.date | None
    inspection_ref: str
    owner: UUID | None
    acceptor: UUID | None
    deadline: dt.date | None
    first_deadline: dt.date | None
    overdue_days: int
    warning: int
    root_cause: str
    criterion: str
    criteria_edition: str
    confirmed_at: dt.datetime | None
    submitted_at: dt.datetime | None
    accepted_at: dt.datetime | None
    repeat_of: UUID | None
    updated_at: dt.datetime


class FindingOut(FindingRowOut):
    """A finding with all it says. `moves` are the moves of its state open to the caller now."""

    description: str
    measures: str
    interim: str
    funds: Decimal | None
    funds_note: str
    plan: str
    cause: str
    cost: Decimal | None
    result: str
    unsafe_factor: int | None
    link: int | None
    confirmed_by: UUID | None
    submitted_by: UUID | None
    accepted_by: UUID | None
    acceptance: str
    signed_at: dt.datetime | None
    signed_by: UUID | None
    reviewed_at: dt.datetime | None
    reviewed_by: UUID | None
    listed_at: dt.datetime | None
    listed_by: UUID | None
    listing_number: str
    cleared_at: dt.datetime | None
    cleared_by: UUID | None
    penalty: str
    moves: list[str]


class MajorOut(Schema):
    """A major accident hazard with its criterion, the five and where its supervision stands."""

    id: UUID
    version: int
    enterprise: UUID
    number: str
    title: str
    place: str
    state: str
    criterion: str
    criteria_edition: str
    owner: UUID | None
    measures: str
    funds: Decimal | None
    deadline: dt.date | None
    plan: str
    overdue_days: int
    warning: int
    registered_at: dt.datetime
    signed_at: dt.datetime | None
    reviewed_at: dt.datetime | None
    listed_at: dt.datetime | None
    listing_number: str
    accepted_at: dt.datetime | None
    cleared_at: dt.datetime | None
    updated_at: dt.datetime


class CriterionOut(Schema):
    """A criterion of major accident hazards. `provenance` says how far its wording is sure."""

    code: str
    edition: str
    text_zh: str
    text_en: str
    citation: str
    provenance: str


class ExtensionOut(Schema):
    """A request for more time, and its decision."""

    id: UUID
    version: int
    finding: UUID
    state: str
    old_deadline: dt.date
    new_deadline: dt.date
    reason: str
    interim: str
    is_late: bool
    requested_by: UUID | None
    decided_by: UUID | None
    decided_at: dt.datetime | None
    created_at: dt.datetime


class FileOut(Schema):
    """A photo or file of a finding; `role` says what it shows, `url` is where it is read."""

    id: UUID
    role: str
    title: str
    file_name: str
    mime: str
    size: int
    sha256: str
    url: str
    created_at: dt.datetime


class ReportIn(Strict):
    """What somebody saw. `id` is a UUIDv7 of the sender: the same again is the same finding.

    Of object, unit and measure the finest is enough. `enterprise` is your own if left out.
    """

    id: UUID | None = None
    enterprise: UUID | None = None
    title: Annotated[str, Field(max_length=1000)]
    description: Annotated[str, Field(max_length=4000)] = ""
    source: Source = 1
    channel: Through = "self"  # type: ignore[valid-type]
    discipline: Discipline = 8
    role_category: Annotated[int, Field(ge=0, le=3)] = 0
    treatment: Literal[0, 1] = 1
    basis: Line = ""
    object: UUID | None = None
    unit: UUID | None = None
    measure: UUID | None = None
    equipment: UUID | None = None
    department: UUID | None = None
    place: Annotated[str, Field(max_length=120)] = ""
    found_at: Moment | None = None
    inspected_on: Day | None = None
    inspection_ref: Annotated[str, Field(max_length=80)] = ""
    result: Text = ""
    cost: Money | None = None
    is_anonymous: bool = False


class PlanIn(Strict):
    """Who rectifies, by when, how. Those left out stay as they are."""

    level: Level | None = None
    owner: UUID | None = None
    acceptor: UUID | None = None
    department: UUID | None = None
    deadline: Day | None = None
    measures: Text | None = None
    interim: Text | None = None
    funds: Money | None = None
    funds_note: Annotated[str, Field(max_length=120)] | None = None
    plan: Line | None = None
    discipline: Discipline | None = None
    unsafe_factor: Factor | None = None
    link: Link | None = None
    cause: Text | None = None
    root_cause: Cause | None = None  # type: ignore[valid-type]


class NothingIn(Strict):
    """An act that needs no words."""


class ReasonIn(Strict):
    """Why."""

    reason: Text = ""


class ResultIn(Strict):
    """What was done, and what it cost in CNY."""

    result: Text = ""
    cost: Money | None = None


class OpinionIn(Strict):
    """An opinion, which may be left out."""

    opinion: Words = ""


class ReopenIn(Strict):
    """Why it is open again, and until when."""

    reason: Text = ""
    deadline: Day | None = None


class RemarkIn(Strict):
    """Words for the story."""

    text: Text = ""


class RaiseIn(Strict):
    """The criterion it meets, of the set in force on the registration day, and why."""

    criterion: Annotated[str, Field(max_length=16)] = ""
    reason: Text = ""


class ListIn(Strict):
    """The number under which the authority supervises it; without one it is given."""

    number: Annotated[str, Field(max_length=40)] = ""


class ExtensionIn(Strict):
    """More time."""

    new_deadline: Day | None = None
    reason: Words = ""
    interim: Words = ""


def row_out(row: Finding) -> dict[str, Any]:
    """Return a finding as lists name it."""
    return _same(row, FindingRowOut)


def major_out(row: Finding) -> dict[str, Any]:
    """Return a major finding as the API names it."""
    return _same(row, MajorOut)


def finding_out(row: Finding, moves: list[str]) -> dict[str, Any]:
    """Return a finding as the API names it."""
    return {**_same(row, FindingOut), "moves": moves}


def extension_out(row: Extension) -> dict[str, Any]:
    """Return a request for more time as the API names it."""
    return _same(row, ExtensionOut)


def _same(row: models.Model, schema: type[Schema]) -> dict[str, Any]:
    """Return the fields that row and schema share; references as ids."""
    known = {field.name: field.attname for field in row._meta.concrete_fields}
    return {name: getattr(row, known[name]) for name in schema.model_fields if name in known}
