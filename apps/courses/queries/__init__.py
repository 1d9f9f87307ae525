"""Reading a course: its people, its calendar, and how a roster differs from it."""

from apps.courses.queries.calendar import CalendarChanges, Day, calendar_changes, calendar_days, calendar_mark
from apps.courses.queries.effects import Effects, Undoing, effects_of, undoing, why_no_undo
from apps.courses.queries.people import membership_of, staff_users
from apps.courses.queries.roster import Difference, compare

__all__ = [
    "CalendarChanges",
    "Day",
    "Difference",
    "Effects",
    "Undoing",
    "calendar_changes",
    "calendar_days",
    "calendar_mark",
    "compare",
    "effects_of",
    "membership_of",
    "staff_users",
    "undoing",
    "why_no_undo",
]
