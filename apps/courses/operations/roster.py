"""A roster from its upload to the yes."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.accounts.operations import person_for
from apps.core import audit, mail
from apps.core.errors import Refused, Stale
from apps.courses.models import Course, Membership, RosterImport
from apps.courses.operations.locking import lock
from apps.courses.queries import Difference, compare
from apps.courses.queries.effects import ACCOUNT_NAME, value_of
from apps.courses.queries.roster import Change, Changed
from apps.courses.roster import Person
from apps.courses.states import ImportState, MembershipState, Role

IDENTITY = ["roster_name", "section", "canvas_id", "sis_id", "sis_login"]


@transaction.atomic
def stage_roster(
    course: Course, *, filename: str, people: Sequence[Person], notes: Sequence[str], by: Any
) -> RosterImport:
    """Keep what was read from a file for its preview. Earlier uploads of the same person are let go."""
    for earlier in course.roster_imports.filter(by=by, state=ImportState.PREVIEW).select_for_update():
        earlier.discard()
        earlier.save()
    return RosterImport.objects.create(
        course=course,
        by=by,
        filename=filename[:200],
        rows=[dataclasses.asdict(person) for person in people],
        notes=list(notes),
    )


@transaction.atomic
def discard_roster(roster: RosterImport, *, by: Any) -> None:
    """Decide not to import a roster."""
    roster = _open(roster)
    roster.discard()
    roster.save()
    audit.record(
        roster.course, "courses.discard_roster", f"let go of the roster {roster.filename}", by=by, staff_only=True
    )


@transaction.atomic
def apply_roster(
    roster: RosterImport,
    *,
    addresses: Mapping[int, str],
    drop: Iterable[int],
    seen: str,
    is_sure: bool = False,
    by: Any,
) -> Difference:
    """Import a roster as its preview showed it, and return what was done.

    `addresses` are those given in the preview, by the line of the file; `drop` the memberships to be dropped, of those
    that the file does not name. `seen` is the difference's mark in the preview: Stale when it is no longer so.
    `is_sure` says that a large part of the course leaves indeed; Refused without it.
    """
    course = lock(roster.course)
    roster = _open(roster)
    people = [Person(**row) for row in roster.rows]
    if compare(course, people).mark != seen:
        raise Stale(
            "The course changed while you looked at this. Here is what the import does now; nothing was done yet."
        )
    people = [_with_address(person, addresses) for person in people]
    difference = compare(course, people)
    _refuse_used_addresses(difference, people, addresses)
    difference.gone, difference.elsewhere = _leaving(difference, set(drop), is_sure), []
    try:
        with transaction.atomic():
            roster.effects = _carry_out(course, difference, by)
    except IntegrityError:
        raise Stale(
            "Somebody else brought in one of these people at the same moment. Look again; nothing was done."
        ) from None
    roster.rows = [dataclasses.asdict(person) for person in people]
    roster.apply()
    roster.save()
    _record_import(roster, difference, by)
    return difference


def _record_import(roster: RosterImport, done: Difference, by: Any) -> None:
    counts = {"new": len(done.new), "changed": len(done.changed), "dropped": len(done.gone)}
    words = ", ".join(f"{count} {name}" for name, count in counts.items())
    summary = f"imported the roster {roster.filename}: {words}"
    audit.record(roster.course, "courses.apply_roster", summary, by=by, staff_only=True, roster=roster.pk, **counts)


def _leaving(difference: Difference, drop: set[int], is_sure: bool) -> list[Membership]:
    """Those to be dropped, of those that the file does not name."""
    leaving = [member for member in [*difference.gone, *difference.elsewhere] if member.pk in drop]
    if difference.are_many(len(leaving)) and not is_sure:
        raise Refused(
            f"{len(leaving)} of {difference.students} students would leave. Is this the roster of another section or "
            "course? If they have left, say so below.",
            field="is_sure",
        )
    return leaving


def _open(roster: RosterImport) -> RosterImport:
    roster = RosterImport.objects.select_for_update(of=("self",)).select_related("course").get(pk=roster.pk)
    if roster.state != ImportState.PREVIEW:
        raise Stale(f"This roster was {roster.get_state_display()} already.")
    return roster


def _with_address(person: Person, addresses: Mapping[int, str]) -> Person:
    given = addresses.get(person.line, "").strip().lower()
    return dataclasses.replace(person, email=given, trouble="") if given and not person.email else person


def _refuse_used_addresses(difference: Difference, people: Sequence[Person], addresses: Mapping[int, str]) -> None:
    """An address typed in the preview must be nobody else's."""
    typed = {line for line, address in addresses.items() if address.strip()}
    known = {person.email: person.line for person in people if person.email and person.line not in typed}
    for person in people:
        if person.line not in typed or not person.email:
            continue
        if person.email in known:
            raise Refused(f"Line {known[person.email]} has this address.", field=f"address-{person.line}")
        known[person.email] = person.line
    blocked = [(item.person.line, item.reason) for item in difference.blocked]
    taken = [(item.person.line, "This is a member's address.") for item in difference.changed]
    for line, reason in [*blocked, *taken]:
        if line in typed:
            raise Refused(reason, field=f"address-{line}")


def _carry_out(course: Course, difference: Difference, by: Any) -> dict[str, Any]:
    """Write the difference; returned is what an undo has to know, as `queries.effects` reads it."""
    # First what is taken away or changed, so that a number can pass from one person to another.
    for member in difference.gone:
        member.state = MembershipState.DROPPED
        member.save(update_fields=["state"])
        audit.record(member, "courses.roster_dropped", "dropped them: the new roster does not name them", by=by)
    changed = [_row(item.membership, _change(course, item, by)) for item in difference.changed]
    nameless = User.objects.filter(name="", email__in=[person.email for person in difference.new])
    nameless_addresses, added = set(nameless.values_list("email", flat=True)), []
    for person in difference.new:
        user = person_for(person.email, name=person.name)
        facts = {"roster_name": person.name, **{name: getattr(person, name) for name in IDENTITY[1:]}}
        member = Membership.objects.create(course=course, user=user, role=Role.STUDENT, **facts)
        added.append(member.pk)
        if person.email in nameless_addresses:
            changed.append(_row(member, [Change(ACCOUNT_NAME, "shown as", "", user.name)]))
    return {"added": added, "dropped": [member.pk for member in difference.gone], "changed": changed}


def _row(member: Membership, changes: Iterable[Change]) -> dict[str, Any]:
    return {"member": member.pk, "changes": [dataclasses.asdict(change) for change in changes]}


def _change(course: Course, item: Changed, by: Any) -> list[Change]:
    """Write what changes about one member, and return it with what stood in their fields, their account's too."""
    member, user, renames_account = item.membership, item.membership.user, item.renames_account
    # Where no roster has named somebody yet, the difference shows the name of the account.
    done = [dataclasses.replace(change, old=value_of(member, change.field)) for change in item.changes]
    for change in item.changes:
        if change.field == "email":
            user.email = change.new
            user.save(update_fields=["email"])
            mail.enqueue(
                change.old,
                "Your sign-in address has changed",
                f"In {course} you sign in as {change.new} from now on, because the roster says so.\n"
                "If that is not you, write to your instructor.",
            )
            continue
        if change.field == "roster_name" and renames_account:
            done.append(Change(ACCOUNT_NAME, "shown as", user.name, change.new))
            user.name = change.new
            user.save(update_fields=["name"])
        setattr(member, change.field, change.new)
    member.save()
    words = ", ".join(f"{change.label} {change.old or '—'} → {change.new}" for change in item.changes)
    audit.record(member, "courses.roster_changed", f"imported a roster that changed {words}", by=by, staff_only=True)
    return done
