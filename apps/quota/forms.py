"""The forms of compute: lines asked for, the pool, the decision."""

import re
import uuid
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from apps.core.forms import CrispyForm
from apps.quota import catalogue
from apps.quota.models import MAX_AMOUNT, QuotaLine, QuotaRequest
from apps.quota.operations import Ask, Grant
from apps.quota.states import Unit

MAX_LINES = 12
# 1200 or 1,200; a comma that does not group thousands may be a decimal one, so it is not guessed at.
WHOLE_NUMBER = re.compile(r"[0-9]+|[0-9]{1,3}(,[0-9]{3})+", re.ASCII)


class AmountField(forms.CharField):
    """A whole number from `least` to MAX_AMOUNT, written with digits."""

    def __init__(self, *, least: int = 1, **kwargs: Any) -> None:
        self.least = least
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        # No number that is allowed is this long, and int() of a million digits would hold up the server.
        number = int(text.replace(",", "")) if WHOLE_NUMBER.fullmatch(text) and len(text) < 40 else None
        if number is None or not self.least <= number <= MAX_AMOUNT:
            raise forms.ValidationError(f"Write a whole number from {self.least} to {MAX_AMOUNT:,}.")
        return number


class ModelField(forms.CharField):
    """A model of the catalogue or any repository id; "any model" is the empty string."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"list": "models", "autocomplete": "off"}))
        super().__init__(max_length=200, **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return catalogue.resolve(text)
        except ValueError as error:
            raise forms.ValidationError(
                f"{error} Write it as the hub does, owner/name, such as openai-community/gpt2; or “any model”."
            ) from None


class LineForm(CrispyForm):
    """One line of a request."""

    use_required_attribute = False
    model = ModelField(label="Model")
    unit = forms.ChoiceField(choices=Unit.choices, label="Unit")
    amount = AmountField(label="Amount")
    why = forms.CharField(
        max_length=500,
        label="Why this much",
        widget=forms.Textarea(attrs={"rows": 2, "data-grow": ""}),
    )

    def has_changed(self) -> bool:
        """Whether anything was written in the row; its unit alone says nothing."""
        return any(str(self[name].value() or "").strip() for name in ("model", "amount", "why"))


class LineFormSetBase(BaseFormSet):
    def initial_form_count(self) -> int:
        # Rows that were there before may be emptied like any other.
        return 0 if self.is_bound else super().initial_form_count()

    def clean(self) -> None:
        seen: set[tuple[str, str]] = set()
        for form in self.forms:
            line = form.cleaned_data if form.is_valid() else {}
            if not line:
                continue
            wanted = (line["model"], line["unit"])
            if wanted in seen:
                form.add_error("model", "Another line asks for this model and unit already; put the two together.")
            seen.add(wanted)
        if not any(form.has_changed() for form in self.forms):
            raise forms.ValidationError("Ask for something: fill in at least one line.")


LineFormSet = formset_factory(
    LineForm, formset=LineFormSetBase, extra=0, max_num=MAX_LINES, validate_max=True, absolute_max=MAX_LINES + 1
)


def asks_of(formset: BaseFormSet) -> list[Ask]:
    """The lines of a valid formset that were filled in; rows left empty do not count."""
    return [Ask(**form.cleaned_data) for form in formset.forms if form.cleaned_data]


class PoolForm(CrispyForm):
    """Put compute into the pool or take it out."""

    action = forms.ChoiceField(
        choices=[("add", "Put into the pool"), ("reduce", "Take out of the pool")], label="What to do"
    )
    model = ModelField(label="Model", help_text="One model as owner/name, or “any model”.")
    unit = forms.ChoiceField(choices=Unit.choices)
    amount = AmountField(label="Amount")
    note = forms.CharField(max_length=500, label="Where it comes from", help_text="Staff see this beside the change.")
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean(self) -> dict[str, Any]:
        # A hidden field has no place of its own for a sentence.
        if "key" in self.errors:
            self.add_error(None, "This form did not arrive whole. Reload the page and write it again.")
        return self.cleaned_data


class GrantForm(CrispyForm):
    """The decision on a request: a grant and a reason for each line, and a message."""

    message = forms.CharField(
        required=False,
        max_length=5000,
        label="Message to the pair",
        widget=forms.Textarea(attrs={"rows": 3, "data-grow": ""}),
        help_text="The partners see it with the decision and get it by mail. Needed when you deny.",
    )

    def __init__(self, *args: Any, request: QuotaRequest, left: dict[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines: list[QuotaLine] = list(request.lines.all())
        for line in self.lines:
            self.fields[f"line-{line.pk}-granted"] = AmountField(
                least=0, label=f"Grant, of {line}", initial=f"{min(line.amount, left[line.pk]):,}"
            )
            self.fields[f"line-{line.pk}-reason"] = forms.CharField(
                required=False,
                max_length=500,
                label="Reason, when it is less",
                widget=forms.TextInput(attrs={"placeholder": "Why less than asked"}),
            )
        self.left = left

    def rows(self) -> list[dict[str, Any]]:
        """What the table shows: each line with what is left for it and its two fields."""
        return [
            {
                "line": line,
                "left": self.left[line.pk],
                "granted": self[f"line-{line.pk}-granted"],
                "reason": self[f"line-{line.pk}-reason"],
            }
            for line in self.lines
        ]

    def grants(self) -> dict[int, Grant]:
        return {
            line.pk: Grant(self.cleaned_data[f"line-{line.pk}-granted"], self.cleaned_data[f"line-{line.pk}-reason"])
            for line in self.lines
        }
