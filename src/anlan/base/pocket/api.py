"""What phones call. Plumbing only: proofs, bodies, answers.

A phone proves itself by `Pocket-Device`, `Pocket-Stamp` and `Pocket-Proof`, an ES256 signature
over `anlan-pocket\\n<METHOD>\\n<path with query>\\n<stamp>` by its key. That needs no cookie, so
the service worker can send after the session has ended. Replaying a proof repeats a request that
may be repeated.
"""

import gzip
import json
import re
import time
import zlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors.middleware import ActorRequest
from anlan.base.clock import now
from anlan.base.errors import AnlanError, BadInput, NotYours, Problem
from anlan.base.files.queries import open_content
from anlan.base.pocket import keys, package, queries
from anlan.base.pocket.canonical import NotCanonical, parse
from anlan.base.pocket.models import Device
from anlan.base.pocket.problems import NotThisPhone, Revoked, WrongOffset
from anlan.base.pocket.rules import moment
from anlan.base.pocket.services import blobs, devices, receiving
from anlan.base.problems import problem_of

MAX_BODY = 2 * 1024 * 1024
MAX_ENVELOPES = 50
# Receipts committed a moment before an answer may carry a slightly older time.
OVERLAP = timedelta(minutes=2)
DEVICE_COOKIE = "anlan_device"
_SHA = re.compile(r"^[0-9a-f]{64}$")
View = Callable[..., HttpResponse]


def phone_call(view: View) -> View:
    """Answer errors as problem+json; never cache; no CSRF token where the phone's key proves."""

    @never_cache
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Revoked as error:
            response = JsonResponse(
                {"code": error.code, "detail": error.message(), "order": error.order}, status=403
            )
        except WrongOffset as error:
            response = JsonResponse({"code": error.code, "offset": error.offset}, status=409)
        except AnlanError as error:
            return problem_of(request, error)
        return response

    return answer


def _device(request: HttpRequest) -> Device:
    """Return the phone that proved itself. Raises NotThisPhone, Revoked."""
    headers = request.headers
    stamp = headers.get("Pocket-Stamp", "")[:20]
    message = f"anlan-pocket\n{request.method}\n{request.get_full_path()}\n{stamp}".encode()
    return devices.proven(
        headers.get("Pocket-Device", ""),
        headers.get("Pocket-Proof", ""),
        message,
        sealed_seq=_number(headers.get("Pocket-Seq", "")),
    )


def _draining(request: HttpRequest) -> Device:
    """Return the phone, allowed to send; tell it of a person who lost every right."""
    device = _device(request)
    devices.require_drain(device)
    return device


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 11 else 0


def _body(request: HttpRequest) -> Any:
    """Return the JSON of a body, gzip or plain. Raises BadInput."""
    raw = request.body
    try:
        if request.headers.get("Content-Encoding") == "gzip":
            unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)
            raw = unpack.decompress(raw, MAX_BODY)
            if unpack.unconsumed_tail:
                raise NotCanonical("too large")
        return parse(raw)
    except (NotCanonical, zlib.error, UnicodeDecodeError) as error:
        raise BadInput(Problem("body", str(error), code="body")) from error


@csrf_exempt
@require_GET
@phone_call
def time_now(request: HttpRequest) -> HttpResponse:
    """The server's part of the four-stamp exchange, in milliseconds, and its public keys.

    With `?actor=` the phone hears whether that person lost every right meanwhile.
    """
    received = time.time_ns() // 1_000_000
    device = _device(request)
    order = devices.person_order(device, request.GET.get("actor", ""))
    offset = request.GET.get("offset", "")
    if re.fullmatch(r"-?\d{1,15}", offset):
        devices.report(device, clock_offset_ms=int(offset), storage=request.GET.dict())
    told = {"received": received, "keys": keys.server_keys(), "last_seq": device.last_seq}
    if order is not None:
        told["order"] = order
    return JsonResponse({**told, "sent": time.time_ns() // 1_000_000})


@require_POST
@phone_call
def register(request: ActorRequest) -> HttpResponse:
    """Make this phone known for the person signed in; the session and its CSRF token prove them."""
    if request.actor.user_id is None:
        raise NotThisPhone()
    body = _body(request)
    try:
        device_id, key = UUID(str(body["id"])), dict(body["key"])
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(Problem("id", "id, key", code="shape")) from error
    device = devices.register(
        request.actor,
        device_id,
        key,
        str(body.get("proof", "")),
        label=str(body.get("label", ""))[:80],
        user_agent=request.headers.get("User-Agent", ""),
        replaces=_remembered(request),
    )
    lost = queries.wiped_before(device.pk, _remembered(request))
    response = JsonResponse(
        {
            "device": str(device.pk),
            "last_seq": device.last_seq,
            "keys": keys.server_keys(),
            "actor": {"id": str(request.actor.user_id), "name": request.actor.name},
            "lost": lost,
            "signed_in_at": _signed_in_at(request),
        }
    )
    response.set_cookie(
        DEVICE_COOKIE, str(device.pk), max_age=400 * 86400, samesite="Lax", httponly=True,
        secure=request.is_secure(),
    )  # fmt: skip
    return response


def _signed_in_at(request: HttpRequest) -> int | None:
    """Return when somebody last proved who they are in this session, in milliseconds.

    A phone whose PIN was forgotten opens for its owner when that is later than its lock.
    """
    methods = request.session.get("account_authentication_methods", [])
    known = [one["at"] for one in methods if isinstance(one.get("at"), (int, float))]
    return int(max(known) * 1000) if known else None


def _remembered(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.COOKIES.get(DEVICE_COOKIE, ""))
    except ValueError:
        return None


@require_GET
@phone_call
def package_now(request: ActorRequest) -> HttpResponse:
    """The package of the person signed in; `If-None-Match` lists the parts the phone has."""
    device = _device(request)
    if request.actor.user_id is None:
        order = devices.person_order(device, request.GET.get("actor", ""))
        raise Revoked(order) if order else NotThisPhone()
    devices.keep_joined(request.actor, device)
    have = {part.strip().strip('"') for part in request.headers.get("If-None-Match", "").split(",")}
    found = package.build(request.actor, device, now(), have)
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    return _packed(request, text)


def _packed(request: HttpRequest, text: bytes) -> HttpResponse:
    response = HttpResponse(text, content_type="application/json")
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = gzip.compress(text, 6)
        response["Content-Encoding"] = "gzip"
    return response


@csrf_exempt
@require_POST
@phone_call
def submissions(request: HttpRequest) -> HttpResponse:
    """Take up to 50 envelopes; one verdict each, 200 for the batch.

    With `?actor=` the phone hears whether that person lost every right: it may have been
    without signal, and have noticed it as little as its clock, when that happened.
    """
    device = _draining(request)
    body = _body(request)
    envelopes = body.get("envelopes") if isinstance(body, dict) else None
    if not isinstance(envelopes, list) or len(envelopes) > MAX_ENVELOPES:
        raise BadInput(Problem("envelopes", "a list of at most 50", code="shape"))
    told: dict[str, Any] = {"verdicts": receiving.receive(device, envelopes)}
    if order := devices.person_order(device, request.GET.get("actor", "")):
        told["order"] = order
    return JsonResponse(told)


@csrf_exempt
@require_POST
@phone_call
def blobs_check(request: HttpRequest) -> HttpResponse:
    """Tell which files are here and how far the others came."""
    device = _draining(request)
    body = _body(request)
    hashes = body.get("hashes") if isinstance(body, dict) else None
    if not isinstance(hashes, list):
        raise BadInput(Problem("hashes", "a list of SHA-256", code="shape"))
    return JsonResponse(blobs.check(device, [str(one) for one in hashes if _SHA.match(str(one))]))


@csrf_exempt
@require_http_methods(["PATCH"])
@phone_call
def blob(request: HttpRequest, sha256: str) -> HttpResponse:
    """Take one piece of a file at `Upload-Offset`."""
    device = _draining(request)
    if not _SHA.match(sha256):
        raise NotYours()
    offset = request.headers.get("Upload-Offset", "")
    if not offset.isdigit() or len(offset) > 10 or len(request.body) > blobs.MAX_CHUNK:
        raise BadInput(Problem("Upload-Offset", "offset and at most 1 MB", code="shape"))
    done = blobs.put(
        device, sha256, int(offset), request.body, request.headers.get("Content-Digest", "")
    )
    return JsonResponse(done)


@require_GET
@phone_call
def picture(request: ActorRequest, sha256: str) -> HttpResponse:
    """Give a small picture of the package to the person signed in; its name is its content."""
    if request.actor.user_id is None:
        raise NotThisPhone()
    if not _SHA.match(sha256):
        raise NotYours()
    stored = queries.picture_for(request.actor, sha256)
    try:
        with open_content(stored) as content:
            response = HttpResponse(content.read(), content_type=stored.mime)
    except FileNotFoundError as error:
        raise NotYours() from error
    response["X-Content-Type-Options"] = "nosniff"
    return response


@csrf_exempt
@require_GET
@phone_call
def receipts(request: HttpRequest) -> HttpResponse:
    """Give the receipts issued since a moment, oldest first, and where to go on."""
    device = _draining(request)
    since = None
    if text := request.GET.get("since", ""):
        try:
            since = moment(text) - OVERLAP
        except (ValueError, OverflowError) as error:
            raise BadInput(Problem("since", "RFC 3339", code="shape")) from error
    verdicts, upto = queries.receipts_since(device, since)
    return JsonResponse({"verdicts": verdicts, "next": upto})


@csrf_exempt
@require_POST
@phone_call
def wiped(request: HttpRequest) -> HttpResponse:
    """Hear that the phone forgot package and keys as ordered."""
    devices.wiped(_device(request))
    return JsonResponse({})
