"""The forms of feedback."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from apps.core.forms import CrispyForm
from apps.courses.models import Course
from apps.feedback.states import Outcome, Visibility

LONG = 20_000


def _text(label: str, **kwargs: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3, "data-grow": ""})
    return forms.CharField(label=label, max_length=LONG, widget=widget, **kwargs)


class OnSectionForm(CrispyForm):
    """Something about a section of a version; `sections` are its choices."""

    use_required_attribute = False
    section = forms.ChoiceField(label="About", required=False)
    text = _text("Text")

    def __init__(self, *args: Any, sections: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"] = forms.ChoiceField(label="About", choices=sections, required=False)


class CommentForm(OnSectionForm):
    text = _text("Comment")
    visibility = forms.ChoiceField(
        label="Who sees it",
        choices=Visibility.choices,
        initial=Visibility.EVERYONE,
        widget=forms.RadioSelect,
        help_text="The pair gets mail about a comment they can see, and never learns of a note for staff.",
    )


class ChangeForm(OnSectionForm):
    text = _text("What should change")


class NoteForm(CrispyForm):
    """What is said at a step of a change request."""

    use_required_attribute = False
    note = _text("Note")


class DecisionForm(CrispyForm):
    """The outcome for a version. A revision is due at the end of a day in the course's zone."""

    use_required_attribute = False
    outcome = forms.ChoiceField(choices=Outcome.choices, widget=forms.RadioSelect)
    message = _text("Message to the pair", required=False, help_text="Needed unless you accept. Markdown works.")
    due_on = forms.DateField(
        label="Revision due on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Only for a revision; the end of that day.",
    )
    seen_decisions = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10_000)

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.course = course
        self.fields["due_on"].help_text = f"Only for a revision: 23:59 of that day, {course.time_zone}."

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        # A hidden field has no place of its own for a sentence.
        if "seen_decisions" in self.errors:
            self.add_error(None, "This form did not arrive whole. Reload the page and write it again.")
        if cleaned.get("outcome") == Outcome.REVISE:
            due_at = self._end_of(cleaned.get("due_on"))
            if due_at is None and "due_on" not in self.errors:
                self.add_error("due_on", "Say when the revision is due.")
            elif due_at is not None and due_at <= timezone.now():
                self.add_error("due_on", "This day has passed. Choose a later one.")
            cleaned["due_at"] = due_at
        if cleaned.get("outcome") in {Outcome.REVISE, Outcome.REJECT} and not cleaned.get("message"):
            self.add_error("message", "Say why: the pair reads it.")
        return cleaned

    def decision(self) -> dict[str, Any]:
        """The arguments of a decision, of its preview and of the real one."""
        return {
            "outcome": self.cleaned_data["outcome"],
            "message": self.cleaned_data["message"],
            "due_at": self.cleaned_data.get("due_at"),
        }

    def _end_of(self, day: dt.date | None) -> dt.datetime | None:
        if day is None or not 1970 < day.year < 9990:
            return None
        return dt.datetime.combine(day, dt.time(23, 59), tzinfo=self.course.zone)
