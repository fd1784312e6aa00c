"""Groups of tags: entered, fitted, judged; what cannot be done is said."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from django.test import Client

from anlan.base import clock
from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.api.tests.test_api import Caller
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.base.jobs.testing import run_queued
from anlan.engines.warning import model
from anlan.modules.monitoring.choices import GroupState
from anlan.modules.monitoring.models import AlarmEvent, WatchGroup, WatchVerdict
from anlan.modules.monitoring.problems_history import (
    GapsInTraining,
    HistorianAway,
    NotOrdinary,
    OtherTags,
    TooFewRows,
)
from anlan.modules.monitoring.queries import groups as queries
from anlan.modules.monitoring.services import groups
from anlan.modules.monitoring.services import groups_fitting as fitting
from anlan.modules.monitoring.services.groups_judging import judge_all
from anlan.modules.monitoring.tests.data import point, setting
from anlan.modules.registry.models import MhiUnit
from anlan.telemetry import client as historian
from anlan.telemetry import questions
from tests.support.world import World

pytestmark = pytest.mark.django_db

END = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
TAGS = ["TI-1", "TI-2", "TI-3", "TI-4"]


class Moving:
    """A store in which four tags follow one movement; `drift` is added to the third after END."""

    def __init__(self, numbers: list[int]) -> None:
        self.numbers = numbers
        self.is_away = False
        self.without: set[int] = set()
        self.drift, self.drifts_from = 0.0, END
        self.asked = 0

    def ask(self, question: questions.Question, timeout_s: float) -> "pa.Table":
        """Answer a question about curves, and no other."""
        if self.is_away or not isinstance(question, questions.Trend):
            raise historian.NoHistorian("away")
        self.asked += 1
        every = (question.end_us - question.start_us) // question.width
        starts = np.arange(question.start_us, question.end_us, every)
        tags, times, values = [], [], []
        for number in question.numbers:
            if number in self.without:
                continue
            place = self.numbers.index(number)
            minute = starts / 60e6
            noise = np.sin(minute * (12.9898 + place * 7.1)) * 0.2
            value = 20 + (1 + place) * np.sin(minute / 90) + noise
            if place == 2:
                value += self.drift * (starts >= historian.micros(self.drifts_from))
            tags += [number] * len(starts)
            times += starts.tolist()
            values += value.tolist()
        order = np.lexsort((times, tags))
        kept = np.array(values)[order]
        return historian.answer_from(
            {
                "tag": pa.array(np.array(tags)[order], pa.int32()),
                "start": pa.array(np.array(times)[order], pa.int64()),
                **dict.fromkeys(("min", "max", "avg", "last"), kept),
                "count": np.ones(len(kept), int),
            },
            every_us=str(every),
        )


@pytest.fixture
def actor(world: World):
    return world.actor(Role.EQUIPMENT_ENGINEER, "plant_a")


@pytest.fixture
def group(world: World, actor):
    unit = MhiUnit.objects.create(
        enterprise=world.plant_a, scope_path=world.plant_a.path, code="U1", name="罐区",
        kind="storage", is_mhi=True, level=3,
    )  # fmt: skip
    for tag in TAGS:
        point(actor, tag, kind="temperature", unit="℃", installation=unit.pk)
    return groups.group_create(
        actor,
        {"name": "罐区温度", "installation": unit.pk, "tags": [", ".join(TAGS)], "train_to": END},
    )


@pytest.fixture
def store(group):
    found = queries.points_of(SYSTEM, group.enterprise_id, group.tags)
    made = Moving([one.number for one in found if one])
    before = historian.install(made)
    yield made
    historian.install(before)


def test_a_drifting_tag_is_named_in_the_early_warning(actor, group, store) -> None:
    from anlan.modules.warnings.services import inputs
    from anlan.modules.warnings.ui import showing

    assert group.tags == TAGS
    row = fitting.fit(actor, group.pk)
    assert row.fit["rows"] == row.fit["of"] == 24 * 60
    assert row.fit["origin"] == "historian"

    def stands(minutes: int) -> WatchGroup:
        assert judge_all(END + minutes * MINUTE).groups == 1
        return WatchGroup.objects.for_actor(SYSTEM).get()

    assert stands(0).state == GroupState.NORMAL
    store.drift = 2.5
    found = [stands(n) for n in range(5, 20)]
    assert GroupState.ABOVE in [one.state for one in found]
    row = found[-1]
    assert row.state == GroupState.UNUSUAL
    assert row.parts[0][0] == "TI-3"
    assert store.asked == 2 + 16
    assert WatchVerdict.objects.for_actor(SYSTEM).count() == 16
    gathered = inputs.gather(END + 20 * MINUTE, lambda _plant: model.packaged())
    (_unit, given) = gathered[group.installation_id]
    (factor,) = [one for one in given.factors if one.code == "unusual_group"]
    assert factor.of.startswith("罐区温度 (TI-3 ")
    told = {"group": "P", "points": 1.0, "unknown": False, "weight": 1, "score": 1.0}
    told["factors"] = [{"code": factor.code, "of": factor.of, "score": 1.0, "value": None}]
    ((name, url),) = showing.lines([told], {"罐区温度": "/a/", "罐区": "/b/"})[0].links
    assert (name, url) == ("罐区温度", "/a/")
    store.is_away = True
    row = stands(21)
    assert row.state == GroupState.UNKNOWN
    assert row.above_since is not None
    store.is_away = False
    store.drift = 0.0
    assert stands(75).state == GroupState.NORMAL
    assert judge_all(END + 75 * MINUTE).groups == 0


def test_gaps_and_short_periods_are_refused_by_name(actor, group, store) -> None:
    store.without = {store.numbers[1]}
    with pytest.raises(GapsInTraining) as refused:
        fitting.fit(actor, group.pk)
    assert "TI-2 0%" in refused.value.message()
    store.without = set()
    groups.group_update(actor, group.pk, {"train_hours": 2})
    with pytest.raises(TooFewRows):
        fitting.fit(actor, group.pk)
    store.is_away = True
    with pytest.raises(HistorianAway):
        fitting.fit(actor, group.pk)


def test_a_tag_without_values_is_named_and_a_change_takes_the_model(actor, group, store) -> None:
    fitting.fit(actor, group.pk)
    store.without = {store.numbers[0]}
    judge_all(END)
    row = WatchGroup.objects.for_actor(SYSTEM).get()
    assert (row.state, row.missing) == (GroupState.UNKNOWN, ["TI-1"])
    groups.group_update(actor, group.pk, {"tags": TAGS[:3]})
    row.refresh_from_db()
    assert (row.state, row.fitted, row.fit) == (GroupState.UNFITTED, None, {})


def test_what_does_not_fit_a_group_is_refused(world, actor, group) -> None:
    given = {"name": "B", "installation": group.installation_id, "tags": TAGS}
    for wrong in ({"tags": ["TI-1", "TI-2"]}, {"tags": [*TAGS, "TI-9"]}, {"interval_s": 10, "tags":
                  [*TAGS[:2], point(actor, "SLOW", sampling_seconds=30).tag]},
                  {"false_alarms": 50}, {"margin": 0.5}):  # fmt: skip
        with pytest.raises(BadInput):
            groups.group_create(actor, given | wrong)
    with pytest.raises(Forbidden):
        fitting.fit_start(world.actor(Role.OPERATOR, "plant_a"), group.pk)
    with pytest.raises(NotYours):
        fitting.fit(world.actor(Role.EQUIPMENT_ENGINEER, "plant_b"), group.pk)


def test_pages_enter_fit_and_show(world, actor, group, store, client: Client) -> None:
    client.force_login(world.user(Role.EQUIPMENT_ENGINEER, "plant_a"))
    assert client.get("/monitoring/groups/new/").status_code == 200
    url = f"/monitoring/groups/{group.pk}/"
    assert "TI-3" in client.get(url).content.decode()
    client.post(f"{url}fit/")
    (job,) = run_queued()
    assert job.state == "done", job.error_text
    for n in range(3):
        judge_all(dt.datetime.now(dt.UTC) - n * MINUTE)
    page = client.get(url).content.decode()
    assert "polyline" in page
    assert client.get("/monitoring/groups/").status_code == 200
    answer = client.post(f"{url}edit/", {"name": "罐区温度", "tags": "TI-1,NO"})
    assert answer.status_code == 422
    client.force_login(world.user(Role.EQUIPMENT_ENGINEER, "plant_b"))
    assert client.get(url).status_code == 404


def test_a_fit_is_made_anew_without_alarms_and_can_be_taken_back(
    actor, group, store, client: Client, world
) -> None:
    fitting.fit(actor, group.pk)
    first = WatchGroup.objects.for_actor(SYSTEM).get()
    with pytest.raises(BadInput):
        fitting.fit_start(actor, group.pk, " ")
    rule = setting(actor, queries.points_of(SYSTEM, group.enterprise_id, TAGS)[0])
    for what, at in (("raised", END - 3 * HOUR), ("cleared", END - 2 * HOUR)):
        AlarmEvent.objects.create(
            enterprise_id=group.enterprise_id, scope_path=group.scope_path, rule=rule, what=what,
            at=at, since=END - 3 * HOUR, priority=1,
        )  # fmt: skip
    row = fitting.fit(actor, group.pk, reason="换泵后重新建模")
    # An hour of alarm with ten minutes on either side, both ends included.
    assert (row.fit["alarms"], row.fit["rows"]) == (81, 24 * 60 - 81)
    (former,) = queries.former_fits(actor, group.pk)
    assert (former.fitted_at, former.fit["rows"]) == (first.fitted_at, 24 * 60)
    client.force_login(world.user(Role.EQUIPMENT_ENGINEER, "plant_a"))
    page = client.get(f"/monitoring/groups/{group.pk}/").content.decode()
    assert "换泵后重新建模" in page
    assert f"/monitoring/groups/fits/{former.pk}/restore/" in page
    client.post(f"/monitoring/groups/fits/{former.pk}/restore/", {"reason": "新的不准"})
    back = WatchGroup.objects.for_actor(SYSTEM).get()
    assert (back.fitted_at, back.fit["rows"]) == (first.fitted_at, 24 * 60)
    assert back.fit["why"] == "新的不准"
    assert [one.fit["rows"] for one in queries.former_fits(actor, group.pk)] == [24 * 60 - 81]
    groups.group_update(actor, group.pk, {"tags": TAGS[:3]})
    with pytest.raises(OtherTags):
        fitting.fit_restore(actor, queries.former_fits(actor, group.pk)[0].pk, "again")


def test_an_old_fit_of_a_calm_group_is_made_anew_by_itself(actor, group, store) -> None:
    fitting.fit(actor, group.pk)
    rows = WatchGroup.objects.for_actor(SYSTEM)
    later = clock.now() + dt.timedelta(days=31)
    assert fitting.refit_due(later) == 0  # not judged yet: nobody knows whether it was calm
    rows.update(state=GroupState.NORMAL)
    assert fitting.refit_due(clock.now()) == 0
    assert fitting.refit_due(later) == 1
    row = rows.get()
    verdict = WatchVerdict.objects.create(
        enterprise_id=row.enterprise_id, scope_path=row.scope_path, group=row, at=END,
        state=GroupState.UNUSUAL,
    )  # fmt: skip
    assert fitting.refit_due(later) == 0
    verdict.delete()
    rows.update(refit_days=0)
    assert fitting.refit_due(later) == 0
    # The third tag drifted in the last hours: the newest day is not ordinary, the old fit stays.
    store.drift, store.drifts_from = 40.0, clock.now() - 6 * HOUR
    with pytest.raises(NotOrdinary):
        fitting.fit(SYSTEM, group.pk, automatic=True)
    assert rows.get().fitted_at == row.fitted_at


def test_groups_are_read_and_written_over_the_api(world, group, store) -> None:
    call = Caller(world, Role.EQUIPMENT_ENGINEER, "plant_a", "read", "monitoring")
    (one,) = call("GET", "watch_groups?state=unfitted").json()["items"]
    assert (one["name"], one["tags"], one["refit_days"]) == ("罐区温度", TAGS, 30)
    body = {"name": "新组", "installation": str(group.installation_id), "tags": TAGS[:3]}
    made = call("POST", "watch_groups", body)
    assert made.status_code == 201, made.content
    wrong = call("POST", "watch_groups", {**body, "name": "坏组", "tags": ["TI-1", "NO", "TI-2"]})
    assert (wrong.status_code, wrong.json()["problems"][0]["field"]) == (422, "tags")
    address = f"watch_groups/{made.json()['id']}"
    etag = call("GET", address)["ETag"]
    changed = call("PATCH", address, {"margin": 2.5}, **{"If-Match": etag})
    assert (changed.status_code, changed.json()["margin"]) == (200, 2.5)
    assert call("PATCH", address, {"margin": 3}, **{"If-Match": etag}).status_code == 412
    started = call("POST", f"watch_groups/{group.pk}/fit", {})
    assert started.status_code == 202
    (job,) = run_queued()
    assert str(job.pk) == started.json()["job"]
    assert call("GET", f"watch_groups/{group.pk}").json()["fit"]["rows"] == 24 * 60
    assert call("POST", f"watch_groups/{group.pk}/fit", {}).status_code == 422
    judge_all(END)
    assert call("GET", f"watch_groups/{group.pk}/fits").json() == {"items": []}
    etag = call("GET", address)["ETag"]
    assert call("DELETE", address, **{"If-Match": etag}).status_code == 204
    other = Caller(world, Role.EQUIPMENT_ENGINEER, "plant_b", "read")
    assert other("GET", f"watch_groups/{group.pk}").status_code == 404
