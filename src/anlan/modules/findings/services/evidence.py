"""Photos, voice notes and papers of a finding."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import IO
from uuid import UUID

from django.db import transaction

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.errors import Problems
from anlan.base.files import services as files
from anlan.base.files.kinds import kind_of
from anlan.base.files.models import Attachment
from anlan.base.files.sniff import sniff
from anlan.modules.findings import texts
from anlan.modules.findings.choices import PhotoRole
from anlan.modules.findings.models import Finding
from anlan.modules.findings.policy import FINDING_REPORT
from anlan.modules.findings.problems import AlreadyDone
from anlan.modules.findings.services import reporting
from anlan.modules.findings.states import OPEN


@transaction.atomic
def report(
    actor: Actor,
    enterprise_id: UUID,
    what: reporting.Report,
    photos: Sequence[tuple[IO[bytes], PhotoRole]],
) -> Finding:
    """Enter a finding and hang its photos on, all or nothing; return it.

    Raises what `reporting.report` and `add` raise.
    """
    row = reporting.report(actor, enterprise_id, what)
    author = reporting.author_of(actor, what)
    stands_outside = actor.at_own_node_only and photos
    plant = (
        reporting.at_plant(actor, enterprise_id) if stands_outside else nullcontext((actor, None))
    )
    with plant as (reporter, _enterprise):
        for upload, role in photos:
            add(reporter, row.pk, upload, upload.name, role, author=author)
    return row


def add(
    actor: Actor,
    finding_id: UUID,
    upload: IO[bytes],
    name: str,
    role: str,
    title: str = "",
    *,
    author: Actor | None = None,
    once: bool = False,
) -> Attachment:
    """Hang a file on an open finding. Who may report may show; removing needs more.

    `author` is who history names, where that is not the actor: nobody, for an anonymous report.
    With `once` the same content in the same role is not hung a second time: the first is returned.
    Raises NotYours, Forbidden, AlreadyDone for a closed one, BadInput for a file not taken.
    """
    row = Finding.objects.for_actor(actor).one(finding_id)
    policy.require(actor, FINDING_REPORT)
    if row.state not in OPEN:
        raise AlreadyDone()
    kind = kind_of(role) if role in PhotoRole.values else None
    if kind is None:
        problems = Problems()
        problems.add("role", texts.ROLE_UNKNOWN, code="unknown")
        problems.raise_if_any()
    assert kind is not None
    stored = files.store(upload, name, kind, field="photo")
    if once:
        there = Attachment.objects.for_actor(actor).filter(
            object_id=row.pk, file=stored, kind=role, removed_at__isnull=True
        )
        known: Attachment | None = there.select_related("file").first()
        if known is not None:
            return known
    upload.seek(0)
    with transaction.atomic():
        return files.hang(
            author or actor,
            row,
            stored,
            name,
            kind=role,
            title=title,
            details=sniff(upload).details,
        )
