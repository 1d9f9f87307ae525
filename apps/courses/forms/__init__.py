"""The forms of a course."""

from apps.courses.forms.calendar import MeetingForm, MilestoneForm
from apps.courses.forms.course import CourseForm, CourseSettingsForm
from apps.courses.forms.people import AddMemberForm, MemberForm
from apps.courses.forms.roster import RosterDecisionForm, RosterUploadForm
from apps.courses.forms.syllabus import DayFormSet, MilestoneFormSet, SyllabusForm

__all__ = [
    "AddMemberForm",
    "CourseForm",
    "CourseSettingsForm",
    "DayFormSet",
    "MeetingForm",
    "MemberForm",
    "MilestoneForm",
    "MilestoneFormSet",
    "RosterDecisionForm",
    "RosterUploadForm",
    "SyllabusForm",
]
