"""Reading runs of matching: what goes into one, and its groups with names and with how their people stand now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from apps.core.models import AuditEvent
from apps.courses.models import Course, Membership
from apps.courses.states import Role
from apps.pairs.arrangement import assessed, group_with, needs_approval
from apps.pairs.matching import Candidate, Group, Left
from apps.pairs.matching.terms import LARGEST_GROUP
from apps.pairs.models import MatchingRun, OfferMember, Profile, RankedChoice, Veto
from apps.pairs.queries.people import seeking

TAKEN = "{} has a partner by now, or goes on alone."
DROPPED = "{} has left the course."
OFFERED = "{} has another proposal to answer."
VETOED = "They cannot be put together any more: one of them has asked not to work with the other."
TWO_PROJECTS = "Two of them have a project by now; staff would have to merge them."


@dataclass(frozen=True)
class Readiness:
    """Of how many who seek a partner a run would know what: the numbers before one is started."""

    seeking: int
    offered: int  # left out: they have a proposal to answer
    wishes: int
    topics: int
    hours: int

    @property
    def matched(self) -> int:
        return self.seeking - self.offered


def to_be_matched(course: Course) -> QuerySet[Membership]:
    """Who seeks a partner and has no open proposal of the staff, by name."""
    return seeking(course).filter(~Exists(_open_offers().filter(membership=OuterRef("pk"))))


def readiness(course: Course) -> Readiness:
    people = to_be_matched(course).order_by().values("pk")
    said = Profile.objects.filter(membership__in=people).values_list("topics", "hours")
    return Readiness(
        seeking=seeking(course).count(),
        offered=seeking(course).filter(Exists(_open_offers().filter(membership=OuterRef("pk")))).count(),
        wishes=RankedChoice.objects.filter(owner__in=people).values("owner").distinct().count(),
        topics=sum(bool(topics) for topics, _ in said),
        hours=sum(bool(hours) for _, hours in said),
    )


def candidates_for_run(course: Course) -> list[Candidate]:
    """Those to be matched with all they said, for the engine. Topics that differ in their capitals are one."""
    people = {one.pk: one for one in to_be_matched(course)}
    profiles = Profile.objects.filter(membership__in=people).in_bulk(field_name="membership_id")
    choices, vetoes = _by_owner(RankedChoice.objects.order_by("rank"), people), _by_owner(Veto.objects.all(), people)
    spelling: dict[str, str] = {}
    found = []
    for pk in sorted(people):
        profile = profiles.get(pk, Profile())
        topics = [spelling.setdefault(topic.casefold(), topic) for topic in profile.topics]
        found.append(
            Candidate(
                key=pk,
                section=people[pk].section.strip(),
                choices=tuple(choices.get(pk, ())),
                topics=frozenset(topics),
                hours=frozenset(profile.hours),
                vetoes=frozenset(vetoes.get(pk, ())) & people.keys(),
                has_project=people[pk].project is not None,  # type: ignore[attr-defined]
            )
        )
    return found


class Standing:
    """How the people of runs stand now: still here, still seeking, free of proposals and vetoes. Four queries."""

    def __init__(self, course: Course, keys: Iterable[int]) -> None:
        self.people = Membership.objects.select_related("user").in_bulk(list(keys))
        self.seeking = {one.pk: one for one in seeking(course)}
        self.offered = set(_open_offers().filter(membership__course=course).values_list("membership", flat=True))
        found = Veto.objects.filter(owner__course=course).values_list("owner", "classmate")
        self._vetoes = {frozenset(both) for both in found}

    def name(self, key: int) -> str:
        return str(self.people[key])

    def names(self, keys: Iterable[int]) -> str:
        return " & ".join(self.name(key) for key in keys)

    def trouble(self, key: int) -> str:
        """Why this student cannot be put into a group any more, as a sentence; empty when they can."""
        person = self.people[key]
        if not person.is_active or person.role != Role.STUDENT:
            return DROPPED.format(person)
        if key not in self.seeking:
            return TAKEN.format(person)
        return OFFERED.format(person) if key in self.offered else ""

    def troubles(self, members: Sequence[int]) -> list[str]:
        """Why these people cannot become a group any more, as sentences; none when they can."""
        found = [sentence for key in members if (sentence := self.trouble(key))]
        if any(frozenset((one, other)) in self._vetoes for one in members for other in members if one != other):
            found.append(VETOED)
        if sum(self._has_project(key) for key in members) > 1:
            found.append(TWO_PROJECTS)
        return found

    def newcomers(self) -> list[Membership]:
        """Who seeks a partner now, has no proposal and is not among the people asked about."""
        return [one for key, one in self.seeking.items() if key not in self.people and key not in self.offered]

    def _has_project(self, key: int) -> bool:
        return key in self.seeking and self.seeking[key].project is not None  # type: ignore[attr-defined]


@dataclass(frozen=True)
class StudentRow:
    key: int
    name: str
    percent: int | None  # how well the group suits them; None for one alone


@dataclass(frozen=True)
class GroupRow:
    """One group of a run as its page shows it."""

    number: int
    students: list[StudentRow]
    reasons: list[str]
    troubles: list[str]
    is_approved: bool
    became: str  # what applying the run made of it, as a phrase; empty before

    @property
    def key(self) -> int:
        """A member by whom the group is found again, whatever its number is by then."""
        return self.students[0].key

    @property
    def keys(self) -> set[int]:
        return {student.key for student in self.students}

    @property
    def label(self) -> str:
        return " & ".join(student.name for student in self.students)

    @property
    def kind(self) -> str:
        return ("alone", "pair", "trio")[len(self.students) - 1]

    @property
    def needs_approval(self) -> bool:
        return needs_approval([student.key for student in self.students])


@dataclass(frozen=True)
class LeftRow:
    key: int
    name: str
    reason: str
    trouble: str


@dataclass(frozen=True)
class Places:
    """(target, label) of the groups that take one more, and of the students to change places with."""

    groups: list[tuple[str, str]]
    swaps: list[tuple[str, str]]


@dataclass
class RunBoard:
    """A run that is solved, with names: its groups in their order, who is left, and who came after it was started."""

    groups: list[GroupRow]
    left: list[LeftRow]
    newcomers: list[Membership] = field(default_factory=list)

    @property
    def worst_off(self) -> list[tuple[StudentRow, GroupRow]]:
        """Whom the groups suit least, at most three."""
        rows = [(student, group) for group in self.groups for student in group.students if student.percent is not None]
        return sorted(rows, key=lambda row: row[0].percent or 0)[:3]

    def places(self, student: int) -> Places:
        """Where the form can move a student. What a veto forbids is not left out, since that would tell of it."""
        open_groups = [
            group for group in self.groups if len(group.students) < LARGEST_GROUP and student not in group.keys
        ]
        near = next((group.keys for group in self.groups if student in group.keys), {row.key for row in self.left})
        others = [(one.key, one.name, f"group {group.number}") for group in self.groups for one in group.students]
        others += [(row.key, row.name, "left over") for row in self.left]
        return Places(
            groups=[(f"group:{group.key}", f"{group.number}: {group.label}") for group in open_groups],
            swaps=[(f"swap:{key}", f"{name} ({where})") for key, name, where in others if key not in near],
        )

    def target_now(self, target: str) -> str:
        """A target of `places`, chosen when the groups were others, as it is called now."""
        kind, _, key = target.partition(":")
        here = [group for group in self.groups if kind == "group" and key in map(str, group.keys)]
        return f"group:{here[0].key}" if here else target

    @property
    def unapproved(self) -> int:
        return sum(group.needs_approval and not group.is_approved for group in self.groups)


def board_of_run(run: MatchingRun) -> RunBoard:
    """The run as its page shows it. How people stand now matters as long as it can still be applied."""
    is_open = run.is_editable
    standing = Standing(run.course, [one["key"] for one in run.inputs])
    result = assessed(run)
    scored = {group.members: group for group in result.groups}
    groups = [
        group_row(at, stored, scored[tuple(sorted(stored["members"]))], standing, is_open=is_open)
        for at, stored in enumerate(run.groups, start=1)
    ]
    left = [_left_row(one, standing, is_open=is_open) for one in result.left]
    left.sort(key=lambda row: row.name.casefold())
    return RunBoard(groups, left, standing.newcomers() if is_open else [])


def group_row(number: int, stored: dict[str, Any], group: Group, standing: Standing, *, is_open: bool) -> GroupRow:
    names = [standing.name(key) for key in group.members]
    students = [StudentRow(key, name, percent_in(group, key)) for key, name in zip(group.members, names, strict=True)]
    return GroupRow(
        number=number,
        students=students,
        reasons=[reason.format(*names) for reason in group.reasons],
        troubles=standing.troubles(group.members) if is_open else [],
        is_approved=stored["is_approved"],
        became=stored.get("became", ""),
    )


def percent_in(group: Group, key: int) -> int | None:
    """How well a group suits one of its members; None for one alone."""
    return percent(group.satisfaction[key]) if key in group.satisfaction else None


def percent(satisfaction: float) -> int:
    """Thousandths as the whole per cent that pages show."""
    return round(satisfaction / 10)


def edits_since(run: MatchingRun, revision: int) -> QuerySet[AuditEvent]:
    """What others did to the groups of a run after the given revision, the oldest first."""
    return AuditEvent.objects.on(run).filter(data__revision__gt=revision).order_by("pk")


def history_of_run(run: MatchingRun) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.on(run)


def group_number(run: MatchingRun, student: int) -> int | None:
    """The number of a student's group as the page shows it; None when they are left over."""
    at = group_with(run.groups, student)
    return None if at is None else at + 1


def _open_offers() -> QuerySet[OfferMember]:
    """Who has a proposal that can still be answered; one whose time is over binds nobody, closed or not."""
    return OfferMember.objects.filter(is_open=True, offer__expires_at__gt=timezone.now())


def _by_owner(rows: QuerySet[Any], people: dict[int, Membership]) -> dict[int, list[int]]:
    """The classmates in `rows` by their owners, in the order of the rows."""
    found: dict[int, list[int]] = {}
    for owner, classmate in rows.filter(owner__in=people).values_list("owner", "classmate"):
        found.setdefault(owner, []).append(classmate)
    return found


def _left_row(left: Left, standing: Standing, *, is_open: bool) -> LeftRow:
    name = standing.name(left.key)
    return LeftRow(left.key, name, left.reason.format(name), standing.trouble(left.key) if is_open else "")
