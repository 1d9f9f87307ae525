"""Joining by a code that a classmate told: at once, once, and no way round a veto."""

import datetime as dt
import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.core.models import OutgoingMail
from apps.courses.models import Membership
from apps.courses.states import MembershipState
from apps.pairs import operations
from apps.pairs.models import Invitation, JoinCode, Pair, PairMember, Veto
from apps.pairs.states import InvitationState
from tests.factories.courses import CourseFactory, MembershipFactory
from tests.factories.pairs import InvitationFactory, PairFactory
from tests.pairs.threads import at_once, of_kind

NO_CODE = "No open code reads like this"


@pytest.fixture
def ada(db: None) -> Membership:
    return MembershipFactory(course=CourseFactory(), user__name="Ada Lovelace")


@pytest.fixture
def ben(ada: Membership) -> Membership:
    return MembershipFactory(course=ada.course, user__name="Ben O'Hara")


def join(client: Any, member: Membership, code: str) -> str:
    """What the page says after typing in a code; without the tokens of its forms, which differ each time."""
    answer = client.post(reverse("pairs:join", args=[member.course.slug]), {"code": code}, follow=True)
    assert answer.status_code == 200
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def open_code(client: Any, member: Membership) -> str:
    """Presses the button and returns the code that stands on the page then."""
    client.post(reverse("pairs:code", args=[member.course.slug]))
    return JoinCode.objects.open().get(membership=member).code


def test_whoever_was_told_the_code_is_paired_at_once(ada: Membership, ben: Membership, as_user: Any) -> None:
    third = MembershipFactory(course=ada.course)
    waiting = InvitationFactory(sender=ada, receiver=third)
    code = open_code(as_user(ada.user), ada)
    index = reverse("pairs:index", args=[ada.course.slug])
    assert f"{code[:4]} {code[4:]}" in as_user(ada.user).get(index).content.decode()
    assert code[4:] not in as_user(third.user).get(index).content.decode()
    page = join(as_user(ben.user), ben, f" {code[:4].lower()}-{code[4:].lower()} ")
    assert "are a pair now" in page
    assert Pair.objects.of(ada).get() == Pair.objects.of(ben).get()
    assert Invitation.objects.get(pk=waiting.pk).state == InvitationState.CLOSED
    assert OutgoingMail.objects.filter(to=ada.user.email, subject__contains="joined you").count() == 1
    assert not JoinCode.objects.open().exists()


@pytest.mark.parametrize("code", ["", "   ", "\0", "ABCD", "‮ABCD2345", "x" * 4000])
def test_a_wrong_code_is_a_sentence_beside_the_field(ada: Membership, ben: Membership, as_user: Any, code: str) -> None:
    open_code(as_user(ada.user), ada)
    page = join(as_user(ben.user), ben, code)
    assert "invalid-feedback" in page
    assert not Pair.objects.exists()


def test_a_code_works_once_and_for_a_week_and_until_a_newer_one(ada: Membership, ben: Membership, as_user: Any) -> None:
    first = open_code(as_user(ada.user), ada)
    second = open_code(as_user(ada.user), ada)
    assert NO_CODE in join(as_user(ben.user), ben, first)
    JoinCode.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert NO_CODE in join(as_user(ben.user), ben, second)
    third = open_code(as_user(ada.user), ada)
    assert "are a pair now" in join(as_user(ben.user), ben, third)
    late = MembershipFactory(course=ada.course)
    assert NO_CODE in join(as_user(late.user), late, third)


def test_a_closed_code_opens_nothing(ada: Membership, ben: Membership, as_user: Any) -> None:
    client = as_user(ada.user)
    code = open_code(client, ada)
    page = client.post(reverse("pairs:code", args=[ada.course.slug]), {"close": "1"}, follow=True).content.decode()
    assert "nobody can join you by it any more" in page
    assert NO_CODE in join(as_user(ben.user), ben, code)


def test_a_code_of_another_course_is_no_code(ada: Membership, as_user: Any) -> None:
    stranger = MembershipFactory()
    assert NO_CODE in join(as_user(stranger.user), stranger, open_code(as_user(ada.user), ada))


def test_a_code_whose_owner_has_left_or_is_taken_opens_nothing(ada: Membership, ben: Membership, as_user: Any) -> None:
    code = open_code(as_user(ada.user), ada)
    Membership.objects.filter(pk=ada.pk).update(state=MembershipState.DROPPED)
    assert NO_CODE in join(as_user(ben.user), ben, code)
    Membership.objects.filter(pk=ada.pk).update(state=MembershipState.ACTIVE)
    PairFactory(course=ada.course, of=[ada, MembershipFactory(course=ada.course)])
    assert "has found a partner meanwhile" in join(as_user(ben.user), ben, code)


def test_ones_own_code_and_a_second_partner_are_refused(ada: Membership, ben: Membership, as_user: Any) -> None:
    code = open_code(as_user(ada.user), ada)
    assert "This is your own code" in join(as_user(ada.user), ada, code)
    PairFactory(course=ada.course, of=[ben, MembershipFactory(course=ada.course)])
    page = join(as_user(ben.user), ben, code)
    assert "Your pair" in page
    assert not Pair.objects.of(ada).exists()


def test_a_veto_of_the_owner_looks_like_a_wrong_code(ada: Membership, ben: Membership, as_user: Any) -> None:
    Veto.objects.create(owner=ada, classmate=ben)
    code = open_code(as_user(ada.user), ada)
    wrong = join(as_user(ben.user), ben, "ZZZZ9999").replace("ZZZZ9999", "CODE")
    assert NO_CODE in wrong
    assert join(as_user(ben.user), ben, code).replace(code, "CODE") == wrong
    assert JoinCode.objects.open().filter(code=code).exists()


def test_ones_own_veto_is_said_plainly(ada: Membership, ben: Membership, as_user: Any) -> None:
    Veto.objects.create(owner=ben, classmate=ada)
    code = open_code(as_user(ada.user), ada)
    assert "on your list of people you will not work with" in join(as_user(ben.user), ben, code)


def test_whoever_is_left_alone_keeps_the_project(ada: Membership, ben: Membership, as_user: Any) -> None:
    gone = MembershipFactory(course=ada.course)
    pair = PairFactory(course=ada.course, of=[ada, gone])
    Membership.objects.filter(pk=gone.pk).update(state=MembershipState.DROPPED)
    join(as_user(ben.user), ben, open_code(as_user(ada.user), ada))
    assert Pair.objects.of(ben).get() == pair
    assert not PairMember.objects.active().filter(membership=gone).exists()
    assert PairMember.objects.filter(pair=pair).count() == 3, "the history keeps who was there"


@pytest.mark.django_db(transaction=True)
def test_two_join_by_one_code_at_once() -> None:
    ada = MembershipFactory()
    others = [MembershipFactory(course=ada.course) for _ in range(3)]
    code = operations.open_code(ada, by=ada.user).code
    results = at_once(*(lambda one=one: operations.join_by_code(one, code=code, by=one.user) for one in others))
    assert (of_kind(results, Pair), of_kind(results, str)) == (1, 2)
    assert PairMember.objects.active().count() == 2


@pytest.mark.django_db(transaction=True)
def test_joining_by_code_while_the_owner_accepts_another() -> None:
    ada = MembershipFactory()
    ben = MembershipFactory(course=ada.course)
    invitation = InvitationFactory(receiver=ada, sender__course=ada.course)
    code = operations.open_code(ada, by=ada.user).code
    results = at_once(
        lambda: operations.join_by_code(ben, code=code, by=ben.user),
        lambda: operations.accept(invitation, by=ada.user),
    )
    assert (of_kind(results, Pair), of_kind(results, str)) == (1, 1)
    assert PairMember.objects.active().filter(membership=ada).count() == 1
