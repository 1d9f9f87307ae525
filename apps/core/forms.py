"""Form pieces that every app uses."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.http import HttpRequest

from apps.core.errors import Refused
from apps.core.text import plain


class CrispyForm(forms.Form):
    """A form whose <form> tag and buttons stand in the template, laid out by crispy: `{% crispy form %}`."""

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper

    def refuse(self, refusal: Refused) -> None:
        """Show why an operation refused, beside the field it names or above the form."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


class PlainTextField(forms.CharField):
    """Text as people paste it: NUL characters are taken out instead of refused, newlines are made one kind."""

    def to_python(self, value: Any) -> str:
        return plain(str(super().to_python(value) or ""))


class UploadFormMixin:
    """Says beside the file field when the upload was over the site's limit (see SizeLimitUploadHandler).

    Build the form with `request=request`.
    """

    request: HttpRequest | None

    def __init__(self, *args: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        too_large = self.request.META.get("uploads.too_large", []) if self.request else []
        for name in too_large:
            if name in self.fields:  # type: ignore[attr-defined]
                self.errors.pop(name, None)  # type: ignore[attr-defined]
                self.add_error(  # type: ignore[attr-defined]
                    name, f"This file is larger than {settings.UPLOAD_MAX_MB} MB. Nothing of it was kept."
                )
