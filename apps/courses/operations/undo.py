"""Undoing an import, as if the roster had not been applied."""

from typing import Any

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.core import audit, mail
from apps.core.errors import Stale
from apps.courses.models import Course, Membership, RosterImport
from apps.courses.operations.locking import lock
from apps.courses.queries.effects import ACCOUNT_NAME, EMAIL, Altered, Undoing, effects_of, undoing, why_no_undo
from apps.courses.states import MembershipState


@transaction.atomic
def undo_roster(roster: RosterImport, *, seen: str, by: Any) -> Undoing:
    """Take back what the newest import did, and return what was done.

    `seen` is the mark of what the page showed: Stale when it is no longer so. Nobody's row or account is deleted, and
    what was changed again since the import stays.
    """
    course = lock(roster.course)
    roster = RosterImport.objects.select_for_update(of=("self",)).select_related("course").get(pk=roster.pk)
    if sentence := why_no_undo(roster):
        raise Stale(sentence)
    # People change their own names without the lock on the course.
    users = [member.user_id for member in effects_of(roster).members]
    list(User.objects.select_for_update().filter(pk__in=users).order_by("pk"))
    todo = undoing(roster)
    if todo.mark != seen:
        raise Stale("The course changed while you looked at this. Here is what undoing does now; nothing was done yet.")
    try:
        with transaction.atomic():
            _carry_out(course, todo, roster.filename, by)
    except IntegrityError:
        raise Stale(
            "Somebody else took one of these addresses at the same moment. Look again; nothing was done."
        ) from None
    roster.effects = {**(roster.effects or {}), "left_alone": todo.kept}
    roster.undo(by)
    roster.save()
    counts = {"out again": len(todo.leaving), "back": len(todo.returning), "changed back": len(todo.changed)}
    words = ", ".join(f"{count} {name}" for name, count in counts.items())
    summary = f"undid the import of the roster {roster.filename}: {words}"
    audit.record(course, "courses.undo_roster", summary, by=by, staff_only=True, roster=roster.pk)
    return todo


def _carry_out(course: Course, todo: Undoing, filename: str, by: Any) -> None:
    for member in todo.leaving:
        _move(member, MembershipState.DROPPED, f"took them out again: the import of {filename} was undone", by)
    for member in todo.returning:
        _move(member, MembershipState.ACTIVE, f"let them back in: the import of {filename} was undone", by)
    for item in todo.changed:
        _change_back(course, item, by)


def _move(member: Membership, state: MembershipState, words: str, by: Any) -> None:
    member.state = state
    member.save(update_fields=["state"])
    verb = "courses.roster_dropped" if state == MembershipState.DROPPED else "courses.roster_undone"
    audit.record(member, verb, words, by=by)


def _change_back(course: Course, item: Altered, by: Any) -> None:
    member, user = item.membership, item.membership.user
    for change in item.changes:
        if change.field == EMAIL:
            user.email = change.new
            _tell_both(course, change.old, change.new)
        elif change.field == ACCOUNT_NAME:
            user.name = change.new
        else:
            setattr(member, change.field, change.new)
    user.save(update_fields=["email", "name"])
    member.save()
    words = ", ".join(f"{change.label} {change.old or '—'} → {change.new or '—'}" for change in item.changes)
    audit.record(member, "courses.roster_undone", f"undid an import: {words}", by=by, staff_only=True)


def _tell_both(course: Course, now: str, afterwards: str) -> None:
    for address in (now, afterwards):
        mail.enqueue(
            address,
            "Your sign-in address has changed back",
            f"In {course} you sign in as {afterwards} again, no longer as {now}: the roster that said so was taken "
            "back.\nIf that is not you, write to your instructor.",
        )
