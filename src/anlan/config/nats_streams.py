"""A stream of JetStream as it is wanted: made, or brought up to date."""

import logging

from nats.js import JetStreamContext
from nats.js.api import StreamConfig, StreamInfo
from nats.js.errors import APIError, NotFoundError

logger = logging.getLogger("anlan.nats")


async def ensure(js: JetStreamContext, wanted: StreamConfig) -> StreamInfo:
    """Make the stream, or bring its age, size and replicas up to date.

    What the server refuses to change stays as it was, loudly. Raises what nats-py raises when the
    server is away, or refuses a stream that is not there.
    """
    assert wanted.name
    try:
        found = await js.stream_info(wanted.name)
    except NotFoundError:
        try:
            return await js.add_stream(wanted)
        except APIError as refused:  # another part was faster, or it cannot be
            try:
                return await js.stream_info(wanted.name)
            except NotFoundError:
                raise refused from None
    if _changeable(found.config) != _changeable(wanted):
        try:
            return await js.update_stream(wanted)
        except APIError as refused:
            logger.warning("%s stays as it was: %s", wanted.name, refused.description)
    return found


def _changeable(config: StreamConfig) -> tuple[float, int, int]:
    return config.max_age or 0.0, max(0, config.max_bytes or 0), config.num_replicas or 1
