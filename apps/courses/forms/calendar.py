import datetime as dt
from typing import Any

from django import forms

from apps.core.errors import Refused
from apps.core.forms import CrispyForm
from apps.courses.clock import END_OF_DAY, moment
from apps.courses.forms import widgets
from apps.courses.models import Course, Meeting, Milestone
from apps.courses.operations import MeetingEntry, MilestoneEntry
from apps.courses.states import MilestoneKind


class SensibleDateField(forms.DateField):
    """A day of this century: a slip such as the year 202 is caught here."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=widgets.day(min="2000-01-01", max="2100-12-31"), **kwargs)

    def clean(self, value: Any) -> dt.date | None:
        day = super().clean(value)
        if day and not 2000 <= day.year <= 2100:
            raise forms.ValidationError(f"The year {day.year} cannot be meant.")
        return day


class MilestoneFields(CrispyForm):
    """What a milestone is, with its day and time as the course's clocks show them; `clean` makes the moment."""

    kind = forms.ChoiceField(
        choices=MilestoneKind.choices,
        initial=MilestoneKind.OTHER,
        help_text="“Pairs formed” locks the pairs: from its moment on only course staff change who works with whom.",
    )
    title = forms.CharField(max_length=160)
    date = SensibleDateField(label="Day")
    time = forms.TimeField(widget=widgets.time(), initial=END_OF_DAY)
    zone: str

    def clean(self) -> dict[str, Any]:
        values = dict(super().clean() or self.cleaned_data)
        if values.get("date") and values.get("time"):
            try:
                values["at"] = moment(values["date"], values["time"], self.zone, field="time")
            except Refused as refusal:
                self.refuse(refusal)
        return values

    def entry(self, pk: int | None) -> MilestoneEntry:
        """What the valid form says."""
        values = self.cleaned_data
        return MilestoneEntry(kind=MilestoneKind(values["kind"]), title=values["title"], at=values["at"], pk=pk)


def local_initial(milestone: Milestone, course: Course) -> dict[str, Any]:
    """The initial values of MilestoneFields for a milestone."""
    local = course.local(milestone.at)
    return {"kind": milestone.kind, "title": milestone.title, "date": local.date(), "time": local.time()}


class MilestoneForm(MilestoneFields):
    def __init__(self, *args: Any, course: Course, milestone: Milestone | None = None, **kwargs: Any) -> None:
        self.zone = course.time_zone
        kwargs["initial"] = local_initial(milestone, course) if milestone else None
        super().__init__(*args, **kwargs)
        self.fields["time"].help_text = f"By the clocks of {course.zone_name}."


class MeetingForm(forms.ModelForm, CrispyForm):
    date = SensibleDateField(label="Day")

    class Meta:
        model = Meeting
        fields = ["date", "topic", "readings", "due", "notes"]
        widgets = {name: widgets.area() for name in ["topic", "readings", "due", "notes"]}
        help_texts = {"topic": "Markdown works in all of these, links too."}

    def entry(self) -> MeetingEntry:
        return MeetingEntry(**self.cleaned_data)
