"""Two people press at once, on a real database: one wins, the other reads a sentence, nothing is half done."""

import pytest
from django.db import IntegrityError, transaction

from apps.pairs import operations
from apps.pairs.expiry import expire_overdue
from apps.pairs.models import Invitation, Pair, PairMember
from apps.pairs.states import InvitationState
from tests.factories.courses import CourseFactory, MembershipFactory
from tests.factories.pairs import InvitationFactory, PairFactory
from tests.pairs.threads import at_once, of_kind

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_people_accept_the_same_person() -> None:
    course = CourseFactory()
    wanted, ben, cy = (MembershipFactory(course=course) for _ in range(3))
    asked = [InvitationFactory(sender=wanted, receiver=other) for other in (ben, cy)]
    results = at_once(*(lambda row=row: operations.accept(row, by=row.receiver.user) for row in asked))
    assert (of_kind(results, Pair), of_kind(results, str)) == (1, 1)
    assert PairMember.objects.filter(membership=wanted, is_active=True).count() == 1
    assert sorted(Invitation.objects.values_list("state", flat=True)) == ["accepted", "closed"]


def test_one_person_presses_accept_twice() -> None:
    invitation = InvitationFactory()
    press = lambda: operations.accept(invitation, by=invitation.receiver.user)  # noqa: E731
    results = at_once(press, press, press)
    assert (of_kind(results, Pair), of_kind(results, str)) == (1, 2)
    assert Pair.objects.count() == 1


@pytest.mark.parametrize("other", ["withdraw", "decline"])
def test_accept_and_its_opposite(other: str) -> None:
    invitation = InvitationFactory()
    sender, receiver = invitation.sender.user, invitation.receiver.user
    results = at_once(
        lambda: operations.accept(invitation, by=receiver),
        lambda: getattr(operations, other)(invitation, by=sender if other == "withdraw" else receiver),
    )
    assert of_kind(results, str) == 1
    state = Invitation.objects.get().state
    assert Pair.objects.count() == (1 if state == InvitationState.ACCEPTED else 0)


def test_two_who_invited_each_other_both_accept() -> None:
    course = CourseFactory()
    ada, ben = (MembershipFactory(course=course) for _ in range(2))
    rows = [InvitationFactory(sender=ada, receiver=ben), InvitationFactory(sender=ben, receiver=ada)]
    results = at_once(*(lambda row=row: operations.accept(row, by=row.receiver.user) for row in rows))
    assert (of_kind(results, Pair), of_kind(results, str)) == (1, 1)


def test_a_ring_of_acceptances_does_not_lock_up() -> None:
    course = CourseFactory()
    people = [MembershipFactory(course=course) for _ in range(4)]
    ring = [InvitationFactory(sender=people[at], receiver=people[(at + 1) % 4]) for at in range(4)]
    results = at_once(*(lambda row=row: operations.accept(row, by=row.receiver.user) for row in ring))
    active = PairMember.objects.filter(is_active=True)
    assert active.count() == 2 * of_kind(results, Pair) == active.values("membership").distinct().count()
    assert not Invitation.objects.pending().exists() or of_kind(results, Pair) == 1


def test_two_staff_pair_the_same_student() -> None:
    course = CourseFactory()
    one, two, three = (MembershipFactory(course=course) for _ in range(3))
    staff = MembershipFactory(course=course).user
    results = at_once(
        lambda: operations.make_pair(course, members=[one, two], by=staff),
        lambda: operations.make_pair(course, members=[three, one], by=staff),
    )
    assert (of_kind(results, Pair), of_kind(results, str)) == (1, 1)


def test_two_invite_each_other_at_once() -> None:
    course = CourseFactory()
    ada, ben = (MembershipFactory(course=course) for _ in range(2))
    results = at_once(
        lambda: operations.invite(ada, receiver=ben, message="", by=ada.user),
        lambda: operations.invite(ben, receiver=ada, message="", by=ben.user),
    )
    assert (of_kind(results, Invitation), of_kind(results, str)) == (1, 1)


def test_the_hourly_task_runs_twice_at_once() -> None:
    course = CourseFactory()
    for _ in range(5):
        InvitationFactory(sender__course=course, expires_at=course.created_at)
    expired = at_once(*(lambda: expire_overdue(Invitation.objects.all()),) * 2)
    assert sum(expired) == 5


def test_the_database_has_the_last_word() -> None:
    pair = PairFactory()
    member = pair.current_members[0].membership
    with pytest.raises(IntegrityError), transaction.atomic():
        PairMember.objects.create(pair=PairFactory(course=pair.course), membership=member)
