"""The doctor sees what is wrong and says what to do; it harms nothing."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from anlan.config.supervisor import options
from anlan.config.supervisor.installation import Installation
from tests.ops.conftest import Product, anlan, free_port


def examine(data: Path, **more: str) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """The exit code and the findings by check."""
    result = anlan("doctor", "--json", "--data", str(data), **more)
    assert result.stdout, result.stderr
    found: dict[str, list[dict[str, Any]]] = {}
    for finding in json.loads(result.stdout):
        assert finding["status"] == "ok" or finding["remedy"], finding
        found.setdefault(finding["check"], []).append(finding)
    return result.returncode, found


@pytest.fixture
def as_superuser(product: Product, monkeypatch: pytest.MonkeyPatch) -> "psycopg.Connection":
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "NATS_URL"):
        monkeypatch.delenv(f"ANLAN_{name}", raising=False)
    monkeypatch.setenv("ANLAN_DATA", str(product.data))
    here = Installation(options.read())
    return psycopg.connect(here.backup_url(), autocommit=True)


def test_a_running_installation_is_examined_as_it_is(product: Product) -> None:
    _, found = examine(product.data, ANLAN_PORT=str(product.port))
    sound = ("database", "database role", "second wall", "migrations", "messages", "secrets")
    for check in sound:
        assert [finding["status"] for finding in found[check]] == ["ok"], found[check]
    assert f"runs at http://localhost:{product.port}" in found["web"][0]["says"]
    product.wait_until(product.answers)


def test_it_sees_what_is_broken_and_names_the_way_out(
    product: Product, as_superuser: "psycopg.Connection"
) -> None:
    secret = product.data / "secrets" / "nats"
    secret.chmod(0o644)
    as_superuser.execute("CREATE TABLE gap (scope_path text)")
    as_superuser.execute("ALTER ROLE anlan_app BYPASSRLS")
    migration = as_superuser.execute(
        "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations) "
        "RETURNING app, name, applied"
    ).fetchone()
    assert migration is not None
    try:
        code, found = examine(product.data, ANLAN_ALOWED_HOSTS="a.cn")
    finally:
        secret.chmod(0o600)
        as_superuser.execute("DROP TABLE gap")
        as_superuser.execute("ALTER ROLE anlan_app NOBYPASSRLS")
        as_superuser.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", migration
        )
    assert code == 1
    for check in ("second wall", "database role", "migrations", "secrets"):
        assert found[check][0]["status"] == "fail", found[check]
    assert "gap" in found["second wall"][0]["says"]
    assert "prepare_database" in found["second wall"][0]["remedy"]
    assert str(secret) in found["secrets"][0]["remedy"]
    assert "Did you mean ANLAN_ALLOWED_HOSTS?" in [f["remedy"] for f in found["settings"]]


def test_it_sees_unsafe_serving(product: Product) -> None:
    _, found = examine(
        product.data, ANLAN_HOST="0.0.0.0", ANLAN_DEBUG="1", ANLAN_SECRET_KEY="short"
    )
    said = {finding["says"]: finding["status"] for finding in found["settings"]}
    assert said["ANLAN_DEBUG is on"] == "fail"
    assert said["ANLAN_SECRET_KEY is short"] == "fail"
    assert found["tls"][0]["status"] == "warn"


def test_an_empty_folder_stays_empty(tmp_path: Path) -> None:
    _, found = examine(tmp_path / "data", ANLAN_PORT=str(free_port()))
    assert found["data folder"][0]["remedy"] == "Start it with: anlan up"
    assert "database" not in found
    assert not (tmp_path / "data").exists()


def test_an_outside_server_that_is_down_is_named(tmp_path: Path) -> None:
    dead = f"127.0.0.1:{free_port()}"
    code, found = examine(
        tmp_path / "data",
        ANLAN_DATABASE_URL=f"postgresql://anlan_app:secret@{dead}/anlan",
        ANLAN_NATS_URL=f"nats://{dead}",
    )
    assert code == 1
    assert "ANLAN_DATABASE_URL" in found["database"][0]["remedy"]
    assert "ANLAN_NATS_URL" in found["messages"][0]["remedy"]
    assert "secret" not in json.dumps(found["database"])
