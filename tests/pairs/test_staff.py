"""Staff see everybody and can pair and unpair by hand."""

from typing import Any

import pytest
from django.urls import reverse

from apps.core import audit
from apps.core.models import OutgoingMail
from apps.courses.models import Membership
from apps.courses.states import MembershipState
from apps.pairs.models import Invitation, Pair
from apps.pairs.states import InvitationState
from tests.factories.courses import MembershipFactory
from tests.factories.pairs import InvitationFactory, PairFactory

pytestmark = pytest.mark.django_db


def url(name: str, *args: Any) -> str:
    return reverse(f"pairs:{name}", args=args)


def test_a_pair_by_hand(world: Any, as_user: Any) -> None:
    free = MembershipFactory(course=world.course)
    page = as_user(world.ta).post(
        url("make", world.course.slug), {"members": [world.membership["asker"].pk, free.pk]}, follow=True
    )
    assert "are a pair now. Both get mail" in page.content.decode()
    pair = Pair.objects.latest("pk")
    assert set(pair.users) == {world.asker, free.user}
    assert Invitation.objects.get(pk=world.invitation.pk).state == InvitationState.CLOSED
    made = OutgoingMail.objects.filter(subject__startswith="You do the project with")
    assert sorted(made.values_list("to", flat=True)) == sorted([world.asker.email, free.user.email])


@pytest.mark.parametrize("who", [[], ["asker"], ["asker", "partner"], ["asker", "dropped"], ["asker", "guest"]])
def test_a_pair_that_cannot_be_is_refused(world: Any, as_user: Any, who: list[str]) -> None:
    before = Pair.objects.count()
    data = {"members": [world.membership[name].pk for name in who]}
    answer = as_user(world.instructor).post(url("make", world.course.slug), data)
    assert "hoose two students" in answer.content.decode()
    assert Pair.objects.count() == before


def test_three_are_not_a_pair(world: Any, as_user: Any) -> None:
    three = [MembershipFactory(course=world.course).pk for _ in range(3)]
    answer = as_user(world.instructor).post(url("make", world.course.slug), {"members": three})
    page = answer.content.decode()
    assert "Choose two students" in page
    assert page.count(">Take out</a>") == 3, "nothing of the choice is lost"


def test_what_staff_noted_for_themselves_is_not_in_the_students_history(world: Any, as_user: Any) -> None:
    audit.record(world.pair, "tests.note", "noted a worry", by=world.ta, staff_only=True)
    link = url("detail", world.course.slug, world.pair.pk)
    assert "noted a worry" in as_user(world.ta).get(link).content.decode()
    assert "noted a worry" not in as_user(world.partner).get(link).content.decode()


def test_a_partner_who_dropped_is_marked(world: Any, as_user: Any) -> None:
    Membership.objects.filter(pk=world.membership["second_partner"].pk).update(state=MembershipState.DROPPED)
    pairs = f"{url('index', world.course.slug)}?show=pairs"
    for page in (pairs, url("detail", world.course.slug, world.pair.pk)):
        assert "dropped the course" in as_user(world.ta).get(page).content.decode()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("show", "queries"), [("seeking", 13), ("pairs", 14), ("invitations", 13)])
def test_the_overview_takes_the_same_queries_however_many_there_are(
    world: Any, as_user: Any, count_queries: Any, show: str, queries: int, count: int
) -> None:
    for _ in range(count):
        PairFactory(course=world.course)
        InvitationFactory(sender__course=world.course)
    page = f"{url('index', world.course.slug)}?show={show}&q=e&with={world.membership['asker'].pk}"
    assert count_queries(as_user(world.ta), page) == queries


@pytest.mark.parametrize("count", [1, 3])
def test_a_pairs_page_takes_the_same_queries_however_much_happened(
    world: Any, as_user: Any, count_queries: Any, count: int
) -> None:
    for number in range(count):
        audit.record(world.pair, "tests.event", f"did thing {number}", by=world.partner)
    assert count_queries(as_user(world.partner), url("detail", world.course.slug, world.pair.pk)) == 12
