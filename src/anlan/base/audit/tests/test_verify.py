"""Whoever rewrites history behind the application's back is caught, and the place is named."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError
from pytest_django import Settings

from anlan.base.actors.roles import Role
from anlan.base.audit import Event, anchors
from anlan.base.audit.events import all_events
from anlan.base.audit.models import AuditEvent
from anlan.base.audit.services import record
from anlan.base.audit.verifying import Damage, Report, verify
from anlan.base.clock import now
from anlan.modules.registry.models import Enterprise
from tests.support.world import World

CHANGED = all_events().get("test.changed") or Event("test.changed", "%(actor)s changed %(object)s")
EVENTS = 8

REHASH = "hash = sha256(e.prev_hash || audit_canonical(e))"


@contextmanager
def behind_the_back() -> Iterator[Callable[[str], None]]:
    """Run SQL as the owner of the tables with every trigger off: what an intruder could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE audit_event DISABLE ROW LEVEL SECURITY")
        yield lambda statement: cursor.execute(statement.replace("%", "%%"))
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY")
        cursor.execute(f"SET ROLE {settings.DATABASE_APP_ROLE}")


@pytest.fixture
def held(world: World, settings: Settings, tmp_path: Path) -> Report:
    """What the database held before: a history is append-only, so figures are told beside it."""
    settings.DATA = tmp_path
    return verify()


@pytest.fixture
def chain(world: World, held: Report) -> str:
    """Two chains of eight events; returns the first one's name."""
    for place in ("plant_a", "plant_b"):
        actor = world.actor(Role.SAFETY_MANAGER, place)
        row = Enterprise.objects.for_actor(actor).get()
        for number in range(EVENTS):
            record(actor, CHANGED, row, before={"name": number}, after={"name": number + 1})
    return str(world.plant_a.pk)


def found(chain: str) -> tuple[Damage, int] | None:
    report = verify()
    others = [item for item in report.breaks if item.chain != chain]
    assert not others
    return (report.breaks[0].what, report.breaks[0].seq) if report.breaks else None


def at(chain: str, seq: int) -> str:
    return f"chain = '{chain}' AND seq = {seq}"


def test_untouched_history_is_intact(held: Report, chain: str) -> None:
    report = verify()
    assert report.is_clean
    assert (report.chains - held.chains, report.events - held.events) == (2, 2 * EVENTS)


@pytest.mark.parametrize(
    "change",
    [
        "after = '{\"name\": 99}'",
        "at = at + interval '1 second'",
        "actor_name = 'somebody else'",
        "reason = 'x'",
        "object_label = ''",
        "hash = '\\x00'",
    ],
)
def test_an_edited_entry_is_named(chain: str, change: str) -> None:
    with behind_the_back() as sql:
        sql(f"UPDATE audit_event SET {change} WHERE {at(chain, 4)}")
    assert found(chain) == (Damage.EDITED, 4)


def test_an_edited_entry_with_a_new_hash_is_named(chain: str) -> None:
    with behind_the_back() as sql:
        sql(f"UPDATE audit_event SET reason = 'x' WHERE {at(chain, 4)}")
        sql(f"UPDATE audit_event e SET {REHASH} WHERE {at(chain, 4)}")
    assert found(chain) == (Damage.EDITED, 4)


def test_an_edited_last_entry_with_a_new_hash_is_caught_by_the_head(chain: str) -> None:
    with behind_the_back() as sql:
        sql(f"UPDATE audit_event SET reason = 'x' WHERE {at(chain, EVENTS)}")
        sql(f"UPDATE audit_event e SET {REHASH} WHERE {at(chain, EVENTS)}")
    assert found(chain) == (Damage.HEAD_REWRITTEN, EVENTS)


@pytest.mark.parametrize("seq", [1, 4])
def test_a_deleted_entry_is_named(chain: str, seq: int) -> None:
    with behind_the_back() as sql:
        sql(f"DELETE FROM audit_event WHERE {at(chain, seq)}")
    assert found(chain) == (Damage.DELETED, seq)


def test_a_deleted_entry_is_caught_though_the_rest_closed_the_gap(chain: str) -> None:
    with behind_the_back() as sql:
        sql(f"DELETE FROM audit_event WHERE {at(chain, 4)}")
        sql(f"UPDATE audit_event SET seq = -seq WHERE chain = '{chain}' AND seq > 4")
        sql(f"UPDATE audit_event SET seq = -seq - 1 WHERE chain = '{chain}' AND seq < 0")
    assert found(chain) is not None
    assert found(chain)[1] == 4  # type: ignore[index]


@pytest.mark.parametrize(("one", "two"), [(4, 5), (2, 7)])
def test_reordered_entries_are_named(chain: str, one: int, two: int) -> None:
    with behind_the_back() as sql:
        sql(f"UPDATE audit_event SET seq = 0 WHERE {at(chain, one)}")
        sql(f"UPDATE audit_event SET seq = {one} WHERE {at(chain, two)}")
        sql(f"UPDATE audit_event SET seq = {two} WHERE {at(chain, 0)}")
    assert found(chain) == (Damage.REORDERED, one)


@pytest.mark.parametrize("kept", [0, 1, EVENTS - 1])
def test_a_cut_tail_is_named(chain: str, kept: int) -> None:
    with behind_the_back() as sql:
        sql(f"DELETE FROM audit_event WHERE chain = '{chain}' AND seq > {kept}")
    assert found(chain) == (Damage.TRUNCATED, kept + 1)


def test_a_rewritten_or_lost_head_is_named(chain: str) -> None:
    with behind_the_back() as sql:
        sql(f"UPDATE audit_head SET hash = '\\x00' WHERE chain = '{chain}'")
    assert found(chain) == (Damage.HEAD_REWRITTEN, EVENTS)
    with behind_the_back() as sql:
        sql(f"DELETE FROM audit_head WHERE chain = '{chain}'")
    assert found(chain) == (Damage.HEAD_REWRITTEN, EVENTS)


def rewrite_all_after(chain: str, seq: int) -> None:
    """Change one entry, then give every later one and the head fitting hashes."""
    with behind_the_back() as sql:
        sql(f"UPDATE audit_event SET reason = 'never was' WHERE {at(chain, seq)}")
        for place in range(seq, EVENTS + 1):
            sql(
                "UPDATE audit_event e SET prev_hash = coalesce((SELECT p.hash FROM audit_event p"
                f" WHERE p.chain = e.chain AND p.seq = e.seq - 1), '') WHERE {at(chain, place)}"
            )
            sql(f"UPDATE audit_event e SET {REHASH} WHERE {at(chain, place)}")
        sql(
            f"UPDATE audit_head SET hash = (SELECT hash FROM audit_event WHERE {at(chain, EVENTS)})"
            f" WHERE chain = '{chain}'"
        )


def test_a_chain_written_anew_with_its_head_meets_the_anchor(chain: str) -> None:
    anchors.append(now())
    assert verify().is_clean
    rewrite_all_after(chain, 4)
    assert found(chain) == (Damage.REWRITTEN, EVENTS)


def test_a_tail_cut_with_its_head_meets_the_anchor(chain: str) -> None:
    anchors.append(now())
    with behind_the_back() as sql:
        sql(f"DELETE FROM audit_event WHERE chain = '{chain}' AND seq > 4")
        sql(
            f"UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit_event"
            f" WHERE {at(chain, 4)}) WHERE chain = '{chain}'"
        )
    assert found(chain) == (Damage.TRUNCATED, EVENTS)


def test_the_oldest_anchor_that_is_contradicted_is_named(
    world: World, held: Report, chain: str
) -> None:
    anchors.append(now())
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    record(actor, CHANGED, Enterprise.objects.for_actor(actor).get())
    anchors.append(now())
    assert anchors.append(now()) == 0
    assert verify().anchors == held.chains + 3
    with behind_the_back() as sql:
        # Forge the ninth too, so that only the anchors disagree.
        sql(f"DELETE FROM audit_event WHERE {at(chain, EVENTS + 1)}")
    rewrite_all_after(chain, 2)
    with behind_the_back() as sql:
        sql(f"UPDATE audit_head SET seq = {EVENTS} WHERE chain = '{chain}'")
    assert found(chain) == (Damage.REWRITTEN, EVENTS)


def test_a_changed_line_of_anchors_is_named(chain: str, world: World) -> None:
    for _number in range(3):
        actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
        record(actor, CHANGED, Enterprise.objects.for_actor(actor).get())
        anchors.append(now())
    assert verify().is_clean
    lines = anchors.path().read_text().splitlines()
    lines[1] = lines[1].replace('"at":"2', '"at":"3')
    anchors.path().write_text("\n".join(lines) + "\n")
    (damage,) = verify().breaks
    assert (damage.what, damage.seq) == (Damage.ANCHORS_DAMAGED, 3)


def test_a_line_torn_by_a_crash_is_no_alarm(world: World, held: Report, chain: str) -> None:
    anchors.append(now())
    with anchors.path().open("a") as file:
        file.write('{"at":"2026')
    assert verify().is_clean
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    record(actor, CHANGED, Enterprise.objects.for_actor(actor).get())
    assert anchors.append(now()) == 1
    assert verify().is_clean
    assert verify().anchors == held.chains + 3


def test_the_command_answers_programs_and_people(chain: str) -> None:
    out = StringIO()
    call_command("audit_verify", "--json", stdout=out)
    assert json.loads(out.getvalue())["clean"] is True
    with behind_the_back() as sql:
        sql(f"UPDATE audit_event SET reason = 'x' WHERE {at(chain, 4)}")
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("audit_verify", f"--chain={chain}", "--json", stdout=out)
    assert ended.value.code == 1
    (damage,) = json.loads(out.getvalue())["breaks"]
    assert (damage["chain"], damage["seq"], damage["what"]) == (chain, 4, "edited")
    assert damage["event_id"] == str(AuditEvent.objects.get(chain=chain, seq=4).pk)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET reason = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "UPDATE audit_head SET seq = 0",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head (chain, seq, hash) VALUES ('x', 1, '')",
        "ALTER TABLE audit_event DISABLE TRIGGER USER",
        "SET session_replication_role = replica",
        # The function behind the trigger writes heads with the rights of their owner.
        "CREATE TEMPORARY TABLE mine (chain text, seq bigint, hash bytea);"
        "CREATE TRIGGER mine AFTER INSERT ON mine REFERENCING NEW TABLE AS added"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_head_on();"
        "INSERT INTO mine SELECT chain, seq + 5, hash FROM audit_head",
    ],
)
def test_the_application_itself_cannot(chain: str, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert verify().is_clean


def test_an_event_written_while_another_is_made_leaves_the_head_at_the_end(chain: str) -> None:
    again = (
        "INSERT INTO audit_event (id, chain, at, event, actor_name, object_type, object_label,"
        " reason, scope_path, seq, prev_hash, hash) SELECT gen_random_uuid(), chain, at, event,"
        " actor_name, object_type, object_label, reason, scope_path, 0, '', ''"
        f" FROM audit_event WHERE {at(chain, 1)}"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('anlan.everything', 'on', true)")
        cursor.execute(
            "CREATE FUNCTION pg_temp.writes(n integer) RETURNS boolean LANGUAGE plpgsql AS"
            f" $$ BEGIN IF n = 1 THEN RETURN true; END IF; {again}; RETURN false; END $$"
        )
        cursor.execute(
            again.replace("audit_event WHERE", "audit_event, generate_series(1, 2) n WHERE")
            + " AND pg_temp.writes(n)"
        )
    report = verify(chain)
    assert (report.is_clean, report.events) == (True, EVENTS + 2)
