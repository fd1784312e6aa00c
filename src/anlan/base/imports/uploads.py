"""Cutting an upload short before it fills the disk."""

from typing import Any

from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest


class LimitedUpload(TemporaryFileUploadHandler):
    """Streams an upload to a temporary file and stops the connection at the limit.

    A stopped upload leaves no file in `request.FILES`; the view tells why by `too_large`.
    """

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self.most = most
        self.got = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> Any:
        """Write a piece, or stop."""
        self.got += len(raw_data)
        if self.got > self.most:
            self.request.too_large = True  # type: ignore[union-attr]
            raise StopUpload(connection_reset=True)
        return super().receive_data_chunk(raw_data, start)
