"""People leave, undo and pair up at once, on a real database: one wins, the other reads a sentence."""

import pytest

from apps.pairs import operations
from apps.pairs.models import Pair, PairMember, Separation, SoloRequest
from apps.pairs.states import PairState, SeparationState, SoloState
from tests.factories.courses import MembershipFactory
from tests.factories.pairs import InvitationFactory, PairFactory, asked_for_solo, asked_to_part, parted
from tests.pairs.leaving import people
from tests.pairs.threads import at_once, of_kind

pytestmark = pytest.mark.django_db(transaction=True)


def active_times() -> int:
    """How many active rows there are; a student never has two."""
    rows = PairMember.objects.active()
    assert rows.count() == rows.values("membership").distinct().count()
    return rows.count()


def test_both_ask_at_once() -> None:
    pair = PairFactory()
    ada, ben = people(pair)
    results = at_once(
        lambda: operations.ask_to_leave(pair, leaving=ada, reason="", by=ada.user),
        lambda: operations.ask_to_leave(pair, leaving=None, reason="", by=ben.user),
    )
    assert (of_kind(results, Separation), of_kind(results, str)) == (1, 1)
    assert Separation.objects.open().count() == 1
    assert active_times() == 2


def test_agreeing_and_taking_back_at_once() -> None:
    pair = PairFactory()
    ada, ben = people(pair)
    asked = asked_to_part(pair, leaving=ada)
    results = at_once(
        lambda: operations.agree_to_leave(asked, by=ben.user), lambda: operations.withdraw_leaving(asked, by=ada.user)
    )
    assert of_kind(results, str) == 1
    asked.refresh_from_db()
    assert active_times() == (1 if asked.state == SeparationState.DONE else 2)
    assert asked.state in (SeparationState.DONE, SeparationState.WITHDRAWN)


def test_an_undo_and_a_new_partner_at_once() -> None:
    pair = PairFactory()
    _, ben = people(pair)
    separation = parted(pair, leaving=ben)
    sender = MembershipFactory(course=pair.course)
    invitation = InvitationFactory(sender=sender, receiver=ben)
    undoing = people(pair)[0].user
    results = at_once(
        lambda: operations.undo_leaving(separation, by=undoing), lambda: operations.accept(invitation, by=ben.user)
    )
    assert (of_kind(results, Pair), of_kind(results, str)) == (1, 1)
    separation.refresh_from_db()
    is_undone = separation.state == SeparationState.UNDONE
    assert (ben in people(pair)) == is_undone
    assert active_times() == (2 if is_undone else 3)


def test_an_undo_and_somebody_who_joins_at_once() -> None:
    pair = PairFactory()
    _, ben = people(pair)
    separation = parted(pair, leaving=ben)
    joiner = MembershipFactory(course=pair.course)
    staff = MembershipFactory(course=pair.course).user
    results = at_once(
        lambda: operations.undo_leaving(separation, by=ben.user),
        lambda: operations.make_pair(pair.course, members=[people(pair)[0], joiner], by=staff),
    )
    assert (of_kind(results, Pair), of_kind(results, str)) == (1, 1)
    assert len(people(pair)) == 2
    assert active_times() == 2


def test_staff_part_a_pair_while_the_partner_agrees() -> None:
    pair = PairFactory()
    ada, ben = people(pair)
    asked = asked_to_part(pair, leaving=ada)
    staff = MembershipFactory(course=pair.course).user
    at_once(
        lambda: operations.agree_to_leave(asked, by=ben.user),
        lambda: operations.separate(pair, leaving=None, reason="Enough", by=staff),
    )
    # Whoever is first, staff's word stands: a half pair can be dissolved, and a dissolved one is not agreed about.
    assert Pair.objects.get(pk=pair.pk).state == PairState.DISSOLVED
    asked.refresh_from_db()
    assert asked.state in (SeparationState.DONE, SeparationState.CLOSED)
    assert Separation.objects.filter(is_by_staff=True, state=SeparationState.DONE).count() == 1
    assert active_times() == 0


def test_two_undo_at_once() -> None:
    pair = PairFactory()
    before = people(pair)
    separation = parted(pair)
    results = at_once(*(lambda who=who: operations.undo_leaving(separation, by=who.user) for who in before))
    assert (of_kind(results, Pair), of_kind(results, str)) == (1, 1)
    assert people(pair) == before
    assert "was undone a moment ago" in str(results)


def test_the_last_two_of_a_trio_agree_at_once() -> None:
    pair = PairFactory()
    ada, ben = people(pair)
    cy = MembershipFactory(course=pair.course)
    operations.merge(pair, student=cy, by=MembershipFactory(course=pair.course).user)
    asked = asked_to_part(pair, leaving=ada)
    results = at_once(*(lambda who=who: operations.agree_to_leave(asked, by=who.user) for who in (ben, cy)))
    assert of_kind(results, Separation) == 2
    assert people(pair) == [ben, cy]


def test_a_request_to_go_on_alone_is_answered_while_a_partner_is_found() -> None:
    invitation = InvitationFactory()
    request = asked_for_solo(invitation.receiver)
    staff = MembershipFactory(course=invitation.course).user
    results = at_once(
        lambda: operations.decide_solo(request, is_approved=True, answer="", by=staff),
        lambda: operations.accept(invitation, by=invitation.receiver.user),
    )
    assert (of_kind(results, Pair), of_kind(results, str)) == (1, 1)
    state = SoloRequest.objects.get().state
    assert active_times() == (1 if state == SoloState.APPROVED else 2)
    assert state in (SoloState.APPROVED, SoloState.CLOSED)


def test_staff_and_the_students_decide_on_being_alone_at_once() -> None:
    request = asked_for_solo(MembershipFactory())
    staff = MembershipFactory(course=request.course).user
    at_once(
        lambda: operations.withdraw_solo(request, by=request.membership.user),
        lambda: operations.make_solo(request.membership, by=staff),
    )
    assert active_times() == 1
    assert SoloRequest.objects.get().state in (SoloState.WITHDRAWN, SoloState.APPROVED)
