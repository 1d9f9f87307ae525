"""Courses in which something is stuck, and how the tests look at the board."""

import datetime as dt
import re
from typing import Any

from django.urls import reverse
from django.utils import timezone

from apps.courses import operations as courses
from apps.courses.models import Course, Membership
from apps.courses.states import Role
from apps.pairs.models import Invitation, Offer, Pair, Separation
from tests.factories.courses import MembershipFactory
from tests.factories.pairs import InvitationFactory, PairFactory, asked_for_solo, asked_to_part, offered

DAY = dt.timedelta(days=1)


def board(client: Any, course: Course, **query: Any) -> str:
    answer = client.get(reverse("pairs:stuck", args=[course.slug]), query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def section(page: str, key: str) -> str:
    """The HTML of one section of the board; empty when it is not shown."""
    found = re.search(rf'<section id="{key}".*?</section>', page)
    return found[0] if found else ""


def teacher(course: Course) -> Any:
    return MembershipFactory(course=course, role=Role.INSTRUCTOR).user


def waits(course: Course, *, days: int = 4, left: int = 3, **people: Any) -> Invitation:
    """An invitation that was sent `days` ago and ends in `left` days."""
    invitation = InvitationFactory(sender__course=course, expires_at=timezone.now() + left * DAY, **people)
    Invitation.objects.filter(pk=invitation.pk).update(created_at=timezone.now() - days * DAY)
    return invitation


def drop(*members: Membership, by: Any = None) -> None:
    for member in members:
        courses.drop_member(member, by=by or teacher(member.course))


def half(course: Course, by: Any = None) -> tuple[Membership, Membership]:
    """A pair of which one has dropped: who, and who remains."""
    gone, stays = (member.membership for member in PairFactory(course=course).current_members)
    drop(gone, by=by)
    return gone, stays


def old_request(pair: Pair) -> Separation:
    """One of the pair has asked to part three days ago."""
    asked = asked_to_part(pair)
    Separation.objects.filter(pk=asked.pk).update(created_at=timezone.now() - 3 * DAY)
    return asked


def everything(course: Course, by: Any) -> None:
    """One row of every section."""
    waits(course)
    half(course, by=by)
    drop(*(member.membership for member in PairFactory(course=course).current_members), by=by)
    offered(*MembershipFactory.create_batch(2, course=course), by=by)
    over = offered(*MembershipFactory.create_batch(2, course=course), by=by)
    Offer.objects.filter(pk=over.pk).update(state="expired", closed_at=timezone.now())
    over.members.update(is_open=False)
    old_request(PairFactory(course=course))
    asked_for_solo(MembershipFactory(course=course))
    MembershipFactory(course=course)
