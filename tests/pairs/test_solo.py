"""Doing the project alone: asked for with a reason, decided by staff."""

from typing import Any

import pytest
from django.urls import reverse

from apps.core.models import AuditEvent, OutgoingMail
from apps.courses.models import Membership
from apps.courses.states import MembershipState
from apps.pairs import operations
from apps.pairs.models import Invitation, Pair, SoloRequest
from apps.pairs.states import InvitationState, SoloState
from tests.factories.courses import MembershipFactory
from tests.factories.pairs import asked_for_solo, parted
from tests.pairs.leaving import get, mailed, post

pytestmark = pytest.mark.django_db

SECRET = "I work at night, for a reason of my own"


def decide(client: Any, request: SoloRequest, press: str, answer: str = "") -> str:
    address = reverse("pairs:solo_decide", args=[request.course.slug, request.pk])
    reply = client.post(address, {"press": press, "answer": answer}, follow=True)
    assert reply.status_code == 200
    return reply.content.decode()


@pytest.fixture
def asker(world: Any) -> Membership:
    """In no pair; has an open invitation out."""
    return world.membership["asker"]


def test_asking_reaches_the_staff_and_nobody_else(world: Any, as_user: Any, asker: Membership) -> None:
    page = get(as_user(asker.user), "solo_ask", world.course)
    assert "They look at whether somebody is left who" in page
    page = post(as_user(asker.user), "solo_ask", world.course, reason=f" {SECRET}\r\n")
    assert "The course staff see it and get mail; nobody else does" in page
    assert "waits for the staff" in page
    request = SoloRequest.objects.get()
    assert request.reason == SECRET
    assert mailed("asks to do the project alone") == sorted([world.ta.email, world.instructor.email])
    mail = OutgoingMail.objects.filter(subject__contains="alone").first()
    assert reverse("pairs:solo_decide", args=[world.course.slug, request.pk]) in mail.body
    for person in (world.partner, world.other_student):
        for name in ("index", "solo_ask", "partings"):
            assert SECRET not in get(as_user(person), name, world.course)
    assert not Pair.objects.of(asker).exists()


def test_staff_say_yes(world: Any, as_user: Any, asker: Membership) -> None:
    request = asked_for_solo(asker, SECRET)
    client = as_user(world.instructor)
    address = reverse("pairs:solo_decide", args=[world.course.slug, request.pk])
    page = client.get(address).content.decode()
    assert SECRET in page
    assert "They have no project yet" in page
    page = decide(client, request, "approve", "Until December")
    assert "works alone from now on, sees your answer and gets mail" in page
    pair = Pair.objects.of(asker).with_people().get()
    assert (pair.wanted_size, pair.is_half, pair.users) == (1, False, [asker.user])
    (mail,) = OutgoingMail.objects.filter(to=asker.user.email, subject="You do the project alone")
    assert "Until December" in mail.body
    assert Invitation.objects.get(pk=world.invitation.pk).state == InvitationState.CLOSED
    page = get(as_user(asker.user), "solo_ask", world.course)
    assert "The course staff let you do the project alone" in page
    assert "Until December" in page
    detail = get(as_user(asker.user), "detail", pair)
    assert "One student alone, by leave of the staff" in detail
    assert "approved a moment ago" in decide(client, request, "deny", "Too late")
    assert "approved the request" in [event.summary for event in AuditEvent.objects.on(request)]


def test_staff_say_no_and_why(world: Any, as_user: Any, asker: Membership) -> None:
    request = asked_for_solo(asker)
    client = as_user(world.ta)
    assert "Say why not: the student reads it" in decide(client, request, "deny", " \0")
    assert "at most 500 characters" in decide(client, request, "deny", "x" * 501)
    assert SoloRequest.objects.get().state == SoloState.ASKED
    assert "goes on looking for a partner" in decide(client, request, "deny", "Three of you are left over")
    assert not Pair.objects.of(asker).exists()
    assert mailed("You cannot do the project alone") == [asker.user.email]
    page = get(as_user(asker.user), "solo_ask", world.course)
    assert "Three of you are left over" in page
    assert "Ask the staff" in page  # with a better reason one may ask again
    assert asked_for_solo(asker, "A better reason").state == SoloState.ASKED


def test_a_project_stays_with_who_goes_on_alone(world: Any, as_user: Any) -> None:
    parted(world.pair, leaving=world.membership["second_partner"])
    request = asked_for_solo(world.membership["partner"])
    address = reverse("pairs:solo_decide", args=[world.course.slug, request.pk])
    assert "They have a project without a partner" in as_user(world.ta).get(address).content.decode()
    decide(as_user(world.ta), request, "approve")
    pair = Pair.objects.get(pk=world.pair.pk)
    assert (pair.wanted_size, pair.proposal) == (1, world.proposal)


def test_withdrawing_mails_nobody(world: Any, as_user: Any, asker: Membership) -> None:
    request = asked_for_solo(asker)
    before = OutgoingMail.objects.count()
    address = reverse("pairs:solo_withdraw", args=[world.course.slug, request.pk])
    for sentence in ("Nobody gets mail", "was withdrawn a moment ago"):
        assert sentence in as_user(asker.user).post(address, follow=True).content.decode()
    assert OutgoingMail.objects.count() == before
    assert "was withdrawn a moment ago" in decide(as_user(world.ta), request, "approve")
    assert not Pair.objects.of(asker).exists()


def test_finding_a_partner_closes_the_request(world: Any, as_user: Any, asker: Membership) -> None:
    request = asked_for_solo(asker)
    free = MembershipFactory(course=world.course)
    operations.make_pair(world.course, members=[asker, free], by=world.ta)
    assert "was closed a moment ago" in decide(as_user(world.ta), request, "approve")
    page = get(as_user(asker.user), "solo_ask", world.course)
    assert "You have a partner, so there is nothing to ask for" in page
    assert "a partner was found first" in page


def test_who_dropped_is_not_let_go_on(world: Any, as_user: Any, asker: Membership) -> None:
    request = asked_for_solo(asker)
    Membership.objects.filter(pk=asker.pk).update(state=MembershipState.DROPPED)
    page = decide(as_user(world.ta), request, "approve", "Typed with care")
    assert "is not a student here now" in page
    assert "Typed with care" in page
    assert SoloRequest.objects.get().state == SoloState.ASKED


@pytest.mark.parametrize(
    ("who", "reason", "sentence"),
    [
        ("asker", "", "Say why: the staff decide by it"),
        ("asker", " \0 ", "Say why: the staff decide by it"),
        ("asker", "x" * 501, "at most 500 characters"),
        ("partner", "Typed with care", "You have a partner"),
    ],
)
def test_a_request_that_cannot_be_gets_a_sentence(
    world: Any, as_user: Any, who: str, reason: str, sentence: str
) -> None:
    page = post(as_user(getattr(world, who)), "solo_ask", world.course, reason=reason)
    assert sentence in page
    assert reason.strip(" \0") in page
    assert not SoloRequest.objects.exists()


def test_asking_twice_is_told(world: Any, as_user: Any, asker: Membership) -> None:
    asked_for_solo(asker)
    page = post(as_user(asker.user), "solo_ask", world.course, reason="Once more")
    assert "You have asked already" in page
    assert "Once more" in page
    assert SoloRequest.objects.count() == 1


def test_staff_let_somebody_go_on_alone_who_has_not_asked(world: Any, as_user: Any, asker: Membership) -> None:
    client = as_user(world.ta)
    page = post(client, "solo_make", world.course, member=asker.pk)
    assert "works alone from now on and gets mail" in page
    assert Pair.objects.of(asker).get().wanted_size == 1
    assert mailed("You do the project alone") == [asker.user.email]
    page = post(client, "solo_make", world.course, member=asker.pk)
    assert "goes on alone already" in page
    page = post(client, "solo_make", world.course, member=world.membership["partner"].pk)
    assert "has a partner by now" in page


def test_letting_somebody_go_on_answers_their_request(world: Any, as_user: Any, asker: Membership) -> None:
    request = asked_for_solo(asker)
    post(as_user(world.ta), "solo_make", world.course, member=asker.pk)
    request.refresh_from_db()
    assert (request.state, request.decided_by) == (SoloState.APPROVED, world.ta)


@pytest.mark.parametrize("member", ["", "x", "\0", "-1", "9" * 30, "staff", "stranger"])
def test_nobody_else_can_be_let_go_on(world: Any, as_user: Any, member: str) -> None:
    named = {"staff": world.membership["ta"].pk, "stranger": world.membership["guest"].pk}
    address = reverse("pairs:solo_make", args=[world.course.slug])
    before = Pair.objects.count()
    answer = as_user(world.ta).post(address, {"member": named.get(member, member)}, follow=True)
    assert answer.status_code == (200 if member == "staff" else 404)
    assert Pair.objects.count() == before


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_however_often_one_asked(
    world: Any, as_user: Any, count_queries: Any, asker: Membership, count: int
) -> None:
    for number in range(count):
        request = asked_for_solo(asker, f"Reason {number}")
        operations.decide_solo(request, is_approved=False, answer="No", by=world.ta)
    assert count_queries(as_user(asker.user), reverse("pairs:solo_ask", args=[world.course.slug])) == 7
