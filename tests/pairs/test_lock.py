"""Pairs are locked at one moment, for every way in: no invitation, code or page of before gets round it."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from apps.core.errors import Refused
from apps.courses import operations as courses
from apps.courses.models import Course, Membership, Milestone
from apps.courses.operations import MilestoneEntry
from apps.courses.states import MilestoneKind
from apps.pairs import operations
from apps.pairs.deadline import is_locked
from apps.pairs.models import Invitation, JoinCode, Pair
from tests.factories.courses import CourseFactory, MembershipFactory, MilestoneFactory
from tests.factories.pairs import InvitationFactory, PairFactory

LOCKED = "Pairs are locked since"


def lock_at(course: Course, moment: dt.datetime) -> Milestone:
    return MilestoneFactory(course=course, kind=MilestoneKind.PAIRS, title="Pairs formed", at=moment)


def an_hour(ago: int = 0, ahead: int = 0) -> dt.datetime:
    return timezone.now() + dt.timedelta(hours=ahead - ago)


@pytest.fixture
def two(db: None) -> list[Membership]:
    course = CourseFactory()
    return [MembershipFactory(course=course) for _ in range(2)]


def post(client: Any, name: str, *args: Any, **data: Any) -> str:
    answer = client.post(reverse(f"pairs:{name}", args=args), data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_no_way_in_is_open_after_the_lock(two: list[Membership], as_user: Any) -> None:
    ada, ben = two
    slug = ada.course.slug
    invitation = InvitationFactory(sender=ada, receiver=ben)
    code = operations.open_code(ada, by=ada.user)
    lock_at(ada.course, an_hour(ago=1))
    assert LOCKED in post(as_user(ben.user), "accept", slug, invitation.pk)
    assert LOCKED in post(as_user(ben.user), "join", slug, code=code.code)
    assert LOCKED in post(as_user(ben.user), "code", slug)
    other = MembershipFactory(course=ada.course)
    assert LOCKED in post(as_user(ben.user), "invite", slug, receiver=other.pk)
    assert not Pair.objects.exists()


def test_the_page_says_when_pairs_lock_and_that_they_are(two: list[Membership], as_user: Any) -> None:
    ada, _ = two
    milestone = lock_at(ada.course, an_hour(ahead=2))
    url = reverse("pairs:index", args=[ada.course.slug])
    page = as_user(ada.user).get(url).content.decode()
    assert "Pairs are locked" in page
    assert "in 1 hour" in page
    assert "Send the invitation" in page
    Milestone.objects.filter(pk=milestone.pk).update(at=an_hour(ago=1))
    page = as_user(ada.user).get(url).content.decode()
    assert "course staff" in page
    assert "Send the invitation" not in page


def test_what_is_sent_before_the_lock_ends_with_it(two: list[Membership]) -> None:
    ada, ben = two
    at = an_hour(ahead=3)
    lock_at(ada.course, at)
    assert operations.invite(ada, receiver=ben, message="", by=ada.user).expires_at == at
    assert operations.open_code(ada, by=ada.user).expires_at == at


def test_staff_go_on_after_the_lock(two: list[Membership], as_user: Any, world: Any) -> None:
    lock_at(world.course, an_hour(ago=1))
    free = MembershipFactory(course=world.course)
    members = [world.membership["asker"].pk, free.pk]
    post(as_user(world.ta), "make", world.course.slug, members=members)
    assert Pair.objects.of(free).exists()


def test_members_of_a_pair_cannot_part_after_the_lock(db: None) -> None:
    pair = PairFactory()
    lock_at(pair.course, an_hour(ago=1))
    with pytest.raises(Refused, match=LOCKED):
        operations.ask_to_leave(pair, leaving=None, reason="", by=pair.users[0])


def test_without_the_milestone_pairs_are_never_locked(two: list[Membership]) -> None:
    MilestoneFactory(course=two[0].course, kind=MilestoneKind.PROPOSAL, at=an_hour(ago=9))
    assert not is_locked(two[0].course)


def test_the_lock_moved_on_opens_pairs_again(two: list[Membership], as_user: Any) -> None:
    ada, ben = two
    milestone = lock_at(ada.course, an_hour(ago=1))
    invitation = InvitationFactory(sender=ada, receiver=ben)
    client = as_user(ben.user)
    assert LOCKED in post(client, "accept", ada.course.slug, invitation.pk)
    Milestone.objects.filter(pk=milestone.pk).update(at=an_hour(ahead=1))
    assert "are a pair now" in post(client, "accept", ada.course.slug, invitation.pk)


class Pressing(threading.Thread):
    """Somebody who presses accept in a connection of their own; `answer` is the pair or the sentence."""

    def __init__(self, invitation: Invitation) -> None:
        super().__init__(daemon=True)
        self.invitation, self.answer = invitation, None

    def run(self) -> None:
        try:
            self.answer: Any = operations.accept(self.invitation, by=self.invitation.receiver.user)
        except Refused as refusal:
            self.answer = refusal.message
        finally:
            connection.close()


@pytest.mark.django_db(transaction=True)
def test_the_lock_passes_while_somebody_accepts() -> None:
    invitation = InvitationFactory()
    course, staff = invitation.course, MembershipFactory(course=invitation.course).user
    milestone = lock_at(course, an_hour(ahead=1))
    entry = MilestoneEntry(MilestoneKind.PAIRS, milestone.title, an_hour(ago=1), pk=milestone.pk)
    pressing = Pressing(invitation)
    with transaction.atomic():
        courses.save_milestone(course, entry, by=staff)
        pressing.start()
        pressing.join(0.7)
        assert pressing.is_alive(), "accepting did not wait for the lock to be moved"
    pressing.join(20)
    assert LOCKED in pressing.answer
    assert not Pair.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_accepts_first_is_not_locked_out() -> None:
    invitation = InvitationFactory()
    course, staff = invitation.course, MembershipFactory(course=invitation.course).user
    milestone = lock_at(course, an_hour(ahead=1))
    entry = MilestoneEntry(MilestoneKind.PAIRS, milestone.title, an_hour(ago=1), pk=milestone.pk)

    def move() -> None:
        courses.save_milestone(course, entry, by=staff)
        connection.close()

    moving = threading.Thread(target=move, daemon=True)
    with transaction.atomic():
        pair = operations.accept(invitation, by=invitation.receiver.user)
        moving.start()
        moving.join(0.7)
        assert moving.is_alive(), "the lock moved in the middle of accepting"
    moving.join(20)
    assert is_locked(course)
    assert Pair.objects.get() == pair


def test_a_code_is_closed_with_the_lock(two: list[Membership], as_user: Any) -> None:
    ada, ben = two
    milestone = lock_at(ada.course, an_hour(ahead=1))
    code = operations.open_code(ada, by=ada.user).code
    JoinCode.objects.update(expires_at=an_hour(ahead=9))  # as if the lock had been moved to an earlier day since
    Milestone.objects.filter(pk=milestone.pk).update(at=an_hour(ago=1))
    assert LOCKED in post(as_user(ben.user), "join", ada.course.slug, code=code)
    assert not Pair.objects.exists()
