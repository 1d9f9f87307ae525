"""Changing the calendar: whole, from a syllabus, or one entry at a time."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from apps.core import audit
from apps.core.errors import Refused, Stale
from apps.courses.models import Course, Meeting, Milestone
from apps.courses.operations.locking import lock
from apps.courses.queries import calendar_mark
from apps.courses.states import MilestoneKind


@dataclass(frozen=True)
class MeetingEntry:
    date: dt.date
    topic: str = ""
    readings: str = ""
    due: str = ""
    notes: str = ""


@dataclass(frozen=True)
class MilestoneEntry:
    """A milestone to be kept; `pk` says which one it is when it stands in the calendar already."""

    kind: MilestoneKind
    title: str
    at: dt.datetime
    pk: int | None = None


@transaction.atomic
def replace_calendar(
    course: Course,
    *,
    meetings: Sequence[MeetingEntry],
    milestones: Sequence[MilestoneEntry],
    dropped: Iterable[int],
    time_zone: str,
    seen: str,
    by: Any,
) -> Course:
    """Put `meetings` in the place of all class days; save `milestones` and remove the `dropped` ones.

    Milestones that are not mentioned stay. `seen` is the calendar's mark when the preview was made: Stale when
    somebody changed the calendar since.
    """
    course = lock(course)
    if seen != calendar_mark(course):
        raise Stale(
            "The calendar was changed while you looked at this. Your entries are all here; save again to use them."
        )
    if not meetings and not milestones:
        raise Refused("Everything is left out, so there is nothing to save.")
    course.meetings.all().delete()
    Meeting.objects.bulk_create(Meeting(course=course, **vars(entry)) for entry in meetings)
    course.milestones.filter(pk__in=dropped).delete()
    for entry in milestones:
        _save_milestone(course, entry)
    if course.time_zone != time_zone:
        course.time_zone = time_zone
        course.save(update_fields=["time_zone"])
    summary = f"replaced the calendar: {len(meetings)} class days, {len(milestones)} milestones"
    audit.record(course, "courses.replace_calendar", summary, by=by)
    return course


def _save_milestone(course: Course, entry: MilestoneEntry) -> tuple[Milestone, dt.datetime | None]:
    """The saved milestone and, when it stood there before, its old moment."""
    standing = course.milestones.filter(pk=entry.pk).first() if entry.pk is not None else None
    milestone = standing or Milestone(course=course)
    before = milestone.at
    milestone.kind, milestone.title, milestone.at = entry.kind, entry.title, entry.at
    milestone.save()
    return milestone, before


@transaction.atomic
def save_milestone(course: Course, entry: MilestoneEntry, *, by: Any) -> Milestone:
    """Add a milestone, or change the one that `entry.pk` names."""
    course = lock(course)
    if entry.pk is not None and not course.milestones.filter(pk=entry.pk).exists():
        raise Stale("Somebody removed this milestone in the meantime. Save again to add it anew.")
    milestone, before = _save_milestone(course, entry)
    moment = f"{course.local(entry.at):%-d %b %Y, %H:%M %Z}"
    if before is None:
        words = f"added the milestone “{entry.title}”, {moment}"
    elif before != entry.at:
        words = f"moved the milestone “{entry.title}” from {course.local(before):%-d %b %Y, %H:%M %Z} to {moment}"
    else:
        words = f"changed the milestone “{entry.title}”"
    audit.record(course, "courses.save_milestone", words, by=by)
    return milestone


@transaction.atomic
def remove_milestone(milestone: Milestone, *, by: Any) -> None:
    """Take a milestone out of the calendar; doing it twice is no error."""
    course = lock(milestone.course)
    removed, _ = course.milestones.filter(pk=milestone.pk).delete()
    if removed:
        audit.record(course, "courses.remove_milestone", f"removed the milestone “{milestone.title}”", by=by)


@transaction.atomic
def save_meeting(course: Course, entry: MeetingEntry, *, meeting: Meeting | None = None, by: Any) -> Meeting:
    """Add a class day, or change `meeting`."""
    course = lock(course)
    if meeting is not None and not course.meetings.filter(pk=meeting.pk).exists():
        raise Stale("Somebody removed this class day in the meantime. Save again to add it anew.")
    saved = meeting or Meeting(course=course)
    for name, value in vars(entry).items():
        setattr(saved, name, value)
    saved.save()
    verb = "changed" if meeting else "added"
    audit.record(course, "courses.save_meeting", f"{verb} the class of {entry.date:%-d %b %Y}", by=by)
    return saved


@transaction.atomic
def remove_meeting(meeting: Meeting, *, by: Any) -> None:
    """Take a class day out of the calendar; doing it twice is no error."""
    course = lock(meeting.course)
    removed, _ = course.meetings.filter(pk=meeting.pk).delete()
    if removed:
        audit.record(course, "courses.remove_meeting", f"removed the class of {meeting.date:%-d %b %Y}", by=by)
