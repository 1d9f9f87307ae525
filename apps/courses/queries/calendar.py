"""Reading a course's calendar."""

import datetime as dt
import hashlib
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


@dataclass
class CalendarChanges:
    """What replacing the class days would do: how many stay as they are, change or come; and those that go."""

    same: int = 0
    changed: int = 0
    new: int = 0
    gone: list[Meeting] = field(default_factory=list)


def calendar_changes(course: Course, days: list[ClassDay]) -> CalendarChanges | None:
    """The calendar as it stands against `days`, by date; None when there is none yet."""
    standing: dict[dt.date, list[Meeting]] = {}
    for meeting in course.meetings.all():
        standing.setdefault(meeting.date, []).append(meeting)
    if not standing:
        return None
    changes = CalendarChanges()
    for day in days:
        meetings = standing.get(day.date)
        if not meetings:
            changes.new += 1
            continue
        old = meetings.pop(0)
        same = (old.topic, old.readings, old.due, old.notes) == (day.topic, day.readings, day.due, day.notes)
        changes.same += same
        changes.changed += not same
    changes.gone = [meeting for meetings in standing.values() for meeting in meetings]
    return changes
