"""Who may open the pages of a course."""

from typing import Any

from django.utils import timezone

from apps.courses.states import ImportState
from tests.access import MEMBERS, SIGNED_IN, STAFF, STUDENTS, Row
from tests.factories.courses import RosterImportFactory

TEACHERS = ("instructor", "admin")
OTHERS = (*STUDENTS, "ta")


def nothing(world: Any) -> list[Any]:
    return []


def milestone(world: Any) -> list[Any]:
    return [world.course.slug, world.milestone.pk]


def meeting(world: Any) -> list[Any]:
    return [world.course.slug, world.meeting.pk]


def student(world: Any) -> list[Any]:
    return [world.course.slug, world.membership["partner"].pk]


def roster(world: Any) -> list[Any]:
    return [world.course.slug, world.roster_import.pk]


def applied_roster(world: Any) -> list[Any]:
    effects = {"added": [world.membership["partner"].pk], "dropped": [], "changed": []}
    applied = RosterImportFactory(
        course=world.course, by=world.instructor, state=ImportState.APPLIED, decided_at=timezone.now(), effects=effects
    )
    return [world.course.slug, applied.pk]


def teachers_only(name: str, args: Any = None, **more: Any) -> Row:
    """A page for instructors, which TAs and students of the course may not open."""
    return Row(f"course:{name}", ok=TEACHERS, forbidden=OTHERS, **({"args": args} if args else {}), **more)


ROWS = [
    Row(
        "courses:create",
        ok=("instructor", "guest", "admin"),
        forbidden=tuple(role for role in SIGNED_IN if role not in {"instructor", "guest", "admin"}),
        args=nothing,
    ),
    Row("course:home", ok=MEMBERS),
    teachers_only("settings"),
    teachers_only("settings", method="post"),
    teachers_only("syllabus"),
    teachers_only("syllabus", method="post"),
    teachers_only("syllabus_save", method="post", status=(302,)),
    teachers_only("milestone_add"),
    teachers_only("milestone_add", method="post"),
    teachers_only("milestone_edit", milestone),
    teachers_only("milestone_edit", milestone, method="post"),
    teachers_only("milestone_remove", milestone, method="post", status=(302, 404)),
    teachers_only("meeting_add"),
    teachers_only("meeting_add", method="post"),
    teachers_only("meeting_edit", meeting),
    teachers_only("meeting_edit", meeting, method="post"),
    teachers_only("meeting_remove", meeting, method="post", status=(302, 404)),
    Row("course:members", ok=STAFF, forbidden=STUDENTS),
    teachers_only("member_add"),
    teachers_only("member_add", method="post"),
    Row("course:member", ok=STAFF, forbidden=STUDENTS, args=student),
    teachers_only("member", student, method="post"),
    teachers_only("member_drop", student, method="post", status=(302,)),
    teachers_only("roster_upload"),
    teachers_only("roster_upload", method="post"),
    teachers_only("roster_preview", roster),
    teachers_only("roster_preview", roster, method="post"),
    teachers_only("roster_discard", roster, method="post", status=(302,)),
    teachers_only("roster_undo", applied_roster),
    teachers_only("roster_undo", applied_roster, method="post"),
]
