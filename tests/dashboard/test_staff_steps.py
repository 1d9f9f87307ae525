"""What the overview tells the staff to do about pairs."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.courses.models import Course, Membership
from apps.courses.states import MembershipState, MilestoneKind, Role
from apps.pairs import operations as pairs
from apps.pairs.models import Pair
from tests.factories.courses import CourseFactory, MembershipFactory, MilestoneFactory
from tests.factories.pairs import PairFactory, parted

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher() -> Membership:
    course = CourseFactory()
    MilestoneFactory(course=course)
    return MembershipFactory(course=course, role=Role.INSTRUCTOR)


def overview(as_user: Any, teacher: Membership) -> str:
    page = as_user(teacher.user).get(reverse("dashboard:course", args=[teacher.course.slug]))
    return " ".join(page.content.decode().split())


def half(course: Course) -> Pair:
    pair = PairFactory(course=course)
    Membership.objects.filter(pk=pair.current_members[0].membership_id).update(state=MembershipState.DROPPED)
    return pair


def test_who_seeks_leads_to_the_stuck_board(teacher: Membership, as_user: Any) -> None:
    PairFactory(course=teacher.course)
    assert "Every student has a partner" in overview(as_user, teacher)
    MembershipFactory(course=teacher.course)
    half(teacher.course)
    page = overview(as_user, teacher)
    assert "2 students have no partner yet" in page
    assert reverse("pairs:stuck", args=[teacher.course.slug]) in page


def test_after_the_lock_it_is_the_staffs_turn(teacher: Membership, as_user: Any) -> None:
    MembershipFactory(course=teacher.course)
    past = timezone.now() - dt.timedelta(hours=1)
    MilestoneFactory(course=teacher.course, kind=MilestoneKind.PAIRS, at=past)
    assert "Find partners for 1 student, since pairs are locked" in overview(as_user, teacher)


def test_a_pair_that_lost_a_member_is_named_and_many_are_counted(teacher: Membership, as_user: Any) -> None:
    pair = PairFactory(course=teacher.course)
    parted(pair, leaving=pair.current_members[1].membership)
    lost = half(teacher.course)
    page = overview(as_user, teacher)
    assert f"Decide how {Pair.objects.get(pk=pair.pk)} goes on: a member has left" in page
    assert "goes on: a member has dropped the course" in page
    for _ in range(2):
        half(teacher.course)
    page = overview(as_user, teacher)
    assert "Decide how 4 pairs go on that lost a member" in page
    pairs.make_solo(lost.present_members[0].membership, by=teacher.user)
    assert "Decide how 4 pairs" not in overview(as_user, teacher)
