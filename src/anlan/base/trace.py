"""Every request has a number: in the log, in the answer, on error pages.

A proxy's `X-Request-ID` is kept, so that its log and ours can be laid side by side.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
_SILENT = ("/static/", "/healthz", "/readyz", "/metrics")
_current: ContextVar[str] = ContextVar("anlan_trace", default="-")

logger = logging.getLogger("anlan.request")


class TraceFilter(logging.Filter):
    """Gives every log line the number of the request it belongs to, `-` outside of one."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add `trace` to the record."""
        record.trace = _current.get()
        return True


class TraceMiddleware:
    """Sets `request.trace_id` and the answer's header; writes one line a request.

    The line has no query and no body: they hold what people typed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Number the request and time it."""
        given = request.headers.get(HEADER, "")
        trace = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        request.trace_id = trace  # type: ignore[attr-defined]
        _current.set(trace)
        began = time.perf_counter()
        response = self.get_response(request)
        response[HEADER] = trace
        if not request.path.startswith(_SILENT):
            milliseconds = (time.perf_counter() - began) * 1000
            logger.info(
                "%s %s %d %.0f ms", request.method, request.path, response.status_code, milliseconds
            )
        return response
