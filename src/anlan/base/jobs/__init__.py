"""Background jobs with progress that people can see.

    @job("registry.import", resumes=True)
    def import_sheet(context: JobContext, *, run_id: str) -> JobResult: ...

    enqueue(actor, "registry.import", run_id=str(run.pk))

An app declares its jobs in its `jobs.py`, which is imported at start-up. `enqueue` lives in
`anlan.base.jobs.services`.
"""

from anlan.base.jobs.registry import JobContext, JobResult, job

__all__ = ["JobContext", "JobResult", "job"]
