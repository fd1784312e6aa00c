"""Help for tests of code that starts jobs."""

from anlan.base.jobs.models import Job
from anlan.base.jobs.services.running import run_job
from anlan.base.jobs.states import JobState


def run_queued(most: int = 100) -> list[Job]:
    """Run what waits, in this process and transaction, oldest first; return it as it ended.

    Jobs started by jobs run too. Raises AssertionError when there are more than `most`.
    """
    ran: list[Job] = []
    while job := Job.objects.filter(state=JobState.QUEUED).order_by("created_at").first():
        assert len(ran) < most, "jobs start jobs without end"
        run_job(job.pk, apart=False)
        job.refresh_from_db()
        ran.append(job)
    return ran
