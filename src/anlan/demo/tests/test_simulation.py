"""The simulated plant: the same course for a seed, quiet by itself, and each scenario as told."""

import json
import math
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest

from anlan.demo.simulation import feed, specs
from anlan.demo.simulation.plant import Plant
from anlan.demo.simulation.replay import Replay
from anlan.demo.simulation.scenarios import Begin, Failure, Scenario, day, read
from anlan.engines.alarms.core import AlarmCore
from anlan.engines.alarms.kpi import floods
from anlan.engines.tables import FileProblem
from anlan.modules.monitoring.demo import main_plant

A_DETECTOR = next(n for n, one in enumerate(specs.points()) if one.tag == "GDS-004")
A_LEVEL = next(n for n, one in enumerate(specs.points()) if one.tag == "LI-104")


def alarms(plan=(), seconds=1500, seed=7, step=1.0):
    """Return what the plant's own alarms raise that is not suppressed: key and moment."""
    plant = Plant(seed, plan)
    core = AlarmCore(plant.rules(), plant.names, ranges=plant.ranges())
    ids = np.array([core.tags.index(name) for name in plant.names], np.int32)
    found = []
    for _ in range(int(seconds / step)):
        _names, values, quality = plant.step(step)
        events = core.take(ids, np.full(len(ids), plant.now), values, quality)
        masked = core.suppressed()
        raised = [one for one in [*events, *core.tick(plant.now)] if one.what == "raised"]
        found += [(one.rule.key, one.at) for one in raised if one.rule.key not in masked]
    if not plan:
        assert core.oddities.over_range == 0
    return found


def test_its_points_are_those_of_the_demonstration():
    register = {one.values["tag"]: one for one in main_plant()}
    assert set(register) == {one.tag for one in specs.points()}
    for one in specs.points():
        theirs = register[one.tag]
        assert (one.kind, one.low, one.high) == tuple(
            theirs.values[name] for name in ("kind", "range_low", "range_high")
        )
        assert (one.x / specs.WIDE, one.y / specs.DEEP) == pytest.approx(
            (theirs.values["plan_x"], theirs.values["plan_y"]), abs=1e-3
        )
        names = ("deadband", "on_delay_s", "off_delay_s", "suppressed_when")
        assert {
            rule.kind: (
                rule.limit,
                rule.deadband,
                rule.on_delay,
                rule.off_delay,
                rule.suppressed_when,
            )
            for rule in one.rules
        } == {
            alarm.kind: (
                alarm.limit or 0.0,
                *(alarm.more.get(name, "" if name == "suppressed_when" else 0.0) for name in names),
            )
            for alarm in theirs.alarms
        }


def test_it_has_what_was_promised():
    kinds = [one.kind for one in specs.points()]
    assert kinds.count("level") == 12
    assert kinds.count("gas_flammable") + kinds.count("gas_toxic") == 60
    assert kinds.count("running_state") == 20
    tags = [one.tag for one in specs.points()]
    assert len(set(tags)) == len(tags) == 201


def test_one_seed_is_one_course():
    one, same, other = Plant(3, day()), Plant(3, day()), Plant(4, day())
    for _ in range(50):
        names, values, quality = one.step(60.0)
        _names, again, same_quality = same.step(60.0)
        _names, different, _q = other.step(60.0)
        assert names == one.names
        np.testing.assert_array_equal(values, again)
        np.testing.assert_array_equal(quality, same_quality)
    assert not np.array_equal(values, different)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_by_itself_it_is_quiet_for_half_a_day(seed):
    assert alarms(seconds=12 * 3600, seed=seed, step=30.0) == []


def test_overfilling_raises_high_then_high_high_on_one_tank():
    found = [key for key, _at in alarms([Begin(60.0, Scenario.FILLING, 4)])]
    assert found.index("LI-105 H") < found.index("LI-105 HH")
    assert {key.split()[0] for key in found} == {"LI-105"}


def test_a_leak_reaches_the_detectors_around_one_tank():
    found = alarms([Begin(60.0, Scenario.LEAK, 2)])
    gas = {key.split()[0] for key, _at in found if key.startswith("GDS")}
    x, y = specs.tank_place(2)
    near = {one.tag for one in specs.points() if math.hypot(one.x - x, one.y - y) < 90.0}
    assert 2 <= len(gas) <= 8
    assert gas <= near
    assert "PI-103 L" in {key for key, _at in found}


@pytest.mark.parametrize(
    ("place", "failure", "key"),
    [
        (A_LEVEL, Failure.FROZEN, "LI-104 FROZEN"),
        (A_DETECTOR, Failure.DEAD, "GDS-004 BAD"),
        (A_DETECTOR, Failure.NOISE, "GDS-004 H"),
    ],
)
def test_a_sensor_fails(place, failure, key):
    found = alarms([Begin(10.0, Scenario.SENSOR_FAILURE, place, failure)], seconds=2000)
    assert {one.split()[0] for one, _at in found} == {key.split()[0]}
    assert key in {one for one, _at in found}


def test_a_flood_is_a_flood():
    found = alarms([Begin(60.0, Scenario.FLOOD)], seconds=1200)
    (flood,) = floods([at for _key, at in found])
    assert flood.peak > 10


def test_scenarios_are_read_and_places_checked():
    assert read("leak@300:5") == Begin(300.0, Scenario.LEAK, 5)
    assert read("flood") == Begin(0.0, Scenario.FLOOD)
    with pytest.raises(ValueError, match="earthquake"):
        read("earthquake@1")
    with pytest.raises(ValueError, match="no place 12"):
        Plant(1).start(Begin(0.0, Scenario.LEAK, 12))


def test_a_record_is_replayed(tmp_path):
    (tmp_path / "a_process.csv").write_text("t_s,x,y\n0,1,2\n10,3,\n")
    (tmp_path / "b_process.csv").write_text("t_s,x,y\n0,5,6\n10,7,8\n")
    (tmp_path / "alarm_config.csv").write_text(
        "tag,signal_type,normal_sd,lo_limit,hi_limit,range_lo,range_hi\nx,flow,1,0,9,0,10\n"
    )
    record = Replay(tmp_path)
    assert [one.key for one in record.rules()] == ["x H", "x L"]
    seen = [record.step(5.0)[1].tolist()[0] for _ in range(4)]
    assert seen == [1.0, 3.0, 5.0, 5.0]
    with pytest.raises(FileProblem, match="no file"):
        Replay(tmp_path / "nowhere")


@pytest.fixture
def door():
    """A door that refuses the second body once, and keeps what it took."""
    taken, answers = [], [202, 503, 202, 202, 202]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = 401 if self.headers["Authorization"] != "Bearer t" else answers.pop(0)
            if status == 202:
                taken.append(data)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/ingest/", taken
    server.shutdown()
    server.server_close()


def test_it_is_fed_in_order_and_waits_while_the_door_is_busy(door, monkeypatch):
    url, taken = door
    monkeypatch.setattr(feed, "_AGAIN_S", 0.0)
    monkeypatch.setattr(feed.time, "sleep", lambda _s: None)
    plant = Plant(1, [Begin(1.0, Scenario.SENSOR_FAILURE, A_DETECTOR, Failure.DEAD)])
    assert list(feed.run(plant, url, "t", speed=1.0, seconds=3)) == [(1, 0), (1, 1), (3, 0)]
    assert [one["batch"].partition("-")[2] for one in taken] == ["1", "2", "3"]
    columns = taken[1]["columns"]
    assert len(columns["tag"]) == len(columns["value"]) == 201
    assert (columns["value"][A_DETECTOR], columns["quality"][A_DETECTOR]) == (None, 2)


def test_a_wrong_token_ends_it(door, monkeypatch):
    monkeypatch.setenv(feed.VARIABLE, "wrong")
    # A key made just now may be unknown as yet.
    assert feed.main([door[0], "--seconds", "1"]) == 0
    monkeypatch.setattr(feed, "_NEW_KEY_S", 0)
    assert feed.main([door[0], "--seconds", "1"]) == 1
    monkeypatch.delenv(feed.VARIABLE)
    with pytest.raises(SystemExit):
        feed.main([door[0]])
