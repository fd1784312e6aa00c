"""What a table of the interface is, and what its rows need besides themselves."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from anlan.base.actors.actor import Actor
from anlan.base.errors import Text
from anlan.exchange.choices import Part, Photos


@dataclass(frozen=True, slots=True)
class Around:
    """What the rows of one chunk need besides themselves, fetched set-based.

    `departments` are (name, changed at) by path, `authors` (first, last) by row, `records` the
    check a finding came of. `photos` are the files of findings by row and field, `moments` when
    something of a row changed that is not the row.
    """

    company_code: str
    enterprise_name: str
    departments: Mapping[str, tuple[str, dt.datetime]] = field(default_factory=dict)
    authors: Mapping[UUID, tuple[str, str]] = field(default_factory=dict)
    records: Mapping[UUID, UUID] = field(default_factory=dict)
    photos: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)
    moments: Mapping[UUID, dt.datetime] = field(default_factory=dict)
    grade_codes: tuple[str, ...] = ()
    photo_fields: str = Photos.NONE
    has_mhi: bool = False

    def stamp(
        self, row: Any, made: str = "", changed: str = "", *, others: tuple[Any, ...] = ()
    ) -> dict[str, Any]:
        """Return the fields that every table has; `others` are rows whose change is one here."""
        first, last = self.authors.get(row.pk, ("", ""))
        first = made or first or self.enterprise_name
        moments = [row.updated_at, *(one.updated_at for one in others if one is not None)]
        if row.pk in self.moments:
            moments.append(self.moments[row.pk])
        return {
            "deleted": "0",
            "createDate": row.created_at,
            "createBy": first,
            "updateDate": max(moments),
            "updateBy": changed or last or first,
        }

    def department(self, path: str) -> str:
        """Return the name of the department at a path; the enterprise's where there is none."""
        return self.departments[path][0] if path in self.departments else self.enterprise_name


def nothing(row: Any, around: Around) -> list[UUID]:
    """Return what a row without parents needs upstream."""
    return []


def stays(row: Any) -> bool:
    """Tell that rows of this table are never taken back."""
    return False


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the interface.

    `rows(actor, enterprise)` are all its records, `payload` what is sent of one, `needs` the
    records it needs upstream, `is_gone` whether it is to be taken back. `touched` are relations
    whose change changes the row here; `more(actor, enterprise, since)` finds what no relation
    leads to. `key` is the field by which the other side names a row.
    """

    name: str
    label: Text
    part: Part
    rows: Callable[[Actor, UUID], QuerySet[Any]]
    payload: Callable[[Any, Around], dict[str, Any]]
    needs: Callable[[Any, Around], list[UUID]] = nothing
    is_gone: Callable[[Any], bool] = stays
    touched: tuple[str, ...] = ()
    more: Callable[[Actor, UUID, dt.datetime], Q] | None = None
    key: str = "id"

    def changed(self, actor: Actor, enterprise: UUID, since: dt.datetime | None) -> QuerySet[Any]:
        """Return the records changed themselves since a moment, in the order of change."""
        rows = self.rows(actor, enterprise)
        if since is not None:
            rows = rows.filter(updated_at__gt=since)
        return rows.order_by("updated_at", "pk")

    def touched_since(
        self, actor: Actor, enterprise: UUID, since: dt.datetime
    ) -> QuerySet[Any] | None:
        """Return the records that did not change but what stands around them; None for no such."""
        conditions = [Q(**{f"{path}__updated_at__gt": since}) for path in self.touched]
        if self.more is not None:
            conditions.append(self.more(actor, enterprise, since))
        if not conditions:
            return None
        rows = self.rows(actor, enterprise).filter(reduce(Q.__or__, conditions))
        return rows.filter(updated_at__lte=since).order_by("pk")
