"""Reading a course's calendar."""

import datetime as dt
import hashlib
import itertools
import json
from dataclasses import dataclass, field

from django.utils import timezone

from apps.courses.models import Course, Meeting, Milestone
from apps.courses.syllabus import ClassDay


@dataclass
class Day:
    """What stands in the calendar on one day: class meetings, milestones, or both."""

    date: dt.date
    meetings: list[Meeting] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    is_past: bool = False
    is_next: bool = False


def calendar_days(course: Course) -> list[Day]:
    """The course's days in order; the next one with a class (today's counts) is marked."""
    today = course.local(timezone.now()).date()
    days: dict[dt.date, Day] = {}
    for meeting in course.meetings.all():
        days.setdefault(meeting.date, Day(meeting.date)).meetings.append(meeting)
    for milestone in course.milestones.all():
        date = course.local(milestone.at).date()
        days.setdefault(date, Day(date)).milestones.append(milestone)
    ordered = [days[date] for date in sorted(days)]
    for day in ordered:
        day.is_past = day.date < today
    upcoming = next((day for day in ordered if day.meetings and not day.is_past), None)
    if upcoming:
        upcoming.is_next = True
    return ordered


def calendar_mark(course: Course) -> str:
    """A short mark of the calendar as it stands; another one means that somebody changed it."""
    meetings = course.meetings.order_by("pk").values_list("pk", "date", "topic", "readings", "due", "notes")
    milestones = course.milestones.order_by("pk").values_list("pk", "kind", "title", "at")
    text = json.dumps([list(meetings), list(milestones)], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class DayChange:
    """A class day that another takes the place of: (what, old, new) for each text that differs, shortened."""

    date: dt.date
    texts: list[tuple[str, str, str]]


@dataclass
class CalendarChanges:
    """What an import would do to the calendar as it stands, so that nobody's edits are lost unseen.

    `moved` are milestones with their old and new moment by the course's clocks.
    """

    same: int = 0
    new: int = 0
    changed: list[DayChange] = field(default_factory=list)
    gone: list[Meeting] = field(default_factory=list)
    milestones_same: int = 0
    milestones_new: int = 0
    moved: list[tuple[Milestone, dt.datetime, dt.datetime]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.changed or self.gone or self.milestones_new or self.moved)


def calendar_changes(
    course: Course, days: list[ClassDay], moments: list[tuple[int | None, dt.datetime]]
) -> CalendarChanges | None:
    """The calendar as it stands against `days`, by date, and against `moments`; None when there is none yet.

    `moments` are the milestones to be saved: which one each is, if it stands there, and when, by the course's clocks.
    """
    meetings, milestones = list(course.meetings.all()), {stone.pk: stone for stone in course.milestones.all()}
    if not meetings and not milestones:
        return None
    changes = CalendarChanges()
    _compare_days(meetings, days, changes)
    for pk, new in moments:
        milestone = milestones.get(pk) if pk is not None else None
        if milestone is None:
            changes.milestones_new += 1
            continue
        old = course.local(milestone.at).replace(tzinfo=None)
        if old == new:
            changes.milestones_same += 1
        else:
            changes.moved.append((milestone, old, new))
    return changes


def _compare_days(meetings: list[Meeting], days: list[ClassDay], changes: CalendarChanges) -> None:
    standing: dict[dt.date, list[Meeting]] = {}
    for meeting in meetings:
        standing.setdefault(meeting.date, []).append(meeting)
    for day in days:
        if not standing.get(day.date):
            changes.new += 1
            continue
        old = standing[day.date].pop(0)
        # Browsers send other line ends than tables have: spaces alone are no change.
        names = ("topic", "readings", "due", "notes")
        pairs = [(name, *(" ".join(getattr(one, name).split()) for one in (old, day))) for name in names]
        texts = [(name, *_excerpts(before, after)) for name, before, after in pairs if before != after]
        if texts:
            changes.changed.append(DayChange(day.date, texts))
        else:
            changes.same += 1
    changes.gone = [meeting for left in standing.values() for meeting in left]


def _excerpts(old: str, new: str, width: int = 80) -> tuple[str, str]:
    """Two texts cut to where they differ, with a few words before it."""
    alike = sum(1 for _ in itertools.takewhile(lambda both: both[0] == both[1], zip(old, new, strict=False)))
    start = 0 if alike < width // 2 else max(old.rfind(" ", 0, alike - 20) + 1, alike - width // 2)

    def cut(text: str) -> str:
        tail = text[start:]
        return ("…" if start else "") + (tail if len(tail) <= width else f"{tail[:width].rstrip()}…")

    return cut(old), cut(new)
