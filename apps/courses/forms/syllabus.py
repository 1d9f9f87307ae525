import datetime as dt
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from apps.core.errors import Refused
from apps.core.forms import CrispyForm, UploadFormMixin
from apps.courses import syllabus
from apps.courses.decoding import decode
from apps.courses.forms import widgets
from apps.courses.forms.calendar import MilestoneFields, SensibleDateField
from apps.courses.forms.course import zone_field
from apps.courses.models import DEFAULT_ZONE
from apps.courses.operations import MeetingEntry

YEAR_ASKED = "Give the year of the first class, 2000 to 2100."


class SyllabusForm(UploadFormMixin, CrispyForm):
    """The table and what it does not say itself. Once valid, `syllabus` is what was read."""

    text = forms.CharField(
        label="The schedule",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text="Paste it with its heads: columns separated by |, tabs, commas or semicolons. "
        "Text around the table does no harm.",
    )
    file = forms.FileField(
        label="Or a file",
        required=False,
        help_text="A text, Markdown or CSV file. It is used in place of pasted text.",
    )
    year = forms.IntegerField(
        label="Year of the first class",
        min_value=2000,
        max_value=2100,
        help_text="The table’s dates have none.",
        error_messages=dict.fromkeys(["required", "invalid", "min_value", "max_value"], YEAR_ASKED),
    )
    class_time = forms.TimeField(
        label="Class begins at",
        widget=widgets.time(),
        initial=dt.time(9),
        help_text="For milestones that happen in class; things due are due at 23:59 unless the table says otherwise.",
    )
    field_order = ["text", "file", "year", "time_zone", "class_time"]
    syllabus: syllabus.Syllabus

    def __init__(self, *args: Any, zone: str = DEFAULT_ZONE, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = zone_field(zone)
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        values = dict(super().clean() or self.cleaned_data)
        if self.errors:
            return values
        try:
            if values.get("file"):
                values["text"], _ = decode(values["file"].read())
            self.syllabus = syllabus.read(values["text"], year=values["year"])
        except Refused as refusal:
            self.refuse(refusal)
        return values

    def carried(self) -> "SyllabusForm":
        """The same values as hidden fields, to go with the preview."""
        names = ["text", "year", "class_time", "time_zone"]
        form = SyllabusForm(
            initial={name: self.cleaned_data[name] for name in names}, zone=self.cleaned_data["time_zone"]
        )
        del form.fields["file"]
        for field in form.fields.values():
            field.widget = forms.HiddenInput()
        return form


class DayForm(CrispyForm):
    date = SensibleDateField(label="Day")
    topic = forms.CharField(required=False, widget=widgets.area())
    readings = forms.CharField(required=False, widget=widgets.area())
    due = forms.CharField(required=False, widget=widgets.area())
    notes = forms.CharField(required=False, widget=widgets.area())
    hint = forms.CharField(required=False, widget=forms.HiddenInput)

    def entry(self) -> MeetingEntry:
        values = self.cleaned_data
        return MeetingEntry(**{name: values[name] for name in ("date", "topic", "readings", "due", "notes")})


class MilestoneRowForm(MilestoneFields):
    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    hint = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(*args, **kwargs)


class RowFormSet(BaseFormSet):
    """Rows that can be left out by a tick."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Leave out"

    def kept(self) -> list[Any]:
        """The valid forms of the rows that are not left out; empty spare rows do not count."""
        return [form for form in self.forms if form.has_changed() and form not in self.deleted_forms]


DayFormSet = formset_factory(DayForm, formset=RowFormSet, extra=0, can_delete=True, max_num=400, validate_max=True)
MilestoneFormSet = formset_factory(
    MilestoneRowForm, formset=RowFormSet, extra=1, can_delete=True, max_num=100, validate_max=True
)
