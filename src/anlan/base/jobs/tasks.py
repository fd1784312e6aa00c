"""What the queue calls; procrastinate imports this module at start-up."""

import time

from procrastinate.contrib.django import app

from anlan.base.jobs.queue import RUN, TICK


@app.task(name=RUN)
def run(job_id: str) -> None:
    """Run one job."""
    from anlan.base.jobs.services.running import run_job

    run_job(job_id)


@app.periodic(cron="* * * * *", periodic_id="tick")
@app.task(name=TICK, queueing_lock=TICK)
def tick(timestamp: int) -> None:
    """Once a minute: start what is due, take care of what lost its worker."""
    from anlan.base.jobs.services.clockwork import start_due
    from anlan.base.jobs.services.sweep import sweep

    sweep()
    # Not `timestamp`: a tick that waited behind long jobs would look back to when it was queued.
    start_due(int(time.time()))
