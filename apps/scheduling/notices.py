"""Who gets mail about a new version of a schedule: those for whom something changed, and nobody else."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.courses.states import MembershipState
from apps.pairs.models import PairMember
from apps.scheduling.content import Change


@dataclass(frozen=True)
class Notice:
    """A change and the people it concerns; `reached` are those of them who want mail."""

    change: Change
    people: tuple[Any, ...]

    @property
    def reached(self) -> list[Any]:
        return [person for person in self.people if person.mails_about_projects]

    @property
    def unreached(self) -> list[Any]:
        return [person for person in self.people if not person.mails_about_projects]


def notices(changes: Sequence[Change]) -> list[Notice]:
    """Each change with the members of its pair who are still in the course.

    A pair that was dissolved has no members left: those who were in it when it ended hear that its slot is gone, but
    nobody who had left it before.
    """
    members = PairMember.objects.filter(
        pair__in=[change.entry.pair for change in changes],
        membership__state=MembershipState.ACTIVE,
        membership__user__is_active=True,
    ).select_related("membership__user", "pair")
    people: dict[int, list[Any]] = defaultdict(list)
    for member in members.order_by("pk"):
        if member.is_to_the_end:
            people[member.pair_id].append(member.membership.user)
    return [Notice(change, tuple(people[change.entry.pair])) for change in changes]
