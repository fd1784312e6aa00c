"""Background work of the registry."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import SYSTEM
from anlan.base.jobs import JobContext, JobResult, job
from anlan.modules.registry.queries_identification import live_units, stale_units
from anlan.modules.registry.services.identification import unit_identify
from anlan.modules.registry.services.recalculating import IDENTIFY_JOB

_DONE = _("%(stored)s units identified, %(unchanged)s unchanged")


@job(IDENTIFY_JOB, title=_("Identify units under GB 18218"), resumes=True)
def identify(context: JobContext, *, unit_ids: Sequence[str], cause: str) -> JobResult:
    """Identify many units after one change, such as an import."""
    return _run(context, [UUID(pk) for pk in unit_ids], cause)


@job(
    "registry.identify_stale",
    title=_("Identify units whose figures moved"),
    every="40 2 * * *",
    resumes=True,
)
def identify_stale(context: JobContext) -> JobResult:
    """Take up what a crash between a change and its recalculation left behind."""
    return _run(context, list(stale_units(SYSTEM)), "sweep")


@job("registry.identify_all", title=_("Identify all units under GB 18218"), resumes=True)
def identify_all(context: JobContext, *, tell: bool = False) -> JobResult:
    """Identify every unit, as after a bulk load."""
    return _run(context, list(live_units(SYSTEM)), "all", tell=tell)


def _run(
    context: JobContext, unit_ids: Sequence[UUID], cause: str, *, tell: bool = True
) -> JobResult:
    done = unit_identify(
        SYSTEM,
        unit_ids,
        cause,
        tell=tell,
        progress=lambda n, total: context.progress(n, total, _("Identifying units")),
    )
    return JobResult(_DONE, {"stored": done.n_stored, "unchanged": done.n_unchanged})
