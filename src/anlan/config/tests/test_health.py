"""What load balancers and Prometheus see."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from psycopg.errors import AdminShutdown, DeadlockDetected

from anlan.base.actors.models import User


def test_healthz_asks_nobody(client: Client) -> None:
    # No database mark: a query would fail the test.
    assert client.get("/healthz").json()["status"] == "ok"


@pytest.mark.django_db
def test_readyz_is_green_with_the_database_and_names_the_messages(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["checks"]["database"] == "ok"
    assert response.json()["checks"]["messages"] in ("ok", "down")
    assert response.json()["checks"]["worker"] == "down"  # none runs here; screens work without


@pytest.mark.django_db
def test_readyz_is_503_without_the_database(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(connection, "cursor", gone)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "down"


@pytest.mark.django_db
def test_metrics_need_the_token(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404
    settings.METRICS_TOKEN = "s3cret"
    assert client.get("/metrics").status_code == 404
    response = client.get("/metrics", headers={"authorization": "Bearer s3cret"})
    assert response.status_code == 200
    assert b"anlan_database_bytes" in response.content
    assert b"anlan_live_streams" in response.content


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/", "text/html"), ("/api/v1/enterprises", "application/problem+json")],
)
@pytest.mark.parametrize("reason", [None, AdminShutdown("going down")])
@pytest.mark.django_db
def test_pages_and_api_say_that_the_database_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str, kind: str, reason: Exception | None
) -> None:
    client.raise_request_exception = False
    client.force_login(User.objects.create(username="somebody"))

    def gone(*_: object) -> None:
        raise OperationalError("server closed the connection") from reason

    monkeypatch.setattr(connection, "cursor", gone)
    response = client.get(path, headers={"accept-language": "zh-hans"})
    assert response.status_code == 503
    assert response["Content-Type"].startswith(kind)
    assert response["Retry-After"] == "30"
    assert "服务没有响应" in response.content.decode()


@pytest.mark.django_db
def test_a_refusal_of_the_database_is_our_fault(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False
    client.force_login(User.objects.create(username="somebody"))

    def stuck(*_: object) -> None:
        raise OperationalError("deadlock") from DeadlockDetected("deadlock")

    monkeypatch.setattr(connection, "cursor", stuck)
    assert client.get("/").status_code == 500
