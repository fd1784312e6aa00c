"""Answers that hand out content without letting it act."""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.core.files.base import File
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase, HttpResponseNotModified

from anlan.base.errors import Unavailable
from anlan.base.files.models import StoredFile
from anlan.base.files.queries import open_content
from anlan.base.files.sniff import IMAGES

CHUNK = 1 << 18
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def _pieces(content: File) -> Iterator[bytes]:
    with content:
        while chunk := content.read(CHUNK):
            yield chunk


async def _pieces_async(content: File) -> AsyncIterator[bytes]:
    read = sync_to_async(content.read, thread_sensitive=False)
    try:
        while chunk := await read(CHUNK):
            yield chunk
    finally:
        content.close()


def serve(
    request: HttpRequest, stored: StoredFile, file_name: str, *, inline: bool = False
) -> HttpResponseBase:
    """Return a streamed answer with the content.

    Offered for saving, or shown in place for images alone when `inline`. Never sniffed, never
    run: `nosniff` and a sandboxing policy of its own. The hash is the ETag. The caller has
    decided that the actor may see it. Raises Unavailable when the storage lost the content.
    """
    etag = f'"{stored.sha256}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    try:
        content = open_content(stored)
    except FileNotFoundError as error:
        raise Unavailable(permanent=True) from error
    # Django gathers a plain iterator in memory when it serves asynchronously.
    body = _pieces_async(content) if isinstance(request, ASGIRequest) else _pieces(content)
    response = StreamingHttpResponse(body, content_type=stored.mime)
    response["Content-Length"] = str(stored.size)
    response["ETag"] = etag
    shown = "inline" if inline and stored.mime in IMAGES else "attachment"
    response["Content-Disposition"] = f"{shown}; filename*=UTF-8''{quote(file_name)}"
    return guard(response)


def guard(response: HttpResponseBase) -> HttpResponseBase:
    """Put the headers on an answer that keep its content from acting in the product's name."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-cache"
    return response


def download(content: bytes, mime: str, file_name: str) -> HttpResponseBase:
    """Return content made on the spot, offered for saving."""
    response = HttpResponse(content, content_type=mime)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file_name)}"
    return guard(response)
