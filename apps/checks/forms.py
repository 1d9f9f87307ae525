"""The forms of checks: a program, and the filters of staff's list."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.html import format_html

from apps.checks.operations import Unreadable
from apps.checks.states import RunState
from apps.core.errors import Refused
from apps.core.forms import CrispyForm, UploadFormMixin
from apps.pairs.models import Pair

PASTED_NAME = "pasted.py"


class UploadForm(UploadFormMixin, CrispyForm):
    """A file or pasted code; exactly one of them."""

    use_required_attribute = False
    file = forms.FileField(
        required=False,
        label="A file",
        max_length=500,
        widget=forms.FileInput(attrs={"accept": ".py,.ipynb"}),
    )
    source = forms.CharField(
        required=False,
        strip=False,
        label="Or pasted code",
        widget=forms.Textarea(
            attrs={"rows": 6, "data-grow": "", "spellcheck": "false", "class": "code", "autocapitalize": "off"}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = f"A .py script or an .ipynb notebook, at most {settings.UPLOAD_MAX_MB} MB."

    def clean(self) -> None:
        if self.errors:
            return
        file, source = self.cleaned_data.get("file"), self.cleaned_data.get("source", "").strip()
        if file and source:
            self.add_error("source", "Give a file or pasted code, not both. Choose the file again, or empty this.")
        elif not file and not source:
            self.add_error("file", "Choose a file, or paste code below.")

    def program(self) -> tuple[str, bytes | str]:
        """The file's name and bytes, or a name of ours and the pasted text."""
        file = self.cleaned_data.get("file")
        return (file.name, file.read()) if file else (PASTED_NAME, self.cleaned_data["source"])

    def refuse(self, refusal: Refused) -> None:
        """Beside the field that was used, with the line that cannot be read."""
        if not isinstance(refusal, Unreadable):
            super().refuse(refusal)
            return
        field = "file" if self.cleaned_data.get("file") else "source"
        message = refusal.message
        if refusal.excerpt:
            message = format_html('{}<code class="excerpt">{}</code>', refusal.message, refusal.excerpt)
        self.add_error(field, message)


class FilterForm(CrispyForm):
    """Which checks staff want to see. It is sent by GET, so a filtered list has an address."""

    use_required_attribute = False
    state = forms.ChoiceField(required=False, choices=[("", "Any state"), *RunState.choices], label="State")
    pair = forms.ModelChoiceField(queryset=Pair.objects.none(), required=False, empty_label="Any pair", label="Pair")

    def __init__(self, *args: Any, pairs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pair"].queryset = pairs  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """The filter as keyword arguments; a value that makes no sense filters nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
