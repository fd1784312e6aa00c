"""Background work of imports."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from anlan.base.imports import services
from anlan.base.imports.checking import Progress
from anlan.base.imports.models import ImportRun
from anlan.base.imports.sheet import all_sheets
from anlan.base.imports.states import RunState
from anlan.base.jobs import JobContext, JobResult, job


def _titled(payload: Mapping[str, Any]) -> str:
    sheet = all_sheets().get(payload.get("sheet", ""))
    if sheet is None:
        return ""
    # The dot stays on the line of the name before it.
    return f"{sheet}\N{NO-BREAK SPACE}· {payload['file_name']}"


@job("imports.check", title=_("Check an import"), resumes=True, titled=_titled)
def check(context: JobContext, *, run_id: str, sheet: str = "", file_name: str = "") -> JobResult:
    """Check a file and keep its preview. `sheet` and `file_name` name the run."""
    run = services.check_now(context.actor, run_id, _progress(context, gettext_noop("Checking")))
    return _result(run)


@job("imports.apply", title=_("Write an import"), resumes=True, titled=_titled)
def apply(context: JobContext, *, run_id: str, sheet: str = "", file_name: str = "") -> JobResult:
    """Write a checked file; one transaction, so that a killed worker may simply start again."""
    run = services.apply_now(context.actor, run_id, _progress(context, gettext_noop("Writing")))
    return _result(run)


def _progress(context: JobContext, message: str) -> Progress:
    def report(done: int, total: int) -> None:
        context.progress(done, total, message)

    return report


def _result(run: ImportRun) -> JobResult:
    message = {
        RunState.CHECKED: gettext_noop(
            "Checked: %(create)s new, %(update)s changed, %(wrong)s wrong"
        ),
        RunState.APPLIED: gettext_noop("Written: %(create)s new, %(update)s changed"),
    }.get(RunState(run.state), "")
    counts = {"create": 0, "update": 0, "wrong": 0, **run.counts}
    why = " ".join(text for text in (run.error, run.remedy) if text)
    refused = why if run.state == RunState.FAILED else ""
    return JobResult(
        message,
        counts,
        url=f"/imports/run/{run.pk}/",
        refused=refused,
        faulty=run.state == RunState.CHECKED and bool(counts["wrong"]),
    )
