"""The forms of a day, of a move and of a draw. They read; whether it is allowed, plans and operations say."""

import datetime as dt
import re
import zoneinfo
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms

from apps.core.forms import CrispyForm
from apps.core.text import one_line, plain
from apps.courses.models import Course
from apps.pairs.models import Pair
from apps.scheduling.drawing import MAX_SEED
from apps.scheduling.models import Event, Slot
from apps.scheduling.plans import Plan
from apps.scheduling.queries import pair_name
from apps.scheduling.states import EventKind
from apps.scheduling.times import NoSuchTime, Pause, Shape, clock, in_words, to_utc

A_BREAK = re.compile(r"(\d{1,2})[:.](\d{2})\s*(?:-|–|—|to|until)\s*(\d{1,2})[:.](\d{2})(?:[\s,:]+(.*))?", re.ASCII)
FIRST_YEAR, LAST_YEAR = 2000, 2200
TIME_INPUT = {"type": "time", "step": "60"}


class DayForm(CrispyForm):
    """A day as staff describe it: all times are the course's."""

    kind = forms.ChoiceField(choices=EventKind.choices, label="What it is")
    title = forms.CharField(max_length=160, error_messages={"required": "Give the day a title."})
    date = forms.DateField(
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "Say on which date.", "invalid": "This is not a date; write it like 2024-12-04."},
    )
    start = forms.TimeField(
        label="From",
        widget=forms.TimeInput(format="%H:%M", attrs=TIME_INPUT),
        error_messages={"required": "Say when it begins.", "invalid": "This is not a time; write it like 10:00."},
    )
    end = forms.TimeField(
        label="To",
        widget=forms.TimeInput(format="%H:%M", attrs=TIME_INPUT),
        error_messages={"required": "Say when it ends.", "invalid": "This is not a time; write it like 14:30."},
    )
    rooms = forms.CharField(
        label="Rooms",
        widget=forms.Textarea(attrs={"rows": 2, "data-grow": ""}),
        max_length=4000,
        help_text="One on each line. Pairs present in all rooms at the same time.",
        error_messages={"required": "Name at least one room; “Online” is one too."},
    )
    slot_minutes = forms.IntegerField(
        label="Minutes for each pair", initial=12, error_messages={"required": "Say how long a slot is."}
    )
    changeover_minutes = forms.IntegerField(label="Minutes of changeover between", initial=0, required=False)
    breaks = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "data-grow": "", "placeholder": "12:00–12:30 Lunch"}),
        help_text="One on each line, with a name if you like. No slot lies in a break.",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.course = course

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.layout = Layout(
            Row(Column("kind", css_class="col-sm-4"), Column("title", css_class="col-sm-8")),
            Row(
                Column("date", css_class="col-sm-4"),
                Column("start", css_class="col-6 col-sm-4"),
                Column("end", css_class="col-6 col-sm-4"),
            ),
            Row(
                Column("slot_minutes", css_class="col-sm-6"),
                Column("changeover_minutes", css_class="col-sm-6"),
                css_class="align-items-end",
            ),
            Row(Column("rooms", css_class="col-sm-6"), Column("breaks", css_class="col-sm-6")),
            "revision",
        )
        return helper

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return self.course.zone

    def clean_title(self) -> str:
        title = one_line(self.cleaned_data["title"])
        if not title:
            raise forms.ValidationError("Give the day a title.")
        return title

    def clean_date(self) -> dt.date:
        date = self.cleaned_data["date"]
        if not FIRST_YEAR <= date.year <= LAST_YEAR:
            raise forms.ValidationError(f"{date.year} cannot be the right year.")
        return date

    def clean_rooms(self) -> list[str]:
        return [name for line in self.cleaned_data["rooms"].splitlines() if (name := one_line(line))]

    def clean_changeover_minutes(self) -> int:
        return self.cleaned_data["changeover_minutes"] or 0

    def clean(self) -> None:
        """Turn the times on the wall into moments."""
        date = self.cleaned_data.get("date")
        if date is None:
            return
        for name in ("start", "end"):
            if self.cleaned_data.get(name) is not None:
                self.cleaned_data[f"{name}s_at"] = self._moment(name, date, self.cleaned_data[name])
        self.cleaned_data["pauses"] = self._pauses(date, self.cleaned_data.get("breaks", ""))

    def plan(self) -> Plan:
        """What a valid form describes."""
        data = self.cleaned_data
        shape = Shape(
            data["starts_at"],
            data["ends_at"],
            data["slot_minutes"],
            data["changeover_minutes"],
            tuple(data["rooms"]),
            tuple(data["pauses"]),
        )
        return Plan(data["kind"], data["title"], shape)

    def _moment(self, field: str, date: dt.date, time: dt.time) -> dt.datetime | None:
        try:
            return to_utc(date, time, self.zone)
        except NoSuchTime as error:
            self.add_error(field, str(error))
            return None

    def _pauses(self, date: dt.date, text: str) -> list[Pause]:
        found = []
        for number, line in enumerate(plain(text).splitlines(), start=1):
            if not line.strip():
                continue
            try:
                match = A_BREAK.fullmatch(line.strip())
                if match is None:
                    raise ValueError(line)
                first, last = (dt.time(int(match[at]), int(match[at + 1])) for at in (1, 3))
                label = one_line(match[5] or "")[:80]
                found.append(Pause(to_utc(date, first, self.zone), to_utc(date, last, self.zone), label))
            except NoSuchTime as error:
                self.add_error("breaks", str(error))
            except ValueError:
                what = f"Line {number}, “{line.strip()[:40]}”, is not a break"
                self.add_error("breaks", f"{what}: write it like 12:00–12:30 Lunch.")
        return found


def initial_of(event: Event) -> dict[str, Any]:
    """A day as its form shows it."""
    zone = event.course.zone
    shape = event.shape
    start = shape.starts_at.astimezone(zone)
    return {
        "kind": event.kind,
        "title": event.title,
        "date": start.date(),
        "start": start.time(),
        "end": shape.ends_at.astimezone(zone).time(),
        "rooms": "\n".join(shape.rooms),
        "slot_minutes": shape.slot_minutes,
        "changeover_minutes": shape.changeover_minutes,
        "breaks": "\n".join(
            f"{clock(pause.starts_at, zone)}–{clock(pause.ends_at, zone)} {pause.label}".strip()
            for pause in shape.pauses
        ),
        "revision": event.revision,
    }


class MoveForm(CrispyForm):
    """Which pair goes to which slot."""

    pair = forms.TypedChoiceField(
        coerce=int, error_messages={"invalid_choice": "This pair takes no part in this day. Choose another."}
    )
    slot = forms.TypedChoiceField(
        coerce=int,
        label="Goes to",
        error_messages={"invalid_choice": "This slot is not there any more. Choose another."},
    )

    def __init__(
        self, *args: Any, pairs: list[Pair], slots: list[Slot], zone: zoneinfo.ZoneInfo, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        at = {slot.pair_id: in_words(slot.starts_at, slot.ends_at, zone, date=False) for slot in slots}
        chosen, goes_to = cast(forms.ChoiceField, self.fields["pair"]), cast(forms.ChoiceField, self.fields["slot"])
        chosen.choices = [("", "Choose a pair"), *self._pairs(pairs, at)]
        goes_to.choices = [("", "Choose a slot"), *((slot.pk, self._label(slot, zone)) for slot in slots)]

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.layout = Layout(Row(Column("pair", css_class="col-sm-6"), Column("slot", css_class="col-sm-6")))
        return helper

    @staticmethod
    def _pairs(pairs: list[Pair], at: dict[int | None, str]) -> list[tuple[int, str]]:
        return [(pair.pk, f"{pair} — {at.get(pair.pk, 'no slot yet')}") for pair in pairs]

    @staticmethod
    def _label(slot: Slot, zone: zoneinfo.ZoneInfo) -> str:
        words = f"{in_words(slot.starts_at, slot.ends_at, zone, date=False)}, {slot.room}"
        who = pair_name(slot.pair) if slot.pair else "free"
        return f"{words} — {who}{', locked' if slot.is_locked else ''}"


class DrawForm(CrispyForm):
    """How slots are drawn."""

    seed = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MAX_SEED - 1,
        help_text="Leave it empty for a new one. The same seed and the same pairs give the same order.",
        error_messages={"invalid": f"A seed is a whole number from 0 to {MAX_SEED - 1:,}."},
    )
    redraw = forms.BooleanField(
        required=False, label="Take back the slots of the last draw first; locked and hand-placed pairs stay"
    )


class CancelForm(CrispyForm):
    """Why a day is called off."""

    message = forms.CharField(
        required=False,
        max_length=2000,
        label="What to tell everybody",
        widget=forms.Textarea(attrs={"rows": 3, "data-grow": ""}),
        help_text="Stands on the day's page and in the mail.",
    )

    def clean_message(self) -> str:
        return plain(self.cleaned_data["message"])
