"""The number of a request."""

import logging

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from anlan.base.trace import TraceFilter, TraceMiddleware


@pytest.mark.django_db
def test_the_error_page_shows_the_number_of_its_answer(client: Client) -> None:
    response = client.get("/there-is-nothing/", headers={"X-Request-ID": "proxy-12345678"})
    assert response.status_code == 404
    assert response["X-Request-ID"] == "proxy-12345678"
    assert "proxy-12345678" in response.content.decode()


@pytest.mark.parametrize("given", ["", "short", "a" * 65, "with space here", "<script>alert(1)"])
def test_a_number_that_could_do_harm_is_replaced(given: str) -> None:
    request = RequestFactory().get("/x/", headers={"X-Request-ID": given})
    response = TraceMiddleware(lambda _request: HttpResponse())(request)
    assert response["X-Request-ID"] != given
    assert len(response["X-Request-ID"]) == 16


def test_log_lines_carry_it_and_no_query(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(TraceFilter())

    def view(_request: HttpRequest) -> HttpResponse:
        logging.getLogger("anlan.tests").warning("inside")
        return HttpResponse(status=418)

    request = RequestFactory().get("/tea/?q=secret", headers={"X-Request-ID": "abcdefgh"})
    with caplog.at_level(logging.INFO, logger="anlan.request"):
        TraceMiddleware(view)(request)
    inside, line = caplog.records
    assert inside.trace == line.trace == "abcdefgh"  # type: ignore[attr-defined]
    assert line.getMessage().startswith("GET /tea/ 418 ")
