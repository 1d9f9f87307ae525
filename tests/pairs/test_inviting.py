"""From looking for a partner to having one, through the pages."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.core.models import AuditEvent, OutgoingMail
from apps.courses.models import Membership
from apps.courses.states import MembershipState, Role
from apps.pairs.models import Invitation, Pair, PairMember
from apps.pairs.operations.inviting import MAX_OPEN
from apps.pairs.states import InvitationState
from apps.pairs.views.finding import SHOWN
from tests.factories.accounts import UserFactory
from tests.factories.courses import CourseFactory, MembershipFactory
from tests.factories.pairs import InvitationFactory
from tests.pairs.clock import sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Any:
    return CourseFactory()


@pytest.fixture
def ada(course: Any) -> Membership:
    return MembershipFactory(course=course, user=UserFactory(name="Ada Lovelace", email="ada@example.edu"))


@pytest.fixture
def ben(course: Any) -> Membership:
    return MembershipFactory(course=course, user=UserFactory(name="Ben O'Hara", email="ben@example.edu"))


def url(name: str, *args: Any) -> str:
    return reverse(f"pairs:{name}", args=args)


def invite(client: Client, receiver: Membership, message: str = "Shall we?") -> Any:
    data = {"receiver": receiver.pk, "message": message}
    return client.post(url("invite", receiver.course.slug), data, follow=True)


def press(client: Client, action: str, invitation: Invitation) -> str:
    answer = client.post(url(action, invitation.course.slug, invitation.pk), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_invitation_is_mailed_and_accepted(as_user: Any, ada: Membership, ben: Membership) -> None:
    page = invite(as_user(ada.user), ben, "Shall we look at <b>tense</b>?").content.decode()
    assert "gets mail" in page
    mail = OutgoingMail.objects.get()
    invitation = Invitation.objects.get()
    assert mail.to == "ben@example.edu"
    assert "Ada Lovelace would like" in mail.subject
    assert "<b>tense</b>" in mail.body  # plain text: nothing is escaped in it
    link = url("invitation", ada.course.slug, invitation.pk)
    assert link in mail.body

    client = as_user(ben.user)
    page = client.get(link).content.decode()
    assert "&lt;b&gt;tense&lt;/b&gt;" in page
    assert Invitation.objects.get().state == InvitationState.PENDING  # a mail scanner opens links too
    assert "are a pair now" in press(client, "accept", invitation)
    pair = Pair.objects.get()
    assert {member.membership for member in pair.current_members} == {ada, ben}
    accepted = OutgoingMail.objects.get(to="ada@example.edu")
    assert url("detail", ada.course.slug, pair.pk) in accepted.body
    assert "Ben O'Hara" in accepted.body


def test_accepting_closes_every_other_invitation_of_both(as_user: Any, ada: Membership, ben: Membership) -> None:
    third, fourth = (MembershipFactory(course=ada.course) for _ in range(2))
    accepted = InvitationFactory(sender=ada, receiver=ben)
    others = [
        InvitationFactory(sender=ada, receiver=third),
        InvitationFactory(sender=third, receiver=ben),
        InvitationFactory(sender=fourth, receiver=ada),
    ]
    elsewhere = InvitationFactory(sender=third, receiver=fourth)
    press(as_user(ben.user), "accept", accepted)
    states = {row.pk: row.state for row in Invitation.objects.all()}
    assert [states[row.pk] for row in others] == [InvitationState.CLOSED] * 3
    assert states[accepted.pk] == InvitationState.ACCEPTED
    assert states[elsewhere.pk] == InvitationState.PENDING
    told = OutgoingMail.objects.filter(subject__contains="has found a partner")
    assert sorted(told.values_list("to", flat=True)) == sorted([third.user.email] * 2 + [fourth.user.email])


def test_declining_and_withdrawing(as_user: Any, ada: Membership, ben: Membership) -> None:
    first = InvitationFactory(sender=ada, receiver=ben)
    assert "Declined" in press(as_user(ben.user), "decline", first)
    second = InvitationFactory(sender=ada, receiver=ben)
    assert "Withdrawn" in press(as_user(ada.user), "withdraw", second)
    assert not Pair.objects.exists()
    assert list(OutgoingMail.objects.order_by("pk").values_list("to", flat=True)) == [ada.user.email, ben.user.email]
    assert "was withdrawn a moment ago" in press(as_user(ben.user), "accept", second)
    assert not Pair.objects.exists()


def test_a_week_without_an_answer_ends_an_invitation(as_user: Any, ada: Membership, ben: Membership) -> None:
    over = InvitationFactory(sender=ada, receiver=ben, expires_at=timezone.now() - dt.timedelta(minutes=1))
    # Before the task has come by, it is over already.
    assert "has expired" in press(as_user(ben.user), "accept", over)
    sweep()
    sweep()
    assert Invitation.objects.get().state == InvitationState.EXPIRED
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == [ada.user.email]
    event = AuditEvent.objects.on(over).get()
    assert event.actor is None


def test_asking_again_after_it_expired_unnoticed(as_user: Any, ada: Membership, ben: Membership) -> None:
    InvitationFactory(sender=ada, receiver=ben, expires_at=timezone.now() - dt.timedelta(minutes=1))
    assert "gets mail" in invite(as_user(ada.user), ben).content.decode()
    assert Invitation.objects.pending().count() == 1


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda ada, ben: InvitationFactory(sender=ada, receiver=ben), "is still open"),
        (lambda ada, ben: InvitationFactory(sender=ben, receiver=ada), "accept it instead"),
        (lambda ada, ben: InvitationFactory.create_batch(MAX_OPEN, sender=ada), "open invitations"),
        (lambda ada, ben: Membership.objects.filter(pk=ben.pk).update(state=MembershipState.DROPPED), "cannot be"),
        (lambda ada, ben: Membership.objects.filter(pk=ben.pk).update(role=Role.TA), "cannot be invited"),
    ],
)
def test_a_refusal_keeps_what_was_typed(
    as_user: Any, ada: Membership, ben: Membership, prepare: Any, sentence: str
) -> None:
    prepare(ada, ben)
    before = Invitation.objects.count()
    page = invite(as_user(ada.user), ben, "Forty words of charm").content.decode()
    assert sentence in page
    assert "Forty words of charm" in page
    assert Invitation.objects.count() == before


def test_a_refusal_keeps_the_choice_of_somebody_far_down_the_list(as_user: Any, ada: Membership) -> None:
    for number in range(SHOWN):
        MembershipFactory(course=ada.course, user__name=f"Aaa {number}")
    last = MembershipFactory(course=ada.course, user__name="Zoe Last")
    InvitationFactory.create_batch(MAX_OPEN, sender=ada)
    page = invite(as_user(ada.user), last).content.decode()
    assert "open invitations" in page
    assert re.search(rf'value="{last.pk}" checked>\s*<span><bdi>Zoe Last', page)


@pytest.mark.parametrize("receiver", ["", "abc", "999999999999999999999999", "\0", "-1"])
def test_a_hostile_choice_is_a_sentence(as_user: Any, ada: Membership, receiver: str) -> None:
    answer = as_user(ada.user).post(url("invite", ada.course.slug), {"receiver": receiver, "message": "x\0y"})
    assert answer.status_code == 200
    assert "notice-error" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_nobody_invites_themselves_or_another_course(as_user: Any, ada: Membership) -> None:
    stranger = MembershipFactory()
    for receiver in (ada, stranger):
        data = {"receiver": receiver.pk}
        answer = as_user(ada.user).post(url("invite", ada.course.slug), data)
        assert "cannot be invited" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_the_search_finds_classmates_and_nobody_else(world: Any, as_user: Any) -> None:
    free = MembershipFactory(course=world.course, user=UserFactory(name="Free Person", email="free@example.edu"))
    MembershipFactory(course=world.other_course, user=UserFactory(name="Person of another course"))
    MembershipFactory(course=world.course, role=Role.TA, user=UserFactory(name="Person who teaches"))
    MembershipFactory(course=world.course, state=MembershipState.DROPPED, user=UserFactory(name="Person who left"))
    client = as_user(world.asker)
    for search in ("", "person", "example", "e", "person free", "FREE@"):
        page = client.get(url("index", world.course.slug), {"q": search}, headers={"HX-Request": "true"})
        text = page.content.decode()
        assert "Free Person" in text, search
        assert text.count('name="receiver"') == 1, search
        assert "<html" not in text
    assert str(free.pk) in text
    nothing = client.get(url("index", world.course.slug), {"q": "Person who teaches"}).content.decode()
    assert "No classmate without a partner matches" in nothing


def test_the_words_of_an_invitation_are_for_its_two_people(world: Any, as_user: Any) -> None:
    secret = "Secret words of the asker"
    link = url("invitation", world.course.slug, world.invitation.pk)
    assert secret in as_user(world.asker).get(link).content.decode()
    assert secret in as_user(world.other_student).get(link).content.decode()
    for person in (world.instructor, world.ta, world.admin):
        assert secret not in as_user(person).get(link).content.decode()
        assert secret not in as_user(person).get(url("index", world.course.slug)).content.decode()
    assert as_user(world.partner).get(link).status_code == 404


def test_whoever_wants_no_mail_gets_none(as_user: Any, ada: Membership, ben: Membership) -> None:
    ben.user.mails_about_projects = False
    ben.user.save(update_fields=["mails_about_projects"])
    invite(as_user(ada.user), ben)
    assert Invitation.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_the_sender_may_have_left_meanwhile(as_user: Any, ada: Membership, ben: Membership) -> None:
    invitation = InvitationFactory(sender=ada, receiver=ben)
    Membership.objects.filter(pk=ada.pk).update(state=MembershipState.DROPPED)
    assert "is not a student of this course any more" in press(as_user(ben.user), "accept", invitation)
    assert not PairMember.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_however_many_there_are(
    as_user: Any, count_queries: Any, ada: Membership, count: int
) -> None:
    for _ in range(count):
        InvitationFactory(sender=ada, receiver__course=ada.course)
        InvitationFactory(receiver=ada, sender__course=ada.course)
    assert count_queries(as_user(ada.user), url("index", ada.course.slug)) == 12
