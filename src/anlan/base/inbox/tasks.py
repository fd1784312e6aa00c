"""Work of the inbox on a clock; the services do it."""

import contextlib

from procrastinate import exceptions
from procrastinate.contrib.django import app

from anlan.base.clock import now
from anlan.base.inbox.services import digest_run, send_due


@app.periodic(cron="* * * * *")
@app.task(name="inbox.minute", queueing_lock="inbox.minute", lock="inbox.minute")
def minute(timestamp: int) -> None:
    """Make the digests that are due and send what waits."""
    digest_run(now())
    send_all()


@app.task(name="inbox.send", queueing_lock="inbox.send")
def send_all() -> None:
    """Send everything that is due."""
    while sum(send_due().values()) >= 200:
        pass


def send_soon() -> None:
    """Ask a worker to send; the minute's run catches what this misses."""
    with contextlib.suppress(exceptions.AlreadyEnqueued):
        send_all.defer()
