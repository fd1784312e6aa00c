"""People of an enterprise and their certificates."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from anlan.base.actors.actor import Actor
from anlan.base.errors import Problems
from anlan.modules.registry import events, policy
from anlan.modules.registry.models import Person, Qualification
from anlan.modules.registry.services import rows
from anlan.modules.registry.services.checks import check_order, check_past


def _check_person(values: rows.Values, problems: Problems) -> None:
    check_past(values, problems, "hired_on")
    check_order(values, problems, "hired_on", "left_on")


def _check_qualification(values: rows.Values, problems: Problems) -> None:
    check_past(values, problems, "issued_on")
    check_order(values, problems, "issued_on", "valid_until")
    check_order(values, problems, "issued_on", "review_by")
    check_order(values, problems, "review_by", "valid_until")


PERSON = rows.Register(
    model=Person,
    permission=policy.PERSON_EDIT,
    created=events.PERSON_CREATED,
    changed=events.PERSON_CHANGED,
    removed=events.PERSON_REMOVED,
    fields=(
        "number",
        "name",
        "department",
        "post",
        "phone",
        "education",
        "major",
        "title",
        "hired_on",
        "left_on",
        "note",
    ),
    key=("number",),
    searched=("name", "number", "department", "post"),
    check=_check_person,
    used_by=((Qualification, "person"),),
)

QUALIFICATION = rows.Register(
    model=Qualification,
    permission=policy.PERSON_EDIT,
    created=events.QUALIFICATION_CREATED,
    changed=events.QUALIFICATION_CHANGED,
    removed=events.QUALIFICATION_REMOVED,
    fields=(
        "person",
        "kind",
        "number",
        "work",
        "issuer",
        "issued_on",
        "review_by",
        "valid_until",
        "note",
    ),
    key=("number", "kind"),
    searched=("number", "person", "work"),
    check=_check_qualification,
)


def person_create(actor: Actor, values: Mapping[str, Any]) -> Person:
    """Enter a person; `values["enterprise"]` left out means the actor's own."""
    return rows.create_row(actor, PERSON, values)


def person_update(
    actor: Actor, pk: UUID | str, values: Mapping[str, Any], expected_version: int | None = None
) -> Person:
    """Change a person. Raises NotYours, Forbidden, BadInput, ChangedMeanwhile."""
    return rows.update_row(actor, PERSON, pk, values, expected_version)


def person_remove(
    actor: Actor, pk: UUID | str, reason: str = "", expected_version: int | None = None
) -> Person:
    """Take a person out of the lists; its history stays. Raises StillUsed."""
    return rows.remove_row(actor, PERSON, pk, reason, expected_version)


def person_upsert_many(actor: Actor, given: Sequence[Mapping[str, Any]]) -> rows.Upserted:
    """Create or update by natural key, all or none. Raises BadInput with every problem."""
    return rows.upsert_rows(actor, PERSON, given)


def qualification_create(actor: Actor, values: Mapping[str, Any]) -> Qualification:
    """Enter a certificate of a person; `values["enterprise"]` left out means the actor's own."""
    return rows.create_row(actor, QUALIFICATION, values)


def qualification_update(
    actor: Actor, pk: UUID | str, values: Mapping[str, Any], expected_version: int | None = None
) -> Qualification:
    """Change a certificate of a person. Raises NotYours, Forbidden, BadInput, ChangedMeanwhile."""
    return rows.update_row(actor, QUALIFICATION, pk, values, expected_version)


def qualification_remove(
    actor: Actor, pk: UUID | str, reason: str = "", expected_version: int | None = None
) -> Qualification:
    """Take a certificate of a person out of the lists; its history stays. Raises StillUsed."""
    return rows.remove_row(actor, QUALIFICATION, pk, reason, expected_version)


def qualification_upsert_many(actor: Actor, given: Sequence[Mapping[str, Any]]) -> rows.Upserted:
    """Create or update by natural key, all or none. Raises BadInput with every problem."""
    return rows.upsert_rows(actor, QUALIFICATION, given)
