"""How a roster differs from the course as it stands."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from apps.accounts.models import User
from apps.courses.models import Course, Membership
from apps.courses.roster import Person
from apps.courses.states import MembershipState, Role


@dataclass(frozen=True)
class Change:
    """One fact about a member that the roster has otherwise. `field` is the field's name."""

    field: str
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Changed:
    """A member whom the roster has otherwise. `is_shared`: the account is not this course's alone."""

    person: Person
    membership: Membership
    changes: list[Change]
    is_shared: bool = False

    @property
    def renames_account(self) -> bool:
        """Whether a new name goes to the account too. A name that somebody chose for themselves stays."""
        user_name = self.membership.user.name
        named = [change for change in self.changes if change.field == "roster_name"]
        return not self.is_shared and any(user_name in {"", change.old} for change in named)


@dataclass(frozen=True)
class Blocked:
    """Somebody in the file who is not touched, and why."""

    person: Person
    reason: str


@dataclass
class Difference:
    """A roster against a course.

    `unreachable` have no address yet; `gone` are students the file does not name. When it names only some of the
    course's sections, those are `sections`, and `elsewhere` are students of other sections or of none, who may well be
    in another file. `students` is how many the course has now.
    """

    new: list[Person] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)
    unreachable: list[Person] = field(default_factory=list)
    gone: list[Membership] = field(default_factory=list)
    elsewhere: list[Membership] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    unchanged: int = 0
    students: int = 0

    @property
    def mark(self) -> str:
        """A short mark of the difference: the same mark means that saying yes still does what was shown."""
        facts = [
            [(person.line, person.email) for person in self.new],
            [(item.membership.pk, [(c.field, c.old, c.new) for c in item.changes]) for item in self.changed],
            [(item.person.line, item.reason) for item in self.blocked],
            [person.line for person in self.unreachable],
            [membership.pk for membership in self.gone],
            [membership.pk for membership in self.elsewhere],
        ]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]

    @property
    def mailed(self) -> int:
        """How many old addresses are told that somebody signs in with another one from now on."""
        return sum(change.field == "email" for item in self.changed for change in item.changes)

    @property
    def lets_in(self) -> bool:
        """Whether somebody can open the course who could not before."""
        return bool(self.new) or any(change.field == "state" for item in self.changed for change in item.changes)

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.changed or self.unreachable or self.gone or self.elsewhere)

    def are_many(self, leaving: int) -> bool:
        """Whether so many leave that the file may be the roster of something else."""
        return leaving * 4 > self.students

    @property
    def can_be_many(self) -> bool:
        return self.are_many(len(self.gone) + len(self.elsewhere))


class _Members:
    """The members of a course, to be found by whatever a roster knows of them."""

    def __init__(self, course: Course) -> None:
        self.all = list(course.memberships.with_user())
        self.by_email = {member.user.email: member for member in self.all}
        self.by_canvas = {member.canvas_id: member for member in self.all if member.canvas_id}
        self.by_sis = {member.sis_id: member for member in self.all if member.sis_id}
        self.by_login = {member.sis_login: member for member in self.all if member.sis_login}

    def find(self, person: Person) -> Membership | None:
        """By the numbers first: they stay when an address changes."""
        return (
            self.by_canvas.get(person.canvas_id)
            or self.by_sis.get(person.sis_id)
            or self.by_email.get(person.email)
            or (self.by_login.get(person.sis_login) if not person.email or person.is_derived else None)
        )


def compare(course: Course, people: Iterable[Person]) -> Difference:
    """What importing `people` would do to `course`. Empty cells of the file change nothing."""
    people, members, result = list(people), _Members(course), Difference()
    accounts = {user.email: user for user in User.objects.filter(email__in={p.email for p in people if p.email})}
    elsewhere = in_other_courses(course, members.all)
    lines: dict[int, int] = {}
    for person in people:
        member = members.find(person)
        if member is None:
            _sort_stranger(person, accounts, result)
        elif member.pk in lines:
            result.blocked.append(Blocked(person, f"The same person as in line {lines[member.pk]}."))
        else:
            lines[member.pk] = person.line
            _sort_member(person, member, members, accounts, elsewhere, result)
    students = [m for m in members.all if m.role == Role.STUDENT and m.state == MembershipState.ACTIVE]
    result.students = len(students)
    result.sections = _only_sections(people, students)
    for student in students:
        if student.pk not in lines:
            is_meant = not result.sections or student.section in result.sections
            (result.gone if is_meant else result.elsewhere).append(student)
    return result


def _only_sections(people: Iterable[Person], students: Iterable[Membership]) -> list[str]:
    """The sections of the file when the course has those and others; empty when it is about the whole course."""
    in_file = {person.section for person in people if person.section}
    in_course = {student.section for student in students if student.section}
    return sorted(in_file) if in_file < in_course else []


def _sort_stranger(person: Person, accounts: dict[str, User], result: Difference) -> None:
    if not person.email:
        result.unreachable.append(person)
    elif (account := accounts.get(person.email)) and not account.is_active:
        result.blocked.append(Blocked(person, "This account is closed; a site admin can open it."))
    else:
        result.new.append(person)


def _sort_member(
    person: Person,
    member: Membership,
    members: _Members,
    accounts: dict[str, User],
    elsewhere: set[int],
    result: Difference,
) -> None:
    namesake = members.by_email.get(person.email) if person.email and not person.is_derived else None
    if member.is_staff:
        result.blocked.append(Blocked(person, f"Is {member.get_role_display().lower()} here and stays so."))
        return
    if not member.user.is_active:
        result.blocked.append(Blocked(person, "This account is closed; a site admin can open it."))
        return
    if namesake and namesake.pk != member.pk:
        reason = f"The number is {member.user.email}’s, the address is another member’s."
        result.blocked.append(Blocked(person, reason))
        return
    changes = list(_changes(person, member))
    is_shared = is_shared_account(member, elsewhere)
    if person.email and not person.is_derived and person.email != member.user.email:
        if person.email in accounts or is_shared:
            result.blocked.append(
                Blocked(person, f"Signs in as {member.user.email}; only a site admin can change that address.")
            )
            return
        changes.append(Change("email", "signs in as", member.user.email, person.email))
    if changes:
        result.changed.append(Changed(person, member, changes, is_shared))
    else:
        result.unchanged += 1


def in_other_courses(course: Course, members: Iterable[Membership]) -> set[int]:
    """The accounts of those members who are or were in another course too."""
    users = [member.user_id for member in members]
    return set(Membership.objects.exclude(course=course).filter(user__in=users).values_list("user", flat=True))


def is_shared_account(member: Membership, elsewhere: set[int]) -> bool:
    """Whether an account is more than this course's: its address opens other courses too, and its name stands there.

    A roster changes neither then. `elsewhere` is what `in_other_courses` gave.
    """
    return member.user_id in elsewhere or member.user.is_superuser


def _changes(person: Person, member: Membership) -> Iterable[Change]:
    if member.state == MembershipState.DROPPED:
        yield Change("state", "membership", "dropped", "active")
    named = {
        "roster_name": ("name", member.roster_name or member.user.name, person.name),
        "section": ("section", member.section, person.section),
        "canvas_id": ("Canvas ID", member.canvas_id, person.canvas_id),
        "sis_id": ("SIS user ID", member.sis_id, person.sis_id),
        "sis_login": ("SIS login ID", member.sis_login, person.sis_login),
    }
    for name, (label, old, new) in named.items():
        if new and new != old:
            yield Change(name, label, old, new)
