"""Bodies are stopped before they are stored."""

import asyncio

from anlan.base.imports.body_limit import BodyLimit


def send_body(headers, pieces, most=100):
    """Return (status or None, bytes the application read, whether it saw the client leave)."""
    read, statuses, left = [], [], []

    async def app(scope, receive, send):
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                left.append(True)
                return
            read.append(message["body"])
            if not message["more_body"]:
                await send({"type": "http.response.start", "status": 200, "headers": []})
                return

    queue = [{"type": "http.request", "body": p, "more_body": True} for p in pieces]
    queue.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive():
        return queue.pop(0)

    async def send(message):
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {"type": "http", "headers": headers}
    asyncio.run(BodyLimit(app, most)(scope, receive, send))
    return (statuses or [None])[0], sum(map(len, read)), bool(left)


def test_an_announced_length_is_refused_unread():
    assert send_body([(b"content-length", b"101")], [b"x" * 101]) == (413, 0, False)
    assert send_body([(b"content-length", b"-1")], [b"x"])[0] == 413


def test_a_body_of_unknown_length_is_cut():
    status, read, left = send_body([], [b"x" * 60, b"x" * 60, b"x" * 60])
    assert (status, read, left) == (None, 60, True)


def test_what_fits_passes():
    assert send_body([(b"content-length", b"100")], [b"x" * 100]) == (200, 100, False)
