"""The tables of the interface in the order of sending: parents first."""

from collections.abc import Sequence
from typing import Any

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.audit.queries import authors_of
from anlan.exchange.choices import Photos
from anlan.exchange.models import Endpoint
from anlan.exchange.rows import chain, days, findings
from anlan.exchange.rows.shape import Around, Table
from anlan.modules.commitment.models import Commitment
from anlan.modules.findings.models import Finding
from anlan.modules.risk.models import RiskUnit

TABLES: tuple[Table, ...] = (*chain.TABLES, *findings.TABLES, *days.TABLES)
BY_NAME = {table.name: table for table in TABLES}


def of_endpoint(endpoint: Endpoint) -> list[Table]:
    """Return the tables that an endpoint takes, parents first."""
    return [table for table in TABLES if table.part in endpoint.parts]


def around(actor: Actor, endpoint: Endpoint, company_code: str, rows: Sequence[Any]) -> Around:
    """Return what these rows of one table need, in a few statements however many they are."""
    first = rows[0] if rows else None
    paths = {row.scope_path for row in rows}
    if isinstance(first, RiskUnit):
        paths |= {row.object.scope_path for row in rows}
    nodes = Organisation.objects.filter(path__in=paths)
    names = {path: (name, at) for path, name, at in nodes.values_list("path", "name", "updated_at")}
    more: dict[str, Any] = {}
    if isinstance(first, Finding):
        more["records"] = findings.records_of(actor, rows)
        if endpoint.photos != Photos.NONE:
            more["photos"], more["moments"] = findings.photos_of(actor, rows)
    if isinstance(first, Commitment):
        more["has_mhi"] = days.has_mhi(actor, endpoint.enterprise_id)
    return Around(
        company_code,
        endpoint.enterprise.name,
        names,
        authors_of([row.pk for row in rows]),
        grade_codes=endpoint.grades,
        photo_fields=endpoint.photos,
        **more,
    )
