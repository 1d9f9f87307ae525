"""Adding people to a course one by one, and changing what they are in it."""

from typing import Any

from django.db import transaction

from apps.accounts.operations import person_for
from apps.core import audit, mail
from apps.core.errors import Refused, Stale
from apps.courses.models import Course, Membership
from apps.courses.operations.locking import lock
from apps.courses.states import MembershipState, Role


@transaction.atomic
def add_member(course: Course, *, email: str, name: str, role: Role, section: str = "", by: Any) -> Membership:
    """Add one person, who gets a mail that says how to sign in. Somebody who had dropped comes back."""
    course = lock(course)
    user = person_for(email, name=name)
    if not user.is_active:
        raise Refused("This account is closed; a site admin can open it.", field="email")
    membership = course.memberships.filter(user=user).first()
    if membership and membership.state == MembershipState.ACTIVE:
        raise Refused(f"{user} is in the course already: {membership.get_role_display().lower()}.", field="email")
    membership = membership or Membership(course=course, user=user, roster_name=name)
    membership.role, membership.state = role, MembershipState.ACTIVE
    membership.section = section or membership.section
    membership.save()
    label = membership.get_role_display().lower()
    mail.send(user, f"You are in {course}", "mail/courses/added.txt", course=course, role=label)
    audit.record(membership, "courses.add_member", f"added {user} as {label}", by=by)
    audit.record(course, "courses.add_member", f"added {user} as {label}", by=by, staff_only=True)
    return membership


@transaction.atomic
def change_member(membership: Membership, *, role: Role, section: str, by: Any) -> Membership:
    """Change a member's role or section. A course keeps at least one instructor."""
    course, membership = _locked(membership)
    if role != Role.INSTRUCTOR:
        _keep_an_instructor(course, membership)
    changes = []
    if membership.role != role:
        changes.append(f"made {membership.user} {role.label.lower()}")
    if membership.section != section:
        changes.append(f"put {membership.user} into section “{section or 'none'}”")
    if not changes:
        return membership
    membership.role, membership.section = role, section
    membership.save(update_fields=["role", "section"])
    _record(course, membership, "courses.change_member", " and ".join(changes), by)
    return membership


@transaction.atomic
def drop_member(membership: Membership, *, by: Any) -> Membership:
    """Take somebody out of the course. The row stays, and so does everything they did."""
    course, membership = _locked(membership)
    if membership.state == MembershipState.DROPPED:
        raise Stale(f"{membership.user} is out of the course already.")
    _keep_an_instructor(course, membership)
    membership.state = MembershipState.DROPPED
    membership.save(update_fields=["state"])
    _record(course, membership, "courses.drop_member", f"took {membership.user} out of the course", by)
    return membership


@transaction.atomic
def restore_member(membership: Membership, *, by: Any) -> Membership:
    """Let somebody who had dropped back in, as what they were."""
    course, membership = _locked(membership)
    if membership.state == MembershipState.ACTIVE:
        raise Stale(f"{membership.user} is in the course already.")
    membership.state = MembershipState.ACTIVE
    membership.save(update_fields=["state"])
    _record(course, membership, "courses.restore_member", f"let {membership.user} back into the course", by)
    return membership


def _locked(membership: Membership) -> tuple[Course, Membership]:
    course = lock(membership.course)
    return course, course.memberships.select_related("user").get(pk=membership.pk)


def _keep_an_instructor(course: Course, leaving: Membership) -> None:
    """Two instructors who demote each other at once meet the lock on the course, so one of them stays."""
    if leaving.role != Role.INSTRUCTOR or leaving.state != MembershipState.ACTIVE:
        return
    if not course.memberships.active().filter(role=Role.INSTRUCTOR).exclude(pk=leaving.pk).exists():
        raise Refused("A course needs an instructor. Make somebody else one first.", field="role")


def _record(course: Course, membership: Membership, verb: str, words: str, by: Any) -> None:
    audit.record(membership, verb, words, by=by)
    audit.record(course, verb, words, by=by, staff_only=True)
