"""The first step of the overview: what somebody does who has no partner, or whose partner has left."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.courses.models import Membership, Milestone
from apps.courses.states import MembershipState, MilestoneKind
from apps.pairs import operations as pairs
from apps.pairs.models import Veto
from tests.factories.courses import CourseFactory, MembershipFactory, MilestoneFactory
from tests.factories.pairs import InvitationFactory, PairFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Membership:
    course = CourseFactory()
    MilestoneFactory(course=course, kind=MilestoneKind.PAIRS, at=timezone.now() + dt.timedelta(days=2))
    return MembershipFactory(course=course)


def overview(as_user: Any, membership: Membership) -> str:
    page = as_user(membership.user).get(reverse("dashboard:course", args=[membership.course.slug]))
    return " ".join(page.content.decode().split())


def test_a_vetoed_invitation_is_not_there_for_who_vetoed(ada: Membership, as_user: Any) -> None:
    invitation = InvitationFactory(receiver=ada, sender__course=ada.course)
    assert f"Answer the invitation of {invitation.sender}" in overview(as_user, ada)
    Veto.objects.create(owner=ada, classmate=invitation.sender)
    assert str(invitation.sender) not in overview(as_user, ada)
    assert f"waits for {ada}" in overview(as_user, invitation.sender)


def test_after_the_lock_the_staff_are_waited_for(ada: Membership, as_user: Any) -> None:
    InvitationFactory(receiver=ada, sender__course=ada.course)
    Milestone.objects.update(at=timezone.now() - dt.timedelta(hours=1))
    page = overview(as_user, ada)
    assert "Pairs are locked, so you will be given a partner" in page
    assert "Answer the invitation" not in page


def test_whose_partner_dropped_is_told_to_find_somebody(ada: Membership, as_user: Any) -> None:
    partner = MembershipFactory(course=ada.course)
    PairFactory(course=ada.course, of=[ada, partner])
    assert f"You work with {partner}" in overview(as_user, ada)
    Membership.objects.filter(pk=partner.pk).update(state=MembershipState.DROPPED)
    page = overview(as_user, ada)
    assert "Find somebody to join your project" in page
    assert "Begin your proposal" in page, "the project goes on"
    pairs.ask_solo(ada, reason="We had begun", by=ada.user)
    assert "You asked to do the project alone" in overview(as_user, ada)


def test_a_request_to_part_is_the_partners_turn(ada: Membership, as_user: Any) -> None:
    partner = MembershipFactory(course=ada.course)
    pair = PairFactory(course=ada.course, of=[ada, partner])
    pairs.ask_to_leave(pair, leaving=ada, reason="", by=ada.user)
    assert f"{ada} asks to part: answer" in overview(as_user, partner)
    assert "asks to part" not in overview(as_user, ada)
