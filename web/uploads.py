"""Files on their way in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class NoMoreThanNeeded(FileUploadHandler):
    """Lets a file through as far as shows that it is too large; the rest is read and goes nowhere.

    So a form can say so in words, and nobody fills the disk. ``size`` is then a little more than the limit.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= settings.LARGEST_ATTACHMENT_MB * 1024 * 1024 else None

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        return None
