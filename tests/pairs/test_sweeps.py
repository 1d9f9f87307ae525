"""What happens by the clock: reminders, the lock, dropouts. Each once, however often the task comes by."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from apps.core.models import OutgoingMail
from apps.courses import operations as courses
from apps.courses.models import Membership, Milestone
from apps.courses.operations import MilestoneEntry
from apps.courses.states import MembershipState, MilestoneKind, Role
from apps.pairs import operations, sweeps
from apps.pairs.models import Invitation, JoinCode, Pair, Veto
from apps.pairs.states import InvitationState
from tests.factories.courses import CourseFactory, MembershipFactory, MilestoneFactory
from tests.factories.pairs import InvitationFactory, PairFactory
from tests.pairs.clock import sweep
from tests.pairs.threads import at_once

DAY = dt.timedelta(days=1)


@pytest.fixture
def course(db: None) -> Any:
    return CourseFactory()


def mailed(subject: str) -> list[str]:
    """Who got a mail with this in its subject, once for each mail."""
    return sorted(OutgoingMail.objects.filter(subject__contains=subject).values_list("to", flat=True))


def aged(*, sent: dt.timedelta, left: dt.timedelta, **more: Any) -> Invitation:
    """An invitation that was sent so long ago and is open for so long still."""
    invitation = InvitationFactory(expires_at=timezone.now() + left, **more)
    Invitation.objects.filter(pk=invitation.pk).update(created_at=timezone.now() - sent)
    return invitation


def drop(*members: Membership) -> None:
    for member in members:
        courses.drop_member(member, by=MembershipFactory(course=member.course, role=Role.INSTRUCTOR).user)


def test_who_does_not_answer_is_reminded_once(course: Any) -> None:
    invitation = aged(sent=5 * DAY, left=2 * DAY - dt.timedelta(hours=1), sender__course=course, message="Probing?")
    sweep()
    sweep()
    assert mailed("still waits for your answer") == [invitation.receiver.user.email]
    mail = OutgoingMail.objects.get()
    assert "Probing?" in mail.body
    assert reverse("pairs:invitation", args=[course.slug, invitation.pk]) in mail.body


@pytest.mark.parametrize(
    ("sent", "left"), [(3 * DAY, 3 * DAY), (dt.timedelta(hours=2), dt.timedelta(hours=20))], ids=["early", "fresh"]
)
def test_nobody_is_reminded_early_or_of_what_is_fresh(course: Any, sent: dt.timedelta, left: dt.timedelta) -> None:
    aged(sent=sent, left=left, sender__course=course)
    sweep()
    assert not OutgoingMail.objects.exists()


def test_nobody_is_reminded_of_whom_they_vetoed_or_of_who_has_left(course: Any) -> None:
    vetoed = aged(sent=5 * DAY, left=DAY, sender__course=course)
    Veto.objects.create(owner=vetoed.receiver, classmate=vetoed.sender)
    gone = aged(sent=5 * DAY, left=DAY, sender__course=course)
    Membership.objects.filter(pk=gone.sender.pk).update(state=MembershipState.DROPPED)
    sweep()
    assert not OutgoingMail.objects.exists()


def test_the_lock_closes_what_waits_and_tells_who_sent_it(course: Any) -> None:
    waiting = [aged(sent=DAY, left=6 * DAY, sender__course=course) for _ in range(2)]
    Veto.objects.create(owner=waiting[1].receiver, classmate=waiting[1].sender)
    elsewhere = InvitationFactory()
    MilestoneFactory(course=course, kind=MilestoneKind.PAIRS, at=timezone.now() - dt.timedelta(minutes=1))
    sweep()
    sweep()
    assert mailed("Pairs were locked before") == sorted(one.sender.user.email for one in waiting)
    assert OutgoingMail.objects.count() == 2
    assert set(Invitation.objects.filter(sender__course=course).values_list("state", flat=True)) == {"closed"}
    assert Invitation.objects.get(pk=elsewhere.pk).state == InvitationState.PENDING


def test_an_invitation_that_ends_with_the_lock_is_told_of_the_lock(course: Any) -> None:
    ada, ben = (MembershipFactory(course=course) for _ in range(2))
    MilestoneFactory(course=course, kind=MilestoneKind.PAIRS, at=timezone.now() + dt.timedelta(hours=1))
    operations.invite(ada, receiver=ben, message="", by=ada.user)
    past = timezone.now() - dt.timedelta(minutes=1)
    Milestone.objects.update(at=past)
    Invitation.objects.update(expires_at=past)
    sweep()
    assert mailed("Pairs were locked before") == [ada.user.email]
    assert not mailed("has expired")


def test_what_ran_out_before_the_lock_has_expired(course: Any) -> None:
    aged(sent=7 * DAY, left=dt.timedelta(hours=-2), sender__course=course)
    MilestoneFactory(course=course, kind=MilestoneKind.PAIRS, at=timezone.now() - dt.timedelta(hours=1))
    sweep()
    assert Invitation.objects.get().state == InvitationState.EXPIRED
    assert not mailed("Pairs were locked before")


def test_the_lock_closes_codes_and_tells_nobody(course: Any) -> None:
    ada = MembershipFactory(course=course)
    code = operations.open_code(ada, by=ada.user)
    sweep()
    assert JoinCode.objects.get(pk=code.pk).closed_at is None
    MilestoneFactory(course=course, kind=MilestoneKind.PAIRS, at=timezone.now() - dt.timedelta(minutes=1))
    sweep()
    assert JoinCode.objects.get(pk=code.pk).closed_at
    assert not OutgoingMail.objects.exists()


def test_a_code_whose_week_is_over_is_closed_and_nobody_told(course: Any) -> None:
    code = operations.open_code(MembershipFactory(course=course), by=MembershipFactory(course=course).user)
    JoinCode.objects.update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    sweep()
    assert JoinCode.objects.get(pk=code.pk).closed_at
    assert not OutgoingMail.objects.exists()


def test_who_has_left_hears_nothing_of_what_they_sent(course: Any) -> None:
    over = aged(sent=8 * DAY, left=-DAY, sender__course=course)
    waiting = aged(sent=DAY, left=6 * DAY, sender__course=course)
    Membership.objects.filter(pk__in=[over.sender.pk, waiting.sender.pk]).update(state=MembershipState.DROPPED)
    MilestoneFactory(course=course, kind=MilestoneKind.PAIRS, at=timezone.now() - dt.timedelta(minutes=1))
    sweep()
    assert sorted(Invitation.objects.values_list("state", flat=True)) == ["closed", "expired"]
    assert not OutgoingMail.objects.exists()


def test_a_reminder_names_the_lock_when_that_comes_first(course: Any) -> None:
    aged(sent=5 * DAY, left=2 * DAY - dt.timedelta(hours=1), sender__course=course)
    lock = timezone.now() + dt.timedelta(hours=5)
    MilestoneFactory(course=course, kind=MilestoneKind.PAIRS, at=lock)
    sweep()
    assert f"{course.local(lock):%H:%M %Z}" in OutgoingMail.objects.get(subject__contains="still waits").body


def test_whoever_is_left_and_the_staff_hear_of_a_dropout_once(course: Any) -> None:
    staff = [MembershipFactory(course=course, role=role) for role in (Role.TA, Role.INSTRUCTOR)]
    pairs = [PairFactory(course=course) for _ in range(3)]
    first, second = pairs[0].current_members
    both = [member.membership for member in pairs[1].current_members]
    for member in (first.membership, *both):
        Membership.objects.filter(pk=member.pk).update(state=MembershipState.DROPPED)
    sweep()
    sweep()
    assert mailed("has left the course: how do you go on?") == [second.membership.user.email]
    assert mailed("2 pairs need a decision") == sorted(one.user.email for one in staff)
    assert OutgoingMail.objects.count() == 3, "those who left, and whole pairs, hear nothing"
    body = OutgoingMail.objects.filter(subject__contains="need a decision").first().body
    for pair in pairs[:2]:
        assert reverse("pairs:detail", args=[course.slug, pair.pk]) in body
    assert str(pairs[2].current_members[0]) not in body


def test_a_drop_that_was_undone_in_time_is_not_told(course: Any) -> None:
    pair = PairFactory(course=course)
    member = pair.current_members[0].membership
    drop(member)
    courses.restore_member(member, by=MembershipFactory(course=course, role=Role.INSTRUCTOR).user)
    sweep()
    assert not OutgoingMail.objects.exists()


def test_who_comes_back_and_drops_again_is_told_again(course: Any) -> None:
    pair = PairFactory(course=course)
    member, stays = (one.membership for one in pair.current_members)
    staff = MembershipFactory(course=course, role=Role.INSTRUCTOR).user
    drop(member)
    sweep()
    courses.restore_member(member, by=staff)
    sweep()
    courses.drop_member(member, by=staff)
    sweep()
    assert mailed("how do you go on?") == [stays.user.email] * 2


def test_who_may_go_on_alone_is_no_half_pair(course: Any) -> None:
    pair = PairFactory(course=course)
    gone, stays = (one.membership for one in pair.current_members)
    drop(gone)
    operations.make_group(course, members=[stays], how="let them go on alone", by=stays.user)
    OutgoingMail.objects.all().delete()
    sweep()
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_task_runs_several_times_at_once() -> None:
    course = CourseFactory()
    MembershipFactory(course=course, role=Role.TA)
    for _ in range(3):
        pair = PairFactory(course=course)
        Membership.objects.filter(pk=pair.current_members[0].membership_id).update(state=MembershipState.DROPPED)
        aged(sent=5 * DAY, left=DAY, sender__course=course)
    at_once(*(sweeps.tell_of_half_pairs,) * 3, *(sweeps.remind_receivers,) * 3)
    assert len(mailed("how do you go on?")) == 3
    assert len(mailed("need a decision")) == 1
    assert len(mailed("still waits")) == 3
    assert not Pair.objects.filter(half_told_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_lock_that_is_moved_at_that_moment_closes_nothing() -> None:
    invitation = InvitationFactory()
    course = invitation.course
    past, future = (timezone.now() + dt.timedelta(hours=hours) for hours in (-1, 5))
    milestone = MilestoneFactory(course=course, kind=MilestoneKind.PAIRS, at=past)
    staff = MembershipFactory(course=course, role=Role.INSTRUCTOR).user

    def close() -> None:
        sweeps.close_at_lock()
        connection.close()

    closing = threading.Thread(target=close, daemon=True)
    with transaction.atomic():
        entry = MilestoneEntry(MilestoneKind.PAIRS, milestone.title, future, pk=milestone.pk)
        courses.save_milestone(course, entry, by=staff)
        closing.start()
        closing.join(0.7)
        assert closing.is_alive(), "it did not wait for the date to be moved"
    closing.join(20)
    assert Invitation.objects.get().state == InvitationState.PENDING
