"""Before a roster takes students out, its preview says what that means for their pairs."""

from typing import Any

import pytest
from django.urls import reverse

from apps.courses.models import Membership
from apps.courses.states import MembershipState
from apps.pairs.models import Pair
from tests.factories.courses import MembershipFactory
from tests.factories.pairs import PairFactory

pytestmark = pytest.mark.django_db


def asked(client: Any, course: Any, *members: Any, htmx: bool = True) -> str:
    """What the fragment says of these members, without its line breaks."""
    headers = {"HX-Request": "true"} if htmx else {}
    data = {"member": [getattr(member, "pk", member) for member in members]}
    answer = client.get(reverse("pairs:consequences", args=[course.slug]), data, headers=headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.fixture
def client(world: Any, as_user: Any) -> Any:
    return as_user(world.instructor)


def test_whose_partner_leaves_keeps_the_project_and_gets_mail(world: Any, client: Any) -> None:
    page = asked(client, world.course, world.membership["partner"], world.membership["asker"])
    assert "<strong>1</strong> student would be left without a partner" in page
    assert "The project stays with them; they get mail within minutes" in page
    assert "<bdi>Partner</bdi> leaves: the project stays with" in page
    assert f">{'<bdi>'}Second Partner</bdi></a>" in page
    assert "1 other of them is in no pair" in page
    assert "<html" not in page


def test_both_of_a_pair_leave_nobody_behind(world: Any, client: Any) -> None:
    both = [world.membership["partner"], world.membership["second_partner"]]
    page = asked(client, world.course, *both)
    assert "No student would be left without a partner" in page
    assert "<bdi>Partner</bdi> and <bdi>Second Partner</bdi> leave:" in page
    assert "has nobody left" in page


def test_one_of_three_leaves_a_pair(world: Any, client: Any) -> None:
    three = [MembershipFactory(course=world.course, user__name=f"Trio {number}") for number in "123"]
    PairFactory(course=world.course, of=three, wanted_size=3)
    page = asked(client, world.course, three[0])
    assert "<bdi>Trio 1</bdi> leaves a group of three:" in page
    assert "<bdi>Trio 2</bdi> and <bdi>Trio 3</bdi></a> go on" in page


def test_whoever_works_alone_or_was_left_alone_leaves_nobody(world: Any, client: Any) -> None:
    alone = MembershipFactory(course=world.course)
    PairFactory(course=world.course, of=[alone], wanted_size=1)
    half = world.membership["partner"]
    Membership.objects.filter(pk=world.membership["second_partner"].pk).update(state=MembershipState.DROPPED)
    page = asked(client, world.course, alone, half)
    assert "<strong>2</strong> projects would have nobody left" in page


def test_nobody_in_a_pair_is_a_sentence(world: Any, client: Any) -> None:
    assert "None of them is in a pair" in asked(client, world.course, world.membership["asker"])
    assert "None of them is a student here now" in asked(client, world.course)


def test_what_is_no_student_here_is_ignored(world: Any, client: Any) -> None:
    stranger = PairFactory(course=world.other_course).current_members[0].membership
    junk = ["", "x", "-1", "\0", "9" * 40, "１２", 0, stranger, world.membership["ta"], world.membership["dropped"]]
    page = asked(client, world.course, *junk)
    assert "None of them is a student here now" in page
    assert str(stranger) not in page


def test_without_htmx_it_is_a_page(world: Any, client: Any) -> None:
    page = asked(client, world.course, world.membership["partner"], htmx=False)
    assert "<h1>What it means for pairs</h1>" in page
    assert "<bdi>Partner</bdi> leaves" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_do_not_grow_with_those_who_leave(world: Any, client: Any, count_queries: Any, count: int) -> None:
    pairs = [PairFactory(course=world.course) for _ in range(count)]
    leaving = "&".join(f"member={pair.current_members[0].membership_id}" for pair in pairs)
    url = f"{reverse('pairs:consequences', args=[world.course.slug])}?{leaving}"
    assert count_queries(client, url) == 7


def test_nothing_is_written(world: Any, client: Any) -> None:
    before = list(Pair.objects.values())
    asked(client, world.course, *world.membership.values())
    assert list(Pair.objects.values()) == before
