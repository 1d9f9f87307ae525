"""When students can no longer change who works with whom. The one definition, for every page and operation.

Pairs are locked from the first milestone of the kind "pairs formed" on; without one they never are. Staff go on.
"""

import datetime as dt

from django.utils import timezone

from apps.core.errors import Refused
from apps.courses.models import Course
from apps.courses.states import MilestoneKind


def locks_at(course: Course) -> dt.datetime | None:
    """The moment from which only staff form and part pairs; None when the course has set none."""
    milestone = course.milestone(MilestoneKind.PAIRS)
    return milestone.at if milestone else None


def has_passed(at: dt.datetime | None) -> bool:
    """Whether the lock that `locks_at` gave is behind us."""
    return at is not None and at <= timezone.now()


def is_locked(course: Course) -> bool:
    return has_passed(locks_at(course))


def refuse_when_locked(course: Course) -> None:
    """Refuse a student's change of pairs once they are locked; call it while the course is held.

    Moving the milestone holds the course too, so the lock cannot pass between this look and the commit.
    """
    at = locks_at(course)
    if at is not None and has_passed(at):
        raise Refused(f"Pairs are locked since {course.local(at):%-d %b, %H:%M %Z}. Ask the course staff.")
