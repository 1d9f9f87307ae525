"""What leaving means for pairs is shown wherever somebody can be taken out; the pairs themselves say it."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.courses.states import MembershipState
from apps.courses.templatetags.courses import batches
from tests.courses.desk import Desk, text_of
from tests.factories.courses import MembershipFactory
from tests.factories.pairs import PairFactory

pytestmark = pytest.mark.django_db


def told(client: Client, page: Any, trigger: str = "load") -> str:
    """What the fragments of a page say once the browser has loaded them."""
    html = page.content.decode()
    addresses = re.findall(rf'hx-get="([^"]*/consequences/[^"]*)" hx-trigger="{trigger}"', html)
    return " ".join(text_of(client.get(unescape(address), headers={"HX-Request": "true"})) for address in addresses)


@pytest.fixture
def couple(desk: Desk) -> list[Any]:
    """Two partners among enough others that one may leave."""
    members = [MembershipFactory(course=desk.course, section="01", user__name=name) for name in ("Ida", "Jun")]
    PairFactory(course=desk.course, of=members)
    return members


def test_the_preview_shows_the_partner_of_who_is_gone(desk: Desk, couple: list[Any]) -> None:
    ida, jun = couple
    page = desk.upload(f"Name,Email\nJun,{jun.user.email}\n")
    assert "Jun" in told(desk.client, page)
    assert "Ida" in told(desk.client, page)
    assert told(desk.client, desk.upload(f"Name,Email\nIda,{ida.user.email}\nJun,{jun.user.email}\n")) == ""


def test_those_of_other_sections_are_asked_about_when_they_are_shown(desk: Desk, couple: list[Any]) -> None:
    other = MembershipFactory(course=desk.course, section="02")
    page = desk.upload(f"Name,Email,Section\nOther,{other.user.email},02\n")
    assert told(desk.client, page) == ""
    assert "Ida" in told(desk.client, page, "toggle from:closest details once")


def test_the_member_page_shows_the_partner_beside_the_way_out(desk: Desk, couple: list[Any], as_user: Any) -> None:
    url = reverse("course:member", args=[desk.course.slug, couple[0].pk])
    assert "Jun" in told(desk.client, desk.client.get(url))
    assistant = MembershipFactory(course=desk.course, role="ta").user
    assert "/consequences/" not in as_user(assistant).get(url).content.decode(), "who may not take anybody out"
    couple[0].state = MembershipState.DROPPED
    couple[0].save()
    assert "/consequences/" not in desk.client.get(url).content.decode()


def test_the_undo_shows_the_partners_of_who_leaves_again(desk: Desk) -> None:
    desk.yes(desk.upload("Name,Email\nIda,ida@example.edu\nJun,jun@example.edu\n"))
    PairFactory(course=desk.course, of=list(desk.course.memberships.students()))
    page = desk.client.get(desk.preview() + "undo/")
    assert "Ida" in told(desk.client, page)


def test_many_are_asked_about_in_addresses_that_servers_take() -> None:
    members = MembershipFactory.build_batch(301)
    for pk, member in enumerate(members, start=1_000_000):
        member.pk = pk
    queries = batches(members)
    assert [query.count("member=") for query in queries] == [150, 150, 1]
    assert "&".join(queries).split("&") == [f"member={member.pk}" for member in members]
    assert max(map(len, queries)) < 4000
