"""Files on their way in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class NoMoreThanNeeded(FileUploadHandler):
    """Lets a file through as far as shows that it is too large; the rest is read and goes nowhere.

    So a form can say so in words, and nobody fills the disk. ``size`` is then a little more than the limit.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= settings.LARGEST_ATTACHMENT_MB * 1024 * 1024 else None

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        return None


class NoFiles(FileUploadHandler):
    """Lets no file in: what came is read as it flows by and goes nowhere; the other fields are kept.

    ``refused`` says whether there was one.
    """

    refused = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.refused = True
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return None

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        return None
