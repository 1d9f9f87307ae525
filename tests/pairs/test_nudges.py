"""A nudge: seen before it is sent, at most one a day, and no way to find out a veto."""

import datetime as dt
import threading
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from apps.core.errors import Refused
from apps.core.models import AuditEvent, OutgoingMail
from apps.courses.models import Course, Membership
from apps.courses.states import MilestoneKind
from apps.pairs import operations
from apps.pairs.models import Veto
from apps.pairs.queries import About
from tests.factories.courses import CourseFactory, MembershipFactory, MilestoneFactory
from tests.factories.pairs import PairFactory, offered
from tests.pairs.stuck_desk import board, half, section, teacher, waits

TEXT = "Please look for a partner <b>soon</b>."


@pytest.fixture
def course(db: None) -> Any:
    return CourseFactory()


@pytest.fixture
def client(course: Any, as_user: Any) -> Any:
    return as_user(teacher(course))


def preview(client: Any, course: Course, **query: Any) -> str:
    answer = client.get(reverse("pairs:nudge", args=[course.slug]), query, follow=True)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def send(client: Any, *members: Membership, about: str = "seek", text: str = TEXT, course: Any = None) -> str:
    data = {"about": about, "member": [member.pk for member in members], "text": text}
    slug = (course or members[0].course).slug
    answer = client.post(reverse("pairs:nudge", args=[slug]), data, follow=True)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def mailed() -> list[str]:
    return sorted(OutgoingMail.objects.values_list("to", flat=True))


def test_it_is_shown_first_and_sent_as_it_was_changed(course: Any, client: Any) -> None:
    one, other = MembershipFactory.create_batch(2, course=course)
    page = preview(client, course, about="seek", member=[one.pk, other.pk])
    assert "Nudge 2 students?" in page
    assert "you have no partner yet" in page
    assert not OutgoingMail.objects.exists(), "looking sends nothing"
    page = send(client, one, other)
    assert "get mail" in page
    assert mailed() == sorted([one.user.email, other.user.email])
    mail = OutgoingMail.objects.first()
    assert mail.subject == "You have no partner yet"
    assert "Please look for a partner <b>soon</b>." in mail.body
    assert reverse("pairs:index", args=[course.slug]) in mail.body
    event = AuditEvent.objects.on(one).get(verb="pairs.nudge")
    assert event.actor.memberships.get().is_staff
    assert "nudged just now" in section(board(client, course), "left")


def test_nobody_is_nudged_twice_within_a_day(course: Any, client: Any, as_user: Any) -> None:
    one, other = MembershipFactory.create_batch(2, course=course)
    send(client, one)
    page = preview(client, course, about="seek", member=[one.pk, other.pk])
    assert "Nudge 1 student?" in page
    assert f'<bdi>{one}</bdi> <span class="soft">was nudged within the last day' in page
    page = send(as_user(teacher(course)), one, other)
    assert "1 of those chosen get none" in page
    assert mailed() == sorted([one.user.email, other.user.email])
    page = send(client, one, other)
    assert "Nobody of them can be nudged now" in page
    assert escape(TEXT) in page, "what was typed is there"
    with time_machine.travel(timezone.now() + dt.timedelta(hours=25)):
        send(as_user(teacher(course)), one)
    assert mailed().count(one.user.email) == 2


def test_a_vetoed_invitation_is_nothing_to_answer(course: Any, client: Any) -> None:
    vetoed, usual = waits(course), waits(course)
    Veto.objects.create(owner=vetoed.receiver, classmate=vetoed.sender)
    over = waits(course)
    operations.decline(over, by=over.receiver.user)
    OutgoingMail.objects.all().delete()
    people = [one.receiver for one in (vetoed, usual, over)]
    page = preview(client, course, about="answer", member=[member.pk for member in people])
    assert "Nudge 1 student?" in page
    for member in (vetoed.receiver, over.receiver):
        assert f'<bdi>{member}</bdi> <span class="soft">has nothing to answer</span>' in page
    send(client, *people, about="answer")
    assert mailed() == [usual.receiver.user.email]
    assert not AuditEvent.objects.on(vetoed.receiver).filter(verb="pairs.nudge").exists()


def test_whoever_was_asked_by_another_too_is_reminded_of_that_one(course: Any, client: Any) -> None:
    vetoed = waits(course)
    Veto.objects.create(owner=vetoed.receiver, classmate=vetoed.sender)
    waits(course, receiver=vetoed.receiver)
    send(client, vetoed.receiver, about="answer")
    assert mailed() == [vetoed.receiver.user.email]
    assert str(vetoed.sender) not in OutgoingMail.objects.get().body


@pytest.mark.parametrize(
    ("about", "prepare", "why"),
    [
        ("seek", lambda course: PairFactory(course=course).current_members[0].membership, "needs no partner any more"),
        ("seek", lambda course: half(course)[0], "is not a student here now"),
        ("alone", lambda course: MembershipFactory(course=course), "is in no pair"),
        ("answer", lambda course: MembershipFactory(course=course), "has nothing to answer"),
        ("seek", lambda course: MembershipFactory(course=course, user__mails_about_projects=False), "wants no mail"),
        ("seek", lambda course: MembershipFactory(course=course, role="ta"), "is not a student here now"),
    ],
)
def test_whom_it_does_not_reach_is_named_with_why(course: Any, client: Any, about: str, prepare: Any, why: str) -> None:
    member = prepare(course)
    page = preview(client, course, about=about, member=member.pk)
    assert "Nobody to nudge" in page
    assert why in page
    assert "Nobody of them can be nudged now" in send(client, member, about=about)
    assert not OutgoingMail.objects.filter(subject__contains="partner").exists()


def test_after_the_lock_only_a_proposal_is_there_to_answer(course: Any, client: Any) -> None:
    invited = waits(course).receiver
    offer = offered(*MembershipFactory.create_batch(2, course=course), by=teacher(course))
    MilestoneFactory(course=course, kind=MilestoneKind.PAIRS, at=timezone.now() - dt.timedelta(minutes=1))
    waiting = [one.membership for one in offer.members.all()]
    page = preview(client, course, about="answer", member=[invited.pk, *(one.pk for one in waiting)])
    assert "Nudge 2 students?" in page
    assert f'<bdi>{invited}</bdi> <span class="soft">has nothing to answer</span>' in page
    assert "Pairs are locked by now" in preview(client, course, about="seek", member=invited.pk)


def test_a_whole_section_at_once(course: Any, client: Any) -> None:
    answering = waits(course).receiver
    alone = half(course)[1]
    left = MembershipFactory.create_batch(3, course=course)
    for key, people in (("pending", [answering]), ("half", [alone]), ("left", left)):
        page = preview(client, course, section=key)
        assert f"Nudge {len(people)} student" in page, key
        for member in people:
            assert f'name="member" value="{member.pk}"' in page, key
    page = preview(client, course, section="left", q=left[0].user.email)
    assert "Nudge 1 student?" in page
    everybody = preview(client, course)
    assert "Nudge 6 students?" in everybody, "without a choice all who seek a partner: the sender too"


def test_one_tick_may_stand_for_the_people_of_a_proposal(course: Any, client: Any) -> None:
    offer = offered(*MembershipFactory.create_batch(2, course=course), by=teacher(course))
    people = [one.membership for one in offer.members.all()]
    tick = ",".join(str(member.pk) for member in people)
    assert f'value="{tick}"' in section(board(client, course), "offers")
    page = preview(client, course, about="answer", member=tick)
    assert "Nudge 2 students?" in page
    for member in people:
        assert f'name="member" value="{member.pk}"' in page


def test_to_tick_nobody_is_not_to_tick_everybody(course: Any, client: Any) -> None:
    MembershipFactory(course=course)
    assert "Nobody is chosen" in preview(client, course, about="seek")
    assert "Nobody is chosen" in preview(client, course, about="seek", member=["x", "-1", "9" * 30])
    answer = client.post(reverse("pairs:nudge", args=[course.slug]), {"about": "seek", "text": TEXT}, follow=True)
    assert "Nobody is chosen" in answer.content.decode()
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("text", ["", " \n ", "\0", "x" * 1001])
def test_a_text_that_cannot_be_sent_is_a_sentence(course: Any, client: Any, text: str) -> None:
    page = send(client, MembershipFactory(course=course), text=text)
    assert "invalid-feedback" in page
    assert not OutgoingMail.objects.exists()


def test_people_of_another_course_cannot_be_chosen(course: Any, client: Any) -> None:
    stranger = MembershipFactory()
    page = send(client, stranger, course=course)
    assert "Nobody of them can be nudged now" in page
    assert str(stranger) not in page
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_preview_takes_the_same_queries_however_many_are_chosen(
    course: Any, client: Any, count_queries: Any, count: int
) -> None:
    members = MembershipFactory.create_batch(count, course=course)
    chosen = "&".join(f"member={member.pk}" for member in members)
    url = reverse("pairs:nudge", args=[course.slug])
    assert count_queries(client, f"{url}?about=answer&{chosen}") == 7
    for _ in range(count):
        half(course)
    assert count_queries(client, f"{url}?section=half") == 10


class Pressing(threading.Thread):
    """One of the staff who presses send in a connection of their own; `answer` is what they read."""

    def __init__(self, member: Membership, by: Any) -> None:
        super().__init__(daemon=True)
        self.member, self.by, self.answer = member, by, ""

    def run(self) -> None:
        try:
            operations.nudge(self.member.course, members=[self.member.pk], about=About.SEEK, text=TEXT, by=self.by)
        except Refused as refusal:
            self.answer = refusal.message
        finally:
            connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_of_the_staff_nudge_the_same_student_at_once() -> None:
    member = MembershipFactory()
    first, second = teacher(member.course), teacher(member.course)
    pressing = Pressing(member, second)
    with transaction.atomic():
        operations.nudge(member.course, members=[member.pk], about=About.SEEK, text=TEXT, by=first)
        pressing.start()
        pressing.join(0.7)
        assert pressing.is_alive(), "the second did not wait to see what the first does"
    pressing.join(20)
    assert "Nobody of them can be nudged now" in pressing.answer
    assert mailed() == [member.user.email]
