"""Refusing an upload that is too large while it arrives, not after it filled the disk."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class SizeLimitUploadHandler(FileUploadHandler):
    """Drops a file once it passes UPLOAD_MAX_MB and notes its field in `request.META["uploads.too_large"]`.

    The rest of the form arrives whole, so a form can say so beside the field and lose nothing
    (see `apps.core.forms.UploadField`).
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > settings.UPLOAD_MAX_MB * 1024 * 1024:
            if self.request is not None:
                self.request.META.setdefault("uploads.too_large", []).append(self.field_name)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
