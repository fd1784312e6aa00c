"""An error that is meant to be read: one JSON for pages and API, a page for people."""

import json

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from anlan.base.actors.roles import Role
from anlan.base.errors import AnlanError, BadInput, Forbidden, Problem, Unavailable
from anlan.base.problems import MEDIA_TYPE, ProblemMiddleware
from tests.support.world import World


def _answer(error: AnlanError, accept: str = "application/json") -> HttpResponse:
    request = RequestFactory().get("/", headers={"Accept": accept})
    answer = ProblemMiddleware(lambda _request: HttpResponse()).process_exception(request, error)
    assert answer is not None
    return answer


def test_a_page_asked_for_json_answers_as_the_api_does(world: World) -> None:
    client = Client()
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    path = f"/api/v1/enterprises/{world.plant_b.pk}"
    program = client.get(path)
    page = client.get(
        f"/registry/enterprises/{world.plant_b.pk}/", headers={"Accept": "application/json"}
    )
    assert program.status_code == page.status_code == 404
    assert page["Content-Type"] == program["Content-Type"] == MEDIA_TYPE
    assert program.json().keys() == page.json().keys()
    assert page.json()["code"] == "not_found"


def test_bad_input_tells_row_and_remedy_of_each_entry() -> None:
    wrong = Problem("deadline", "lies in the past", "Set a later day.", row=7, code="past")
    body = json.loads(_answer(BadInput([wrong, Problem("title", "is missing")])).content)
    assert body["problems"] == [
        {
            "field": "deadline", "text": "lies in the past", "remedy": "Set a later day.",
            "row": 7, "code": "past",
        },
        {"field": "title", "text": "is missing", "code": "invalid"},
    ]  # fmt: skip
    assert body["fields"] == {"deadline": ["lies in the past"], "title": ["is missing"]}


def test_bad_input_names_its_fields() -> None:
    answer = _answer(BadInput([Problem("cas", "is wrong"), Problem("cas", "is old")]))
    body = json.loads(answer.content)
    assert (answer.status_code, body["status"], body["code"]) == (422, 422, "bad_input")
    assert body["type"] == "urn:anlan:problem:bad_input"
    assert body["fields"] == {"cas": ["is wrong", "is old"]}


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_what_is_unavailable_says_when_to_come_back(accept: str, db: None) -> None:
    answer = _answer(Unavailable(retry_after=7), accept)
    assert (answer.status_code, answer["Retry-After"]) == (503, "7")


def test_empty_members_are_left_out() -> None:
    body = json.loads(_answer(Forbidden()).content)
    assert "clause" not in body
    assert body["remedy"]


def test_an_error_of_nobodys_family_flies_on() -> None:
    request = HttpRequest()
    middleware = ProblemMiddleware(lambda _request: HttpResponse())
    assert middleware.process_exception(request, RuntimeError("a bug")) is None
