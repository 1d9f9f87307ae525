"""Making a course and changing its name."""

from typing import Any

from django.db import IntegrityError, transaction

from apps.accounts.operations import person_for
from apps.core import audit, mail
from apps.core.errors import Refused
from apps.courses.models import Course, Membership
from apps.courses.operations.locking import lock
from apps.courses.states import Role


@transaction.atomic
def create_course(*, title: str, term: str, slug: str, time_zone: str, instructor_email: str, by: Any) -> Course:
    """Make a course whose instructor is the person with that address, and mail them.

    An instructor who makes a course for a colleague teaches it too; a site admin stays outside.
    """
    try:
        with transaction.atomic():
            course = Course.objects.create(title=title, term=term, slug=slug, time_zone=time_zone)
    except IntegrityError:
        raise Refused("Another course has this address.", field="slug") from None
    teachers = [person_for(instructor_email or by.email)]
    if not teachers[0].is_active:
        raise Refused("This person's account is closed.", field="instructor_email")
    if not by.is_site_admin and by not in teachers:
        teachers.append(by)
    for teacher in teachers:
        Membership.objects.create(course=course, user=teacher, role=Role.INSTRUCTOR)
        if teacher != by:
            mail.send(teacher, f"You teach {course}", "mail/courses/added.txt", course=course, role="instructor")
    audit.record(course, "courses.create", "made the course", by=by)
    return course


@transaction.atomic
def update_course(course: Course, *, title: str, term: str, time_zone: str, by: Any) -> Course:
    """Rename a course or move it to another zone; deadlines stay the moments they are."""
    course = lock(course)
    new = {"title": title, "term": term, "time_zone": time_zone}
    changed = [name for name, value in new.items() if getattr(course, name) != value]
    if not changed:
        return course
    for name in changed:
        setattr(course, name, new[name])
    course.save(update_fields=changed)
    words = ", ".join(f"{name.replace('_', ' ')} to “{new[name]}”" for name in changed)
    audit.record(course, "courses.update", f"changed the {words}", by=by)
    return course
