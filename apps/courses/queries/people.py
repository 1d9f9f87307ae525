"""Reading who is in a course."""

from typing import Any

from apps.courses.models import Course, Membership


def membership_of(user: Any, course: Course) -> Membership | None:
    """The active membership of `user` in `course`, with the user, or None."""
    return Membership.objects.active().with_user().filter(course=course, user=user).first()


def staff_users(course: Course) -> list[Any]:
    """The active instructors and TAs as users, for mails."""
    return [membership.user for membership in course.memberships.active().staff().with_user()]
