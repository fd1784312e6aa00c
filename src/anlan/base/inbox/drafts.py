"""A notice before it is one."""

import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from anlan.base.audit.services import plain
from anlan.base.inbox import kinds
from anlan.base.inbox.models import Notice, Urgency


@dataclass(frozen=True, slots=True)
class Draft:
    """What one person should be told. `params` are what JSON can hold; `url` is a path here."""

    recipient: UUID
    kind: str
    params: dict[str, Any] = field(default_factory=dict)
    url: str = ""
    urgency: int = Urgency.YELLOW
    due_on: dt.date | None = None
    needs_action: bool = False
    dedupe_key: str = ""
    scope_path: str = ""
    enterprise_id: UUID | None = None

    @property
    def is_immediate(self) -> bool:
        """Tell whether it leaves at once: red, or its kind says so."""
        return self.urgency == Urgency.RED or kinds.kind_of(self.kind).is_immediate

    def notice(self) -> Notice:
        """Return the row, not saved."""
        return Notice(
            recipient_id=self.recipient,
            kind=self.kind,
            params=plain(self.params) or {},
            url=self.url,
            urgency=self.urgency,
            due_on=self.due_on,
            needs_action=self.needs_action,
            dedupe_key=self.dedupe_key,
            scope_path=self.scope_path,
            enterprise_id=self.enterprise_id,
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return plain(asdict(self)) or {}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Draft":
        """Return the draft that `to_json` wrote."""
        due_on, enterprise = data["due_on"], data["enterprise_id"]
        return cls(
            **{
                **data,
                "recipient": UUID(data["recipient"]),
                "due_on": dt.date.fromisoformat(due_on) if due_on else None,
                "enterprise_id": UUID(enterprise) if enterprise else None,
            }
        )
