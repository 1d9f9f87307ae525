"""Before pairs lock the staff learn who would be left over: three days before and one day before, each once."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from apps.core.models import OutgoingMail
from apps.courses.models import Membership, Milestone
from apps.courses.states import MembershipState, MilestoneKind, Role
from apps.pairs import digest
from apps.pairs.models import SoloRequest
from tests.factories.accounts import UserFactory
from tests.factories.courses import CourseFactory, MembershipFactory, MilestoneFactory
from tests.factories.pairs import InvitationFactory, PairFactory
from tests.pairs.clock import sweep
from tests.pairs.threads import at_once

LOCK = dt.datetime(2024, 11, 14, 4, 59, tzinfo=dt.UTC)  # 23:59 of the 13th in Boston
HOUR = dt.timedelta(hours=1)


def course_with_staff() -> Any:
    course = CourseFactory()
    MilestoneFactory(course=course, kind=MilestoneKind.PAIRS, at=LOCK)
    MembershipFactory(course=course, role=Role.TA, user__email="ta@example.edu")
    MembershipFactory(course=course, user__name="Left Over")
    return course


@pytest.fixture
def course(db: None) -> Any:
    return course_with_staff()


def run_at(*moments: dt.datetime) -> list[str]:
    """The subjects of the mails after the task came by at these moments."""
    for moment in moments:
        with time_machine.travel(moment, tick=False):
            sweep()
    return list(OutgoingMail.objects.order_by("pk").values_list("subject", flat=True))


def before(days: int, *, hours: int = 0) -> dt.datetime:
    return LOCK - dt.timedelta(days=days) + hours * HOUR


def test_two_digests_each_once(course: Any) -> None:
    subjects = run_at(before(4), before(3, hours=1), before(3, hours=2), before(2), before(1), before(1, hours=5))
    assert subjects == ["Pairs lock in 3 days: 1 without a partner", "Pairs lock in 1 day: 1 without a partner"]
    assert set(OutgoingMail.objects.values_list("to", flat=True)) == {"ta@example.edu"}


def test_nothing_after_the_lock_or_long_past_its_day(course: Any) -> None:
    assert run_at(LOCK, LOCK + HOUR, before(3, hours=25)) == []


def test_it_names_who_is_left_and_counts_what_is_open(course: Any) -> None:
    invitation = InvitationFactory(
        sender__course=course, sender__user=UserFactory(name="Sender"), expires_at=LOCK + HOUR
    )
    InvitationFactory(expires_at=LOCK + HOUR)  # of another course
    pair = PairFactory(course=course)
    gone, alone = (member.membership for member in pair.current_members)
    Membership.objects.filter(pk=gone.pk).update(state=MembershipState.DROPPED)
    SoloRequest.objects.create(membership=alone, reason="We had begun")
    run_at(before(3))
    mail = OutgoingMail.objects.get(subject__startswith="Pairs lock")
    assert mail.subject == "Pairs lock in 3 days: 4 without a partner"
    assert "Wednesday 13 November, 23:59 EST" in mail.body
    assert "Without a partner: 3\n- Left Over\n" in mail.body
    assert f"Left alone with a project: 1\n- {alone}\n" in mail.body
    assert f"Invitations that wait for an answer: 1\n- Sender to {invitation.receiver}\n" in mail.body
    assert f"Requests to do the project alone that wait for you: 1\n- {alone}\n" in mail.body
    assert reverse("pairs:stuck", args=[course.slug]) in mail.body


def test_when_nobody_is_left_it_says_so(course: Any) -> None:
    Membership.objects.filter(user__name="Left Over").update(state=MembershipState.DROPPED)
    PairFactory(course=course)
    assert run_at(before(3)) == ["Pairs lock in 3 days: everybody has a partner"]
    assert "Everybody has a partner." in OutgoingMail.objects.get().body


def test_a_course_without_students_hears_nothing(course: Any) -> None:
    Membership.objects.students().update(state=MembershipState.DROPPED)
    assert run_at(before(3)) == []


def test_a_long_list_is_cut_and_counted(course: Any) -> None:
    MembershipFactory.create_batch(40, course=course)
    run_at(before(3))
    body = OutgoingMail.objects.get().body
    assert "Without a partner: 41" in body
    assert "- and 11 more" in body


def test_a_lock_that_moves_is_told_of_anew(course: Any) -> None:
    run_at(before(3))
    Milestone.objects.update(at=LOCK + dt.timedelta(days=7))
    assert len(run_at(before(3, hours=1))) == 1
    assert len(run_at(before(-4))) == 2


@pytest.mark.django_db(transaction=True)
def test_the_task_runs_several_times_at_once() -> None:
    course_with_staff()
    Milestone.objects.update(at=timezone.now() + dt.timedelta(days=2, hours=23))
    at_once(*(digest.send_due,) * 4)
    assert OutgoingMail.objects.count() == 1
