"""The staff's first page with many students: lists, search, pages, and a choice that survives them."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from apps.courses.models import Course, Membership
from apps.courses.states import MilestoneKind
from apps.pairs import operations
from apps.pairs.models import Pair
from tests.factories.courses import CourseFactory, MembershipFactory, MilestoneFactory
from tests.factories.pairs import InvitationFactory, PairFactory, asked_for_solo, offered
from tests.pairs.stuck_desk import drop, half, teacher

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Any:
    return CourseFactory()


@pytest.fixture
def client(course: Any, as_user: Any) -> Any:
    return as_user(teacher(course))


def look(client: Any, course: Course, **query: Any) -> str:
    answer = client.get(reverse("pairs:index", args=[course.slug]), query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def names(page: str, members: list[Membership]) -> list[str]:
    return [str(member) for member in members if f"<bdi>{escape(str(member))}</bdi>" in page]


def test_an_empty_course_says_what_to_do(course: Any, client: Any) -> None:
    page = look(client, course)
    assert "Import the roster" in page
    assert "No pairs yet" in look(client, course, show="pairs")
    assert "Nobody waits for an answer" in look(client, course, show="invitations")
    PairFactory(course=course)
    assert "Everybody has a partner" in look(client, course, show="seeking")
    assert "1 pair, 0 students without a partner" in look(client, course)


def test_each_list_is_searched_by_every_word(course: Any, client: Any) -> None:
    free = [MembershipFactory(course=course, user__name=name) for name in ("Ada Quist", "Ada Lund", "Ben Quist")]
    pair = PairFactory(course=course, of=[MembershipFactory(course=course, user__name="Cy Ada Moss"), free[2]])
    invitation = InvitationFactory(sender=free[0], receiver=free[1])
    assert names(look(client, course, show="seeking", q="quist ADA"), free) == ["Ada Quist"]
    assert names(look(client, course, show="seeking", q="Quist"), free) == ["Ada Quist"]
    assert escape(str(pair)) in look(client, course, show="pairs", q="moss")
    assert "No pair has a member who matches" in look(client, course, show="pairs", q="Lund")
    page = look(client, course, show="invitations", q="lund")
    assert reverse("pairs:accept_for", args=[course.slug, invitation.pk]) in page
    assert "No open invitation is from or to" in look(client, course, show="invitations", q="moss")
    assert "Nobody without a partner matches" in look(client, course, q="moss")


@pytest.mark.parametrize("junk", [{"show": "\0"}, {"q": "\0‮" * 200}, {"page": "x"}, {"page": "99"}, {"with": "x"}])
def test_a_hostile_address_is_a_page(course: Any, client: Any, junk: dict[str, str]) -> None:
    member = MembershipFactory(course=course)
    look(client, course, **junk)
    look(client, course, **{"with": member.pk, **junk})


def test_fifty_stand_on_a_page(course: Any, client: Any) -> None:
    people = [MembershipFactory(course=course, user__name=f"Student {number:03}") for number in range(55)]
    assert len(names(look(client, course), people)) == 50
    page = look(client, course, page=2)
    assert names(page, people) == [str(member) for member in people[50:]]
    assert "51 to 55 of 55" in page


def test_two_are_chosen_across_pages_and_searches(course: Any, client: Any) -> None:
    people = [MembershipFactory(course=course, user__name=f"Student {number:03}") for number in range(55)]
    first, last = people[0], people[54]
    page = look(client, course, show="seeking", **{"with": first.pk})
    assert f"page=2&amp;with={first.pk}" in page, "the link to the next page keeps the choice"
    page = look(client, course, show="seeking", page=2, **{"with": first.pk})
    assert names(page, people)[0] == str(first), "the choice is shown on another page"
    link = f"with={first.pk}&amp;with={last.pk}"
    assert link in page
    page = look(client, course, show="seeking", q="054", **{"with": [first.pk, last.pk]})
    assert page.count('name="members"') == 2
    make = reverse("pairs:make", args=[course.slug])
    answer = client.post(make, {"members": [first.pk, last.pk]}, follow=True)
    assert "are a pair now" in answer.content.decode()
    assert {member.membership for member in Pair.objects.get().current_members} == {first, last}


def test_who_found_a_partner_meanwhile_is_not_chosen_any_more(course: Any, client: Any) -> None:
    free, taken = MembershipFactory.create_batch(2, course=course)
    PairFactory(course=course, of=[taken, MembershipFactory(course=course)])
    page = look(client, course, **{"with": [free.pk, taken.pk]})
    assert "One of those you chose seeks no partner any more" in page
    assert page.count(">Take out</a>") == 1
    answer = client.post(reverse("pairs:make", args=[course.slug]), {"members": [free.pk, taken.pk]})
    page = answer.content.decode()
    assert "has a partner by now" in page
    assert page.count(">Take out</a>") == 1, "the other stays chosen"


def test_what_is_under_way_stands_beside_each(course: Any, client: Any) -> None:
    alone = half(course)[1]
    invited = InvitationFactory(sender__course=course).receiver
    asked = asked_for_solo(MembershipFactory(course=course)).membership
    offer = offered(*MembershipFactory.create_batch(2, course=course), by=teacher(course))
    idle = MembershipFactory(course=course)
    rows = look(client, course).split("<tr>")

    def row(member: Any) -> str:
        return next(row for row in rows if f"<bdi>{escape(str(member))}</bdi>" in row)

    for member, words in (
        (alone, "half a pair"),
        (invited, "invitation open"),
        (asked, "asks to work alone"),
        (offer.members.first(), "group proposed"),
        (idle, "nothing yet"),
    ):
        assert words in row(member), words
    assert "nothing yet" not in row(alone)
    assert "has a project" in look(client, course, **{"with": alone.pk})


def test_pairs_say_what_is_wrong_with_them(course: Any, client: Any) -> None:
    usual = PairFactory(course=course)
    half(course)
    drop(*(member.membership for member in PairFactory(course=course).current_members))
    three = PairFactory(course=course)
    operations.merge(three, student=MembershipFactory(course=course), by=teacher(course))
    operations.make_solo(half(course)[1], by=teacher(course))
    page = look(client, course, show="pairs")
    for words in ("half a pair", "nobody is left", "a trio", "alone, by leave"):
        assert page.count(words) == 1, words
    row = page.split(f">{escape(str(usual))}</a>")[1].split("</tr>")[0]
    assert 'class="state' not in row


def test_it_says_when_pairs_lock(course: Any, client: Any) -> None:
    assert "Students can change pairs at any time" in look(client, course)
    milestone = MilestoneFactory(course=course, kind=MilestoneKind.PAIRS, at=timezone.now() + dt.timedelta(days=2))
    page = look(client, course)
    assert f"{course.local(milestone.at):%H:%M %Z}" in page
    assert "afterwards only you can" in page
    milestone.at = timezone.now() - dt.timedelta(days=2)
    milestone.save()
    assert "Students can change nothing since" in look(client, course)


def test_other_courses_students_cannot_be_chosen(course: Any, client: Any) -> None:
    stranger, free = MembershipFactory(), MembershipFactory(course=course)
    page = look(client, course, **{"with": [stranger.pk, free.pk]})
    assert str(stranger) not in page
    assert str(free) in page
