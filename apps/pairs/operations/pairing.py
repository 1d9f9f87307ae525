"""What staff do by hand: making pairs, making a trio of a pair, and parting them."""

from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core import audit, mail
from apps.core.errors import Refused, Stale
from apps.courses.models import Course, Membership
from apps.pairs.models import Pair, PairMember, Separation
from apps.pairs.operations.common import VETOED, add_to, hold, join, pair_of, refuse_unless_seeking, settle, vetoed
from apps.pairs.states import Ending, PairState

MOST = 3


@transaction.atomic
def make_pair(course: Course, *, members: Sequence[Membership], by: User) -> Pair:
    """Staff pair two students who have no partner; both get mail."""
    if len({member.pk for member in members}) != 2:
        raise Refused("Choose two students.")
    return make_group(course, members=members, how="made this pair by hand", by=by)


@transaction.atomic
def make_group(course: Course, *, members: Sequence[Membership], how: str, by: User) -> Pair:
    """Put one to three students who have no partner into a group; each gets mail that names the others.

    `how` is the past-tense phrase of the history. Where one of them has a project, the others join it.
    """
    course, people = hold(course, *members)
    if not 1 <= len({member.pk for member in people}) <= MOST:
        raise Refused("Choose one, two or three students.")
    for member in people:
        gone = f"{member} is not a student here now."
        refuse_unless_seeking(member, paired=f"{member} has a partner already.", gone=gone)
    pair = join(people, course=course)
    audit.record(pair, "pairs.make_pair", how, by=by)
    tell_made(pair, people, by=by)
    return pair


@transaction.atomic
def merge(pair: Pair, *, student: Membership, by: User, seen: Collection[int] | None = None) -> Pair:
    """Staff let a student who has no partner into a pair that is there: two become a trio, one becomes two.

    A project that the student had begun alone stays readable, but nobody goes on with it. `seen` are the memberships
    that were in the pair when it was decided: Stale when others are now.
    """
    _, (student,) = hold(pair.course, student)
    pair = active(pair)
    gone = f"{student} is not a student here now."
    refuse_unless_seeking(student, paired=f"{student} has a partner already.", gone=gone, field="student")
    others = [member.membership for member in pair.present_members]
    if not others:
        raise Refused("Everybody in this pair has left the course, so there is nobody to join.")
    if len(others) >= MOST:
        raise Refused("There are three of them already.")
    if seen is not None and {other.pk for other in others} != set(seen):
        raise Stale("Somebody joined or left this pair while you were looking. Here is who is in it now.")
    own = pair_of(student)
    if own == pair:
        raise Refused(f"{student} is in this pair already.", field="student")
    if vetoed([student, *others]):
        raise Refused(VETOED, field="student")
    if own:
        _leave_behind(own, f"let {student} go on with {pair}; this project ends", by=by)
    before = str(pair)
    pair = add_to(pair, [*others, student])
    audit.record(pair, "pairs.merge", f"let {student} join {before}", by=by)
    tell_made(Pair.objects.with_people().get(pk=pair.pk), [*others, student], by=by)
    return pair


def _leave_behind(pair: Pair, words: str, *, by: User) -> None:
    """End the half pair of somebody who joins another one; whoever dropped before has left it by that."""
    settle(pair)
    end(pair, ending=Ending.MERGED)
    for separation in Separation.objects.open().filter(pair=pair):
        separation.close()
        separation.save(update_fields=["state"])
    audit.record(pair, "pairs.merge", words, by=by)


def active(pair: Pair) -> Pair:
    """The pair as it stands, with its people; raises Stale when it is dissolved. Call it while the course is held."""
    pair = Pair.objects.with_people().select_related("course").get(pk=pair.pk)
    if pair.state != PairState.ACTIVE:
        raise Stale("This pair was dissolved a moment ago.")
    return pair


def end(pair: Pair, *, ending: Ending) -> list[int]:
    """Dissolve a pair and end the time of everybody in it; the keys of the rows that were ended."""
    rows = list(PairMember.objects.active().filter(pair=pair).values_list("pk", flat=True))
    PairMember.objects.filter(pk__in=rows).update(is_active=False, left_at=timezone.now(), ending=ending)
    pair.dissolve()
    pair.save(update_fields=["state"])
    return rows


def tell_made(pair: Pair, people: Sequence[Membership], *, by: User) -> None:
    """Mail to each of `people`, who are in `pair` now, who the others are."""
    for member in people:
        partners = " and ".join(str(other) for other in people if other.pk != member.pk)
        subject = f"You do the project with {partners}" if partners else "You do the project alone"
        context = {"pair": pair, "partners": partners, "course": pair.course, "by": by}
        mail.send(member.user, subject, "mail/pairs/made.txt", **context)
