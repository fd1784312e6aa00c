"""Licences and certificates."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from anlan.base.actors.actor import Actor
from anlan.base.errors import Problems
from anlan.modules.registry import events, policy
from anlan.modules.registry.choices import remind_days
from anlan.modules.registry.models import Licence
from anlan.modules.registry.rules import remind_on
from anlan.modules.registry.services import rows
from anlan.modules.registry.services.checks import check_order, check_past


def _complete(values: rows.Values, given: frozenset[str]) -> None:
    """The reminder follows the end of validity unless somebody set it."""
    if "remind_on" in given and values.get("remind_on") is not None:
        return
    if values.get("remind_on") is None or {"valid_until", "kind"} & given:
        values["remind_on"] = remind_on(values.get("valid_until"), remind_days(values.get("kind")))


def _check(values: rows.Values, problems: Problems) -> None:
    check_past(values, problems, "issued_on")
    check_order(values, problems, "valid_from", "valid_until")
    check_order(values, problems, "issued_on", "valid_until")
    check_order(values, problems, "remind_on", "valid_until")


LICENCE = rows.Register(
    model=Licence,
    permission=policy.LICENCE_EDIT,
    created=events.LICENCE_CREATED,
    changed=events.LICENCE_CHANGED,
    removed=events.LICENCE_REMOVED,
    fields=(
        "kind",
        "number",
        "issuer",
        "scope",
        "with_storage",
        "storage_place",
        "issued_on",
        "valid_from",
        "valid_until",
        "remind_on",
        "note",
    ),
    key=("number", "kind"),
    searched=("number", "issuer"),
    check=_check,
    complete=_complete,
)


def licence_create(actor: Actor, values: Mapping[str, Any]) -> Licence:
    """Enter a licence; `values["enterprise"]` left out means the actor's own."""
    return rows.create_row(actor, LICENCE, values)


def licence_update(
    actor: Actor, pk: UUID | str, values: Mapping[str, Any], expected_version: int | None = None
) -> Licence:
    """Change a licence. Raises NotYours, Forbidden, BadInput, ChangedMeanwhile."""
    return rows.update_row(actor, LICENCE, pk, values, expected_version)


def licence_remove(
    actor: Actor, pk: UUID | str, reason: str = "", expected_version: int | None = None
) -> Licence:
    """Take a licence out of the lists; its history stays. Raises StillUsed."""
    return rows.remove_row(actor, LICENCE, pk, reason, expected_version)


def licence_upsert_many(actor: Actor, given: Sequence[Mapping[str, Any]]) -> rows.Upserted:
    """Create or update by natural key, all or none. Raises BadInput with every problem."""
    return rows.upsert_rows(actor, LICENCE, given)
