"""Staff let a student into a pair: chosen from either side, after seeing what it does, and told to all."""

from typing import Any

import pytest
from django.urls import reverse

from apps.core.models import AuditEvent, OutgoingMail
from apps.courses.models import Course, Membership
from apps.pairs import operations
from apps.pairs.models import Invitation, Pair, PairMember, Separation, Veto
from apps.pairs.operations.common import VETOED
from apps.pairs.states import Ending, InvitationState, PairState, SeparationState
from tests.factories.courses import CourseFactory, MembershipFactory
from tests.factories.pairs import InvitationFactory, PairFactory, asked_to_part
from tests.pairs.stuck_desk import drop, half, teacher

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Any:
    return CourseFactory()


@pytest.fixture
def client(course: Any, as_user: Any) -> Any:
    return as_user(teacher(course))


@pytest.fixture
def pair(course: Any) -> Any:
    return PairFactory(course=course)


def look(client: Any, pair: Pair, **query: Any) -> str:
    answer = client.get(reverse("pairs:merge", args=[pair.course.slug, pair.pk]), query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def let_in(client: Any, pair: Pair, student: Any) -> str:
    url = reverse("pairs:merge", args=[pair.course.slug, pair.pk])
    seen = [member.membership_id for member in Pair.objects.get(pk=pair.pk).present_members]
    answer = client.post(url, {"student": getattr(student, "pk", student), "seen": seen}, follow=True)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def choose_pair(client: Any, student: Membership, **query: Any) -> str:
    answer = client.get(reverse("pairs:let_join", args=[student.course.slug, student.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def inside(pair: Pair) -> set[Membership]:
    return {row.membership for row in PairMember.objects.active().filter(pair=pair)}


def test_a_trio_is_made_after_a_look_and_all_three_are_told(course: Any, client: Any, pair: Any) -> None:
    ada, ben = (member.membership for member in pair.current_members)
    cy = MembershipFactory(course=course)
    waiting = InvitationFactory(sender=cy, receiver=MembershipFactory(course=course))
    assert f"?student={cy.pk}" in look(client, pair, q=cy.user.email)
    page = look(client, pair, student=cy.pk)
    assert "a group of three, by your leave" in page
    assert inside(pair) == {ada, ben}, "looking does nothing"
    assert f"{cy} is in." in let_in(client, pair, cy)
    assert inside(pair) == {ada, ben, cy}
    assert Pair.objects.get(pk=pair.pk).wanted_size == 3
    assert Invitation.objects.get(pk=waiting.pk).state == InvitationState.CLOSED
    made = OutgoingMail.objects.filter(subject__startswith="You do the project with")
    assert sorted(made.values_list("to", flat=True)) == sorted(member.user.email for member in (ada, ben, cy))
    event = AuditEvent.objects.on(pair).get(verb="pairs.merge")
    assert f"let {cy} join {ada} & {ben}" in event.summary
    assert event.actor.memberships.get().is_staff


def test_a_student_chooses_no_pair_but_staff_choose_one_for_them(course: Any, client: Any, pair: Any) -> None:
    cy = MembershipFactory(course=course)
    trio = PairFactory(course=course, of=MembershipFactory.create_batch(3, course=course), wanted_size=3)
    lost = PairFactory(course=course)
    drop(*(member.membership for member in lost.current_members))
    alone = half(course)[1]
    page = choose_pair(client, cy)
    for room in (pair, Pair.objects.of(alone).get()):
        assert f"{reverse('pairs:merge', args=[course.slug, room.pk])}?student={cy.pk}" in page
    for full in (trio, lost):
        assert reverse("pairs:merge", args=[course.slug, full.pk]) not in page
    assert "No pair with room has a member who matches" in choose_pair(client, cy, q="nobody at all")
    own = Pair.objects.of(alone).get()
    assert reverse("pairs:merge", args=[course.slug, own.pk]) not in choose_pair(client, alone)
    taken = pair.current_members[0].membership
    assert client.get(reverse("pairs:let_join", args=[course.slug, taken.pk])).status_code == 404


def test_a_project_begun_alone_ends_and_stays_readable(course: Any, client: Any, pair: Any, as_user: Any) -> None:
    gone, alone = (member.membership for member in PairFactory(course=course).current_members)
    own = Pair.objects.of(alone).get()
    request = asked_to_part(own)
    drop(gone)
    page = look(client, pair, student=alone.pk)
    assert "a project of their own" in page
    let_in(client, pair, alone)
    own.refresh_from_db()
    assert own.state == PairState.DISSOLVED
    endings = dict(own.members.values_list("membership", "ending"))
    assert endings == {gone.pk: Ending.DROPPED, alone.pk: Ending.MERGED}
    assert Separation.objects.get(pk=request.pk).state == SeparationState.CLOSED
    assert AuditEvent.objects.on(own).filter(verb="pairs.merge").count() == 1
    for shown in (own, pair):
        url = reverse("pairs:detail", args=[course.slug, shown.pk])
        assert as_user(alone.user).get(url).status_code == 200


def test_somebody_joins_half_a_pair(course: Any, client: Any) -> None:
    gone, alone = half(course)
    own, friend = Pair.objects.of(alone).get(), MembershipFactory(course=course)
    assert "a pair." in look(client, own, student=friend.pk)
    let_in(client, own, friend)
    assert inside(own) == {alone, friend}
    assert PairMember.objects.get(membership=gone).ending == Ending.DROPPED


def test_what_cannot_be_is_a_sentence(course: Any, client: Any, pair: Any) -> None:
    cy = MembershipFactory(course=course)
    taken = PairFactory(course=course).current_members[0].membership
    assert "has a partner already" in let_in(client, pair, taken)
    Veto.objects.create(owner=cy, classmate=pair.current_members[0].membership)
    assert VETOED not in look(client, pair, student=cy.pk), "looking tells nothing of a veto"
    assert VETOED in let_in(client, pair, cy)
    full = PairFactory(course=course, of=MembershipFactory.create_batch(3, course=course), wanted_size=3)
    assert "There are three of them already" in look(client, full)
    assert "There are three of them already" in let_in(client, full, cy)
    over = PairFactory(course=course)
    operations.separate(over, leaving=None, reason="Over", by=teacher(course))
    assert "was dissolved" in look(client, over)
    assert "was dissolved" in let_in(client, over, cy)
    lost = PairFactory(course=course)
    drop(*(member.membership for member in lost.current_members))
    assert "nobody to join" in look(client, lost)
    assert not Pair.objects.of(cy).exists()


def test_a_pair_that_changed_meanwhile_is_looked_at_again(course: Any, client: Any) -> None:
    alone, (first, second) = half(course)[1], MembershipFactory.create_batch(2, course=course)
    own = Pair.objects.of(alone).get()
    look(client, own, student=second.pk)
    operations.merge(own, student=first, by=teacher(course))
    url = reverse("pairs:merge", args=[course.slug, own.pk])
    page = " ".join(client.post(url, {"student": second.pk, "seen": alone.pk}).content.decode().split())
    assert "Somebody joined or left this pair while you were looking" in page
    assert "a group of three, by your leave" in page, "a second press means what is shown now"
    assert inside(own) == {alone, first}


@pytest.mark.parametrize("student", ["", "x", "-1", "9" * 30, "\0", None])
def test_a_hostile_choice_changes_nothing(course: Any, client: Any, pair: Any, student: Any) -> None:
    before = inside(pair)
    stranger = MembershipFactory().pk
    for choice in (student or "", stranger):
        assert "Find by name or mail" in let_in(client, pair, choice)
    assert inside(pair) == before


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_take_the_same_queries_however_many_there_are(
    course: Any, client: Any, pair: Any, count_queries: Any, count: int
) -> None:
    people = MembershipFactory.create_batch(count, course=course)
    for _ in range(count):
        PairFactory(course=course)
        half(course)
    url = reverse("pairs:merge", args=[course.slug, pair.pk])
    assert count_queries(client, url) == 9
    assert count_queries(client, f"{url}?student={people[0].pk}") == 9
    assert count_queries(client, reverse("pairs:let_join", args=[course.slug, people[0].pk])) == 8


def test_accepting_on_behalf_is_shown_first_and_told_to_both(course: Any, client: Any) -> None:
    invitation = InvitationFactory(sender__course=course, message="Secret words")
    ada, ben = invitation.sender, invitation.receiver
    other = InvitationFactory(sender=MembershipFactory(course=course), receiver=ada)
    url = reverse("pairs:accept_for", args=[course.slug, invitation.pk])
    page = client.get(url).content.decode()
    assert f"Accept for <bdi>{ben}</bdi>?" in page
    assert f"<bdi>{other.sender}</bdi>" in page, "it says who else gets mail"
    assert "Secret words" not in page
    assert not Pair.objects.exists()
    page = client.post(url, follow=True).content.decode()
    assert "are a pair now" in page
    pair = Pair.objects.of(ada).get()
    assert inside(pair) == {ada, ben}
    told = OutgoingMail.objects.filter(body__contains=f"on behalf of {ben}")
    assert sorted(told.values_list("to", flat=True)) == sorted([ada.user.email, ben.user.email])
    assert AuditEvent.objects.on(invitation).filter(summary__contains="on behalf of").exists()
    assert Invitation.objects.get(pk=other.pk).state == InvitationState.CLOSED
    assert "There is nothing to accept any more" in client.get(url).content.decode()


def test_accepting_on_behalf_against_a_veto_is_refused(course: Any, client: Any) -> None:
    invitation = InvitationFactory(sender__course=course)
    usual = client.get(reverse("pairs:accept_for", args=[course.slug, InvitationFactory(sender__course=course).pk]))
    Veto.objects.create(owner=invitation.receiver, classmate=invitation.sender)
    url = reverse("pairs:accept_for", args=[course.slug, invitation.pk])
    assert client.get(url).content.count(b"<li>") == usual.content.count(b"<li>"), "the page before tells nothing"
    assert VETOED in client.post(url, follow=True).content.decode()
    assert not Pair.objects.exists()
    assert Invitation.objects.get(pk=invitation.pk).state == InvitationState.PENDING


def test_accepting_for_somebody_who_found_another_is_a_sentence(course: Any, client: Any) -> None:
    invitation = InvitationFactory(sender__course=course)
    drop(invitation.sender)
    url = reverse("pairs:accept_for", args=[course.slug, invitation.pk])
    assert "is not a student of this course any more" in client.post(url, follow=True).content.decode()
    assert not Pair.objects.exists()


def test_another_courses_pair_and_invitation_are_not_there(client: Any, course: Any) -> None:
    elsewhere: Course = CourseFactory()
    invitation, pair = InvitationFactory(sender__course=elsewhere), PairFactory(course=elsewhere)
    for slug in (course.slug, elsewhere.slug):
        assert client.get(reverse("pairs:accept_for", args=[slug, invitation.pk])).status_code == 404
        assert client.get(reverse("pairs:merge", args=[slug, pair.pk])).status_code == 404
