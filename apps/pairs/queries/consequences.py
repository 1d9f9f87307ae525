"""What it would mean for the pairs of a course if some of its members left."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from apps.courses.models import Course
from apps.pairs.models import Pair, PairMember


@dataclass(frozen=True)
class Loss:
    """A pair that would lose `leaving`, so that its project stays with `staying`."""

    pair: Pair
    leaving: list[PairMember]
    staying: list[PairMember]


@dataclass
class Consequences:
    """`halved`: one remains, who needs somebody to join. `smaller`: two remain of three. `abandoned`: nobody remains.

    `unpaired` counts those who have no pair to leave.
    """

    halved: list[Loss] = field(default_factory=list)
    smaller: list[Loss] = field(default_factory=list)
    abandoned: list[Loss] = field(default_factory=list)
    unpaired: int = 0

    @property
    def touched(self) -> int:
        return len(self.halved) + len(self.smaller) + len(self.abandoned)


def consequences(course: Course, members: Iterable[int]) -> Consequences:
    """What follows if these memberships left; those that are no students of `course` now do not count.

    The number of queries does not depend on how many there are.
    """
    asked = set(course.memberships.active().students().filter(pk__in=members).values_list("pk", flat=True))
    own = PairMember.objects.present().filter(membership__in=asked).values("pair")
    found = Consequences(unpaired=len(asked))
    for pair in Pair.objects.active().filter(pk__in=own).with_people().order_by("pk"):
        leaving = [member for member in pair.present_members if member.membership_id in asked]
        staying = [member for member in pair.present_members if member.membership_id not in asked]
        found.unpaired -= len(leaving)
        kind = [found.abandoned, found.halved, found.smaller][min(len(staying), 2)]
        kind.append(Loss(pair, leaving, staying))
    return found
