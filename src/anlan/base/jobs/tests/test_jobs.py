"""Jobs run as the person who started them, and every end is told."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils.translation import gettext_lazy as _

from anlan.base.actors import wall
from anlan.base.actors.roles import Role
from anlan.base.clock import now
from anlan.base.errors import NotYours, Refused, Unavailable
from anlan.base.jobs import registry, services
from anlan.base.jobs.models import Job
from anlan.base.jobs.queries import job_for, jobs_of
from anlan.base.jobs.registry import JobContext, JobResult, job
from anlan.base.jobs.services.sweep import sweep
from anlan.base.jobs.states import JOB, JobState
from anlan.base.jobs.testing import run_queued
from anlan.base.states.problems import NotFromHere
from anlan.base.states.testing import every_pair
from anlan.modules.registry.models import Enterprise
from tests.support.world import World


class TooHot(Refused):
    code = "test.too_hot"
    text = _("This job has already ended.")


@pytest.fixture
def kinds() -> Iterator[None]:
    """Declare jobs for one test."""
    before = dict(registry._KINDS)

    @job("test.see")
    def see(context: JobContext) -> JobResult:
        context.progress(1, 2, "Reading %(what)s", what="names")
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM registry_enterprise ORDER BY name")
            seen = [name for (name,) in cursor.fetchall()]
        return JobResult("Found %(n)s", {"n": len(seen)}, data={"seen": seen})

    @job("test.refused")
    def refused(context: JobContext) -> None:
        raise TooHot()

    @job("test.broken")
    def broken(context: JobContext) -> None:
        raise ZeroDivisionError

    @job("test.flaky", retries=1)
    def flaky(context: JobContext) -> JobResult:
        if context.attempt == 1:
            raise Unavailable(retry_after=5)
        return JobResult(data={"attempt": context.attempt})

    yield
    registry._KINDS.clear()
    registry._KINDS.update(before)


def test_a_job_sees_what_its_person_sees_even_where_the_query_forgot(
    world: World, kinds: None
) -> None:
    actor = world.actor(Role.BUREAU_INSPECTOR, "city_a")
    started = services.enqueue(actor, "test.see")
    assert started.state == JobState.QUEUED
    (ended,) = run_queued()
    assert ended.state == JobState.DONE, ended.error_text
    assert ended.result["seen"] == ["plant_a", "plant_a2"]
    assert (ended.done, ended.total, ended.shown_message) == (1, 2, "Found 2")


def test_rights_lost_while_it_waited_are_lost(world: World, kinds: None) -> None:
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    services.enqueue(world.actor(Role.SAFETY_MANAGER, "plant_a"), "test.see")
    user.is_active = False
    user.save()
    (ended,) = run_queued()
    assert (ended.state, ended.error_code) == (JobState.FAILED, "jobs.owner_gone")


def test_a_refusal_is_told_in_the_persons_language(world: World, kinds: None) -> None:
    for language, text in (("zh-hans", "该任务已结束。"), ("en", "This job has already ended.")):
        user = world.user(Role.SAFETY_MANAGER, "plant_a")
        user.language = language
        user.save()
        services.enqueue(world.actor(Role.SAFETY_MANAGER, "plant_a"), "test.refused")
        (ended,) = run_queued()
        assert (ended.error_code, ended.error_text) == ("test.too_hot", text)


def test_a_bug_ends_as_a_failure_with_a_number_that_the_log_knows(
    world: World, kinds: None, caplog: pytest.LogCaptureFixture
) -> None:
    services.enqueue(world.actor(Role.SAFETY_MANAGER, "plant_a"), "test.broken")
    (ended,) = run_queued()
    assert ended.state == JobState.FAILED
    assert str(ended.pk) in ended.error_text
    assert str(ended.pk) in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert "ZeroDivision" not in ended.error_text


def test_what_does_not_answer_is_tried_again(world: World, kinds: None) -> None:
    services.enqueue(world.actor(Role.SAFETY_MANAGER, "plant_a"), "test.flaky")
    first, second = run_queued()
    assert first.pk == second.pk
    assert second.state == JobState.DONE
    assert second.result == {"attempt": 2}


def test_the_same_key_starts_one_job_and_a_failed_one_may_start_again(
    world: World, kinds: None
) -> None:
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    first = services.enqueue(actor, "test.refused", key="monday")
    assert services.enqueue(actor, "test.refused", key="monday") == first
    run_queued()
    assert services.enqueue(actor, "test.refused", key="monday") != first


def test_a_job_of_a_rolled_back_change_never_was(world: World, kinds: None) -> None:
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    with transaction.atomic():
        services.enqueue(actor, "test.see")
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == (0,)


def test_jobs_are_their_owners_alone(world: World, kinds: None, client: Client) -> None:
    mine = services.enqueue(world.actor(Role.SAFETY_MANAGER, "plant_a"), "test.see")
    colleague = world.actor(Role.PRINCIPAL, "plant_a")
    assert not jobs_of(colleague).exists()
    for pk in (mine.pk, "no-id", UUID(int=0)):
        with pytest.raises(NotYours):
            job_for(colleague, pk)
    with pytest.raises(NotYours):
        services.cancel(colleague, mine.pk)
    client.force_login(world.user(Role.PRINCIPAL, "plant_a"))
    assert client.get(f"/jobs/{mine.pk}/").status_code == 404
    assert client.post(f"/jobs/{mine.pk}/cancel/").status_code == 404
    assert client.get(f"/jobs/{mine.pk}/file/").status_code == 404
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    shown = client.get(f"/jobs/{mine.pk}/", headers={"HX-Request": "true"})
    assert shown.status_code == 200
    assert "every 1s" in shown.text
    assert "<html" not in shown.text
    assert "<html" in client.get(f"/jobs/{mine.pk}/").text
    assert f"job-{mine.pk}" in client.get("/jobs/").text


def test_a_waiting_job_is_cancelled_at_once_and_never_runs(world: World, kinds: None) -> None:
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    waiting = services.enqueue(actor, "test.see")
    services.cancel(actor, waiting.pk)
    assert run_queued() == []
    with pytest.raises(services.NothingToCancel):
        services.cancel(actor, waiting.pk)


def test_a_running_job_ends_at_its_next_report(world: World, kinds: None) -> None:
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")

    @job("test.long")
    def long(context: JobContext) -> None:
        services.cancel(actor, context.job_id)
        context.progress(1, 1000)
        raise AssertionError("went on after it was cancelled")

    services.enqueue(actor, "test.long")
    (ended,) = run_queued()
    assert ended.state == JobState.CANCELLED


def test_the_wall_is_what_it_was_after_a_job(world: World, kinds: None) -> None:
    services.enqueue(world.actor(Role.SAFETY_MANAGER, "plant_a"), "test.see")
    with wall.acting_as(world.actor(Role.SAFETY_MANAGER, "plant_b").scope):
        run_queued()
        assert list(
            Enterprise.objects.unscoped("what the wall shows").values_list("name", flat=True)
        ) == ["plant_b"]


@pytest.mark.parametrize(("state", "move", "target"), every_pair(JOB))
def test_a_job_moves_as_the_table_says(state: str, move: str, target: str | None) -> None:
    row = Job(state=state)
    if target is None:
        with pytest.raises(NotFromHere):
            JOB.step(row, move)
    else:
        JOB.step(row, move)
        assert row.state == target


@pytest.mark.parametrize(
    ("resumes", "attempt", "state"),
    [
        (True, 1, JobState.QUEUED),
        (True, 3, JobState.FAILED),
        (False, 1, JobState.FAILED),
    ],
)
def test_a_job_whose_worker_was_killed_runs_again_or_is_reported(
    world: World, kinds: None, resumes: bool, attempt: int, state: JobState
) -> None:
    @job("test.killed", resumes=resumes)
    def killed(context: JobContext) -> JobResult:
        return JobResult(data={"attempt": context.attempt})

    started = services.enqueue(world.actor(Role.SAFETY_MANAGER, "plant_a"), "test.killed")
    long_ago = now() - timedelta(minutes=5)
    Job.objects.filter(pk=started.pk).update(
        state=JobState.RUNNING, attempt=attempt, heartbeat_at=long_ago
    )
    assert sweep() == 1
    started.refresh_from_db()
    assert started.state == state
    if state == JobState.FAILED:
        assert started.error_code == "jobs.interrupted"
        assert "服务器中断" in started.error_text
    else:
        (ended,) = run_queued()
        assert ended.result == {"attempt": attempt + 1}


def test_a_job_that_lost_the_database_is_repeated_and_not_called_failed(
    world: World, kinds: None
) -> None:
    @job("test.lost", resumes=True)
    def lost(context: JobContext) -> JobResult:
        if context.attempt == 1:
            raise OperationalError("server closed the connection unexpectedly")
        return JobResult()

    started = services.enqueue(world.actor(Role.SAFETY_MANAGER, "plant_a"), "test.lost")
    with pytest.raises(OperationalError):
        run_queued()
    Job.objects.filter(pk=started.pk).update(heartbeat_at=now() - timedelta(minutes=5))
    assert sweep() == 1
    (ended,) = run_queued()
    assert (ended.state, ended.attempt) == (JobState.DONE, 2)


def test_a_job_that_lives_is_left_alone(world: World, kinds: None) -> None:
    started = services.enqueue(world.actor(Role.SAFETY_MANAGER, "plant_a"), "test.see")
    assert sweep() == 0
    Job.objects.filter(pk=started.pk).update(state=JobState.RUNNING, heartbeat_at=now())
    assert sweep() == 0
