"""Who may do what to a course. The predicates are shared by the apps above."""

from typing import Any

import rules

from apps.courses.models import STAFF_ROLES, Course, Membership
from apps.courses.states import Role


def course_of(obj: Any) -> Course:
    """The course an object belongs to: itself, its `.course`, or its pair's."""
    if isinstance(obj, Course):
        return obj
    if hasattr(obj, "course"):
        return obj.course
    return obj.pair.course


@rules.predicate
def is_site_admin(user: Any) -> bool:
    return user.is_authenticated and user.is_site_admin


@rules.predicate
def is_member(user: Any, obj: Any) -> bool:
    """An active member of the object's course, in any role."""
    return obj is not None and course_of(obj).role_of(user) is not None


@rules.predicate
def is_student(user: Any, obj: Any) -> bool:
    return obj is not None and course_of(obj).role_of(user) == Role.STUDENT


@rules.predicate
def is_course_staff(user: Any, obj: Any) -> bool:
    """An instructor or TA of the object's course; a site admin helps out everywhere."""
    return obj is not None and (user.is_site_admin or course_of(obj).role_of(user) in STAFF_ROLES)


@rules.predicate
def is_instructor(user: Any, obj: Any) -> bool:
    return obj is not None and (user.is_site_admin or course_of(obj).role_of(user) == Role.INSTRUCTOR)


@rules.predicate
def teaches_somewhere(user: Any) -> bool:
    return Membership.objects.active().filter(user=user, role=Role.INSTRUCTOR).exists()


rules.add_perm("courses.create", is_site_admin | teaches_somewhere)
rules.add_perm("courses.view", is_member | is_site_admin)
rules.add_perm("courses.view_members", is_course_staff)
rules.add_perm("courses.edit", is_instructor)
rules.add_perm("courses.edit_calendar", is_instructor)
rules.add_perm("courses.import_roster", is_instructor)
rules.add_perm("courses.manage_staff", is_instructor)
