"""The API's contract: the committed description is true, and the API keeps to it under fire."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case

from anlan.base.actors.roles import Role
from anlan.base.actors.services.tokens import token_create
from anlan.base.clock import now
from anlan.base.problems import MEDIA_TYPE
from tests.support.world import World

SNAPSHOT = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def description() -> dict[str, Any]:
    """Return the API's own description as plain JSON."""
    from anlan.config.api import api

    return json.loads(json.dumps(api.get_openapi_schema(), default=str))


def test_the_committed_description_is_what_the_api_offers() -> None:
    """After a change that is meant, run `make docs` and read the difference."""
    assert json.loads(SNAPSHOT.read_text(encoding="utf-8")) == description()


def test_every_operation_says_how_it_fails() -> None:
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            assert {"401", "422"} <= set(operation["responses"]), (method, path)


@pytest.fixture
def api_schema(db: None) -> Iterator[Any]:
    # As Django's own test client does: the request must not close the test's connection.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(world: World) -> Iterator[str]:
    """A token of somebody who may write."""
    _token, raw = token_create(
        world.actor(Role.SAFETY_MANAGER, "plant_a"),
        name="fuzz",
        scopes=["read", "registry", "findings"],
        expires_at=now() + timedelta(days=1),
    )
    yield raw


def test_nothing_sent_makes_it_fail(api_schema: Any, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    for found in api_schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=8,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        )
        def survives(case: Case) -> None:
            response = case.call(headers=headers)
            assert response.status_code < 500, response.text
            if response.status_code >= 400:
                assert response.headers["content-type"][0] == MEDIA_TYPE
                assert {"code", "detail", "status"} <= response.json().keys()

        survives()


def test_the_description_is_made_once() -> None:
    from anlan.config.api import api

    assert api.get_openapi_schema() is api.get_openapi_schema()
