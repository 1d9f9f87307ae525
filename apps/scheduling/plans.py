"""What staff ask for when they make a day, and whether it can be one."""

import datetime as dt
from dataclasses import dataclass

from apps.core.errors import Refused
from apps.courses.models import Course
from apps.scheduling import times
from apps.scheduling.times import MAX_ROOMS, MAX_SLOTS, Shape, clock

MAX_SLOT_MINUTES = 480
MAX_CHANGEOVER_MINUTES = 120
# A day may lie a little outside the calendar (a make-up day after the term), not a year off.
NEAR = dt.timedelta(days=60)


@dataclass(frozen=True)
class Plan:
    """A day as staff describe it."""

    kind: str
    title: str
    shape: Shape


def check(plan: Plan, *, course: Course) -> None:
    """Raise Refused, naming the form's field, when `plan` is not a day that can be held in `course`."""
    shape = plan.shape
    if shape.ends_at <= shape.starts_at:
        raise Refused("The day has to end after it starts.", field="end")
    _check_rooms(shape)
    if not 1 <= shape.slot_minutes <= MAX_SLOT_MINUTES:
        raise Refused(f"A slot lasts from 1 to {MAX_SLOT_MINUTES} minutes.", field="slot_minutes")
    if not 0 <= shape.changeover_minutes <= MAX_CHANGEOVER_MINUTES:
        raise Refused(f"Changeover lasts from 0 to {MAX_CHANGEOVER_MINUTES} minutes.", field="changeover_minutes")
    _check_pauses(shape, course)
    _check_date(shape, course)
    slots = times.count(shape)
    if not slots:
        span = f"{clock(shape.starts_at, course.zone)} and {clock(shape.ends_at, course.zone)}"
        raise Refused(f"No slot of {shape.slot_minutes} minutes fits between {span}.", field="slot_minutes")
    if slots > MAX_SLOTS:
        raise Refused(
            f"This makes more than {MAX_SLOTS} slots. Make them longer, or the day shorter.", field="slot_minutes"
        )


def _check_rooms(shape: Shape) -> None:
    if not shape.rooms:
        raise Refused("Name at least one room; “Online” is one too.", field="rooms")
    if len(shape.rooms) > MAX_ROOMS:
        raise Refused(f"A day has at most {MAX_ROOMS} rooms.", field="rooms")
    seen = set()
    for name in shape.rooms:
        if len(name) > 80:
            raise Refused(f"A room's name has at most 80 characters: “{name[:40]}…” is longer.", field="rooms")
        if name.casefold() in seen:
            raise Refused(f"“{name}” stands there twice.", field="rooms")
        seen.add(name.casefold())


def _check_pauses(shape: Shape, course: Course) -> None:
    for pause in shape.pauses:
        words = f"{clock(pause.starts_at, course.zone)}–{clock(pause.ends_at, course.zone)}"
        if pause.ends_at <= pause.starts_at:
            raise Refused(f"The break {words} has to end after it starts.", field="breaks")
        if pause.starts_at < shape.starts_at or pause.ends_at > shape.ends_at:
            day = f"{clock(shape.starts_at, course.zone)}–{clock(shape.ends_at, course.zone)}"
            raise Refused(f"The break {words} lies outside the day, {day}.", field="breaks")


def _check_date(shape: Shape, course: Course) -> None:
    """Catch a wrong year, the commonest slip in a date."""
    known = [*course.meetings.values_list("date", flat=True)]
    known += [course.local(at).date() for at in course.milestones.values_list("at", flat=True)]
    if not known:
        return
    first, last, date = min(known), max(known), course.local(shape.starts_at).date()
    if not first - NEAR <= date <= last + NEAR:
        span = f"{first.day} {first:%b %Y} to {last.day} {last:%b %Y}"
        raise Refused(f"The course's calendar runs from {span}. Is {date.year} the right year?", field="date")
