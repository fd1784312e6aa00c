"""Setting up endpoints."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.queries import organisation_one
from anlan.base.actors.roles import OrganisationKind
from anlan.base.audit.services import record
from anlan.base.errors import BadInput, NotYours, Problem, Problems
from anlan.exchange import ciphers, events
from anlan.exchange.models import Delivery, Endpoint
from anlan.exchange.policy import ENDPOINT_EDIT
from anlan.exchange.rows.days import GRADES
from anlan.exchange.sealing import keys_of, sealed_with
from anlan.exchange.tables import of_endpoint

SHOWN = (
    "name", "adapter", "base_url", "company_code", "prefix", "cipher", "text_form", "batch_size",
    "is_active", "parts", "photos", "grade_codes",
)  # fmt: skip


@transaction.atomic
def endpoint_save(
    actor: Actor,
    endpoint_id: UUID | None = None,
    *,
    enterprise_id: UUID | None = None,
    values: Mapping[str, Any],
    keys: Mapping[str, str],
) -> Endpoint:
    """Set up an endpoint or change it; a key left empty stays as it was.

    Whatever makes a row look different there (dialect, prefix, enterprise code) makes all of them
    go out anew. Raises BadInput with every wrong field; NotYours, Forbidden.
    """
    if endpoint_id is not None:
        row = Endpoint.objects.for_actor(actor).lock(endpoint_id)
    else:
        if enterprise_id is None:
            raise NotYours()
        enterprise = organisation_one(actor, enterprise_id)
        if enterprise.kind != OrganisationKind.ENTERPRISE:
            raise NotYours()
        row = Endpoint(enterprise=enterprise, scope_path=enterprise.path)
    policy.require(actor, ENDPOINT_EDIT, row)
    before = {name: getattr(row, name) for name in SHOWN} if endpoint_id else {}
    for name in SHOWN:
        if name in values:
            setattr(row, name, values[name])
    row.sealed = sealed_with(row, keys)
    _check(row)
    row.problem, row.failures, row.next_try_at, row.watermarks = "", 0, None, {}
    row.failing_since, row.said = None, ""
    row.version += 1 if endpoint_id else 0
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise BadInput(Problem("name", _("This name is taken."))) from error
    # What was waiting of a part that is sent no more waits in vain.
    tables = [table.name for table in of_endpoint(row)]
    waiting = Delivery.objects.for_actor(actor).filter(endpoint=row, accepted_at__isnull=True)
    waiting.exclude(table__in=tables).delete()
    after = {name: getattr(row, name) for name in SHOWN}
    record(actor, events.ENDPOINT_SAVED, row, before=before, after=after)
    saved: Endpoint = row
    return saved


def _check(row: Endpoint) -> None:
    problems = Problems()
    if not row.name.strip():
        problems.add("name", _("Fill this in."))
    parts = urlsplit(row.base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        problems.add("base_url", _("Give an address that begins with https://."))
    if row.company_code and len(row.company_code) != 9:
        problems.add("company_code", _("The enterprise code has 9 characters."))
    if not 20 <= row.batch_size <= 50:
        problems.add("batch_size", _("20 to 50 rows are sent at once."))
    if not row.parts:
        problems.add("parts", _("Choose at least one."))
    if row.grades and len(row.grades) != len(GRADES):
        problems.add("grade_codes", _("Four codes with commas between: low to major."))
    keys = keys_of(row)
    try:
        ciphers.check(row.cipher, keys.get("key", ""), keys.get("vector", ""))
    except ciphers.WrongKey:
        problems.add(
            "key",
            _("Key or initial vector do not fit the encryption: AES takes 16, 24 or 32 bytes,"
              " CBC a vector of 16."),
        )  # fmt: skip
    problems.raise_if_any()
