"""Two of the staff, or staff and a student, press at once: one wins, the other reads a sentence."""

import pytest

from apps.pairs import operations
from apps.pairs.models import Invitation, Pair, PairMember
from apps.pairs.states import InvitationState, PairState
from tests.factories.courses import CourseFactory, MembershipFactory
from tests.factories.pairs import InvitationFactory, PairFactory
from tests.pairs.stuck_desk import half, teacher
from tests.pairs.threads import at_once, of_kind

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_student_is_let_into_two_pairs() -> None:
    course = CourseFactory()
    pairs, student = [PairFactory(course=course) for _ in range(2)], MembershipFactory(course=course)
    staff = teacher(course)
    results = at_once(*(lambda pair=pair: operations.merge(pair, student=student, by=staff) for pair in pairs))
    assert (of_kind(results, Pair), of_kind(results, str)) == (1, 1)
    assert f"{student} has a partner already." in results
    assert PairMember.objects.active().filter(membership=student).count() == 1


def test_two_students_are_let_into_one_pair() -> None:
    course = CourseFactory()
    pair, students, staff = (
        PairFactory(course=course),
        MembershipFactory.create_batch(2, course=course),
        teacher(course),
    )
    results = at_once(*(lambda one=one: operations.merge(pair, student=one, by=staff) for one in students))
    assert (of_kind(results, Pair), of_kind(results, str)) == (1, 1)
    assert "There are three of them already." in results
    assert PairMember.objects.active().filter(pair=pair).count() == 3


def test_two_half_pairs_are_merged_into_each_other() -> None:
    course = CourseFactory()
    alone, staff = [half(course)[1] for _ in range(2)], teacher(course)
    own = [Pair.objects.of(member).get() for member in alone]
    results = at_once(
        lambda: operations.merge(own[0], student=alone[1], by=staff),
        lambda: operations.merge(own[1], student=alone[0], by=staff),
    )
    assert (of_kind(results, Pair), of_kind(results, str)) == (1, 1)
    assert sorted(Pair.objects.values_list("state", flat=True)) == [PairState.ACTIVE, PairState.DISSOLVED]
    assert PairMember.objects.active().count() == 2


def test_a_student_is_let_in_while_the_pair_is_dissolved() -> None:
    course = CourseFactory()
    pair, student, staff = PairFactory(course=course), MembershipFactory(course=course), teacher(course)
    results = at_once(
        lambda: operations.merge(pair, student=student, by=staff),
        lambda: operations.separate(pair, leaving=None, reason="They asked", by=staff),
    )
    assert Pair.objects.get(pk=pair.pk).state == PairState.DISSOLVED
    assert not PairMember.objects.active().exists()
    assert of_kind(results, str) in {0, 1}, "either it was dissolved first, or the three of them were parted"


@pytest.mark.parametrize("other", ["decline", "accept", "withdraw"])
def test_accepting_on_behalf_while_it_is_answered(other: str) -> None:
    invitation = InvitationFactory()
    staff = teacher(invitation.course)
    by = invitation.sender.user if other == "withdraw" else invitation.receiver.user
    results = at_once(
        lambda: operations.accept_on_behalf(invitation, by=staff),
        lambda: getattr(operations, other)(invitation, by=by),
    )
    assert of_kind(results, str) == 1, results
    state = Invitation.objects.get().state
    assert Pair.objects.count() == (1 if state == InvitationState.ACCEPTED else 0)


def test_two_of_the_staff_accept_on_behalf() -> None:
    invitation = InvitationFactory()
    staff = [teacher(invitation.course) for _ in range(2)]
    results = at_once(*(lambda one=one: operations.accept_on_behalf(invitation, by=one) for one in staff))
    assert (of_kind(results, Pair), of_kind(results, str)) == (1, 1)
    assert Pair.objects.count() == 1


def test_a_pair_by_hand_while_one_of_them_accepts_another() -> None:
    invitation = InvitationFactory()
    course, free = invitation.course, MembershipFactory(course=invitation.course)
    staff = teacher(course)
    results = at_once(
        lambda: operations.make_pair(course, members=[invitation.receiver, free], by=staff),
        lambda: operations.accept(invitation, by=invitation.receiver.user),
    )
    assert (of_kind(results, Pair), of_kind(results, str)) == (1, 1)
    assert PairMember.objects.active().filter(membership=invitation.receiver).count() == 1
