"""Idempotent writes: the same key gets the same answer, the work is done once."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from anlan.base.api.auth import caller_id
from anlan.base.api.models import IdempotentAnswer
from anlan.base.clock import now
from anlan.base.errors import AnlanError, BadInput, Problem, Refused
from anlan.base.problems import problem_of

KEPT_FOR = timedelta(days=1)
_HEADERS = ("Content-Type", "ETag", "Location")


class KeyUsedOtherwise(Refused):
    """The key was sent before with another request."""

    code = "idempotency_key_reused"
    status = 422
    text = _("This Idempotency-Key was used for another request.")
    remedy = _("Make a new key for each new request.")


class StillAtWork(Refused):
    """The first request with this key has not finished."""

    code = "idempotency_in_progress"
    text = _("The first request with this key is still being worked on.")
    remedy = _("Try again in a moment.")


def _digest(request: HttpRequest) -> str:
    parts = (request.method or "", request.get_full_path(), request.headers.get("If-Match", ""))
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + request.body).hexdigest()


def idempotent(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a write that carries `Idempotency-Key` happen once.

    The answer is stored in the transaction of the work itself, so both are there or neither. A
    request without a key is simply done. Errors are not stored: a corrected try may use the key.
    """

    @wraps(view)
    def once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return view(request, *args, **kwargs)
        try:
            user_id = caller_id(request)
            if user_id is None:
                return view(request, *args, **kwargs)
            if len(key) > 80 or not key.isprintable():
                raise BadInput(Problem("Idempotency-Key", _("At most 80 printable characters.")))
            return _once(user_id, key, request, lambda: view(request, *args, **kwargs))
        except AnlanError as error:
            return problem_of(request, error)

    return once


def _once(
    user_id: UUID, key: str, request: HttpRequest, work: Callable[[], HttpResponse]
) -> HttpResponse:
    digest = _digest(request)
    try:
        with transaction.atomic():
            # The unique row is the lock: a second request waits here for the first.
            answer = IdempotentAnswer.objects.create(user_id=user_id, key=key, request_hash=digest)
            response = work()
            if response.status_code >= 400:
                raise _NotStored(response)
            answer.status = response.status_code
            answer.body = response.content
            answer.headers = {
                name: response[name] for name in _HEADERS if response.has_header(name)
            }
            answer.save()
            return response
    except _NotStored as error:
        return error.response
    except IntegrityError:
        before = IdempotentAnswer.objects.filter(user_id=user_id, key=key).first()
        if before is None:
            raise
    return _replay(before, digest)


class _NotStored(Exception):
    """Rolls an error's transaction back and carries its answer out."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


def _replay(before: IdempotentAnswer, digest: str) -> HttpResponse:
    if before.request_hash != digest:
        raise KeyUsedOtherwise()
    if before.status is None:
        raise StillAtWork()
    response = HttpResponse(bytes(before.body), status=before.status)
    for name, value in before.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response


def forget_old_answers() -> int:
    """Delete answers older than a day; return how many. Called daily."""
    count, _models = IdempotentAnswer.objects.filter(created_at__lt=now() - KEPT_FOR).delete()
    return count
