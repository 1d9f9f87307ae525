"""What can be done to a course, its calendar, its people and its rosters."""

from apps.courses.operations.calendar import (
    MeetingEntry,
    MilestoneEntry,
    remove_meeting,
    remove_milestone,
    replace_calendar,
    save_meeting,
    save_milestone,
)
from apps.courses.operations.course import create_course, update_course
from apps.courses.operations.locking import lock
from apps.courses.operations.people import add_member, change_member, drop_member, restore_member
from apps.courses.operations.roster import apply_roster, discard_roster, stage_roster
from apps.courses.operations.undo import undo_roster

__all__ = [
    "MeetingEntry",
    "MilestoneEntry",
    "add_member",
    "apply_roster",
    "change_member",
    "create_course",
    "discard_roster",
    "drop_member",
    "lock",
    "remove_meeting",
    "remove_milestone",
    "replace_calendar",
    "restore_member",
    "save_meeting",
    "save_milestone",
    "stage_roster",
    "undo_roster",
    "update_course",
]
