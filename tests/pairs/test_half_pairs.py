"""One partner is gone: the project stays with the other, who sees what can be done, and so do the staff."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from apps.courses.models import Membership
from apps.courses.states import MembershipState, MilestoneKind
from apps.pairs import operations
from apps.pairs.models import Pair, PairMember
from apps.pairs.states import Ending
from tests.factories.courses import MembershipFactory, MilestoneFactory
from tests.factories.pairs import InvitationFactory, parted
from tests.pairs.leaving import get, people, post, url

pytestmark = pytest.mark.django_db

CHOICES = ("Somebody joins you", "You go on alone", "You join another project", "You wait")


@pytest.fixture
def ada(world: Any) -> Membership:
    """Who remains."""
    return world.membership["partner"]


def drop(member: Membership) -> None:
    Membership.objects.filter(pk=member.pk).update(state=MembershipState.DROPPED)


def lose_partner(world: Any, how: str) -> None:
    ben = world.membership["second_partner"]
    if how == "left":
        parted(world.pair, leaving=ben)
    else:
        drop(ben)


@pytest.mark.parametrize("how", ["left", "dropped"])
def test_who_remains_sees_the_choices(world: Any, as_user: Any, ada: Membership, how: str) -> None:
    client = as_user(ada.user)
    assert not any(choice in get(client, "detail", world.pair) for choice in CHOICES)
    lose_partner(world, how)
    for page in (get(client, "detail", world.pair), get(client, "index", world.course)):
        assert all(choice in page for choice in CHOICES)
        assert "You have no partner now" in page
        assert reverse("pairs:solo_ask", args=[world.course.slug]) in page
    page = get(client, "detail", world.pair)
    assert "one partner is missing" in page
    assert "Give up the project" in page
    assert ("dropped the course" in page) == (how == "dropped")
    assert "<bdi>Second Partner</bdi>" in page  # stays named


@pytest.mark.parametrize("how", ["left", "dropped"])
def test_staff_see_theirs(world: Any, as_user: Any, ada: Membership, how: str) -> None:
    lose_partner(world, how)
    page = get(as_user(world.ta), "detail", world.pair)
    assert "Partner has no partner now" in page
    for name in ("merge", "separate"):
        assert url(name, world.pair) in page
    assert "You go on alone" not in page
    page = post(as_user(world.ta), "solo_make", world.course, member=ada.pk)
    pair = Pair.objects.with_people().get(pk=world.pair.pk)
    assert (pair.wanted_size, pair.is_half) == (1, False)
    assert "has no partner now" not in page


def test_the_choices_are_for_who_remains_alone(world: Any, as_user: Any) -> None:
    lose_partner(world, "left")
    page = get(as_user(world.second_partner), "detail", world.pair)
    assert "you left this pair" in page
    assert not any(choice in page for choice in CHOICES)
    assert "Give up the project" not in page


def test_after_the_lock_staff_find_somebody(world: Any, as_user: Any, ada: Membership) -> None:
    lose_partner(world, "dropped")
    MilestoneFactory(course=world.course, kind=MilestoneKind.PAIRS, at=world.course.created_at)
    page = get(as_user(ada.user), "detail", world.pair)
    assert "Pairs are locked, so the course staff put you together" in page
    assert "Invite a classmate" not in page
    assert "You go on alone" in page


def test_who_joins_goes_on_with_the_project(world: Any, as_user: Any, ada: Membership) -> None:
    """The dropout mended: the choices, an invitation, and the project is theirs."""
    Pair.objects.filter(pk=world.pair.pk).update(created_at=world.pair.created_at - dt.timedelta(days=3))
    drop(world.membership["second_partner"])
    joiner = world.membership["asker"]
    data = {"receiver": joiner.pk, "message": "Come in"}
    as_user(ada.user).post(url("invite", world.course), data)
    invitation = joiner.invitations_received.get()
    as_user(joiner.user).post(reverse("pairs:accept", args=[world.course.slug, invitation.pk]))
    pair = Pair.objects.with_people().get(pk=world.pair.pk)
    assert people(pair) == [ada, joiner]
    assert not pair.is_half
    row = PairMember.objects.get(pair=pair, membership=world.membership["second_partner"])
    assert (row.is_active, row.ending) == (False, Ending.DROPPED)
    page = get(as_user(joiner.user), "detail", pair)
    assert "dropped the course, <time" in page
    assert "joined <time" in page
    assert as_user(joiner.user).get(f"/c/interp-f24/proposals/{world.proposal.pk}/edit/").status_code == 200


def test_the_way_everybody_went_stays_in_the_list(world: Any, as_user: Any, ada: Membership) -> None:
    parted(world.pair, leaving=world.membership["second_partner"])
    operations.accept(InvitationFactory(sender=ada, receiver=world.membership["asker"]), by=world.asker)
    operations.separate(world.pair, leaving=None, reason="Over", by=world.ta)
    page = get(as_user(world.ta), "detail", world.pair)
    assert page.count("left, <time") == 1
    assert page.count("the pair was dissolved, <time") == 2
    for name in ("Partner", "Second Partner", str(world.asker)):
        assert f"<bdi>{name}</bdi>" in page


def test_whoever_comes_back_to_the_course_is_in_the_pair_again(world: Any, as_user: Any, ada: Membership) -> None:
    ben = world.membership["second_partner"]
    drop(ben)
    assert "You have no partner now" in get(as_user(ada.user), "detail", world.pair)
    Membership.objects.filter(pk=ben.pk).update(state=MembershipState.ACTIVE)
    page = get(as_user(ben.user), "detail", world.pair)
    assert "A pair since" in page
    assert "dropped the course" not in page


def test_one_of_a_trio_who_dropped_leaves_two(world: Any, as_user: Any, ada: Membership) -> None:
    third = MembershipFactory(course=world.course)
    operations.merge(world.pair, student=third, by=world.ta)
    drop(third)
    page = get(as_user(ada.user), "detail", world.pair)
    assert "dropped the course" in page
    assert "You have no partner now" not in page
    choices = get(as_user(ada.user), "leave", world.pair)
    assert f"{third} leaves" not in choices
    assert "I leave, the project stays with Second Partner" in choices
