"""Staff see everybody and can pair and unpair by hand."""

from typing import Any

import pytest
from django.urls import reverse

from apps.core import audit
from apps.core.models import OutgoingMail
from apps.courses.models import Membership
from apps.courses.states import MembershipState
from apps.pairs.models import Invitation, Pair
from apps.pairs.states import InvitationState, PairState
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
    assert page.count("checked") == 3


def test_dissolving_tells_both_why_and_keeps_what_they_wrote(world: Any, as_user: Any) -> None:
    link = url("dissolve", world.course.slug, world.pair.pk)
    client = as_user(world.instructor)
    assert "Give the reason" in client.post(link, {"reason": " \0 "}).content.decode()
    assert Pair.objects.get(pk=world.pair.pk).state == PairState.ACTIVE
    page = client.post(link, {"reason": "They asked to part"}, follow=True).content.decode()
    assert "They asked to part" in page
    mails = OutgoingMail.objects.filter(subject="Your pair was dissolved")
    assert sorted(mails.values_list("to", flat=True)) == [world.partner.email, world.second_partner.email]
    assert all("They asked to part" in mail.body for mail in mails)

    for person in (world.partner, world.second_partner):
        client = as_user(person)
        assert (
            "Partner &amp; Second Partner"
            in client.get(url("detail", world.course.slug, world.pair.pk)).content.decode()
        )
        proposal = reverse("proposals:detail", args=[world.course.slug, world.proposal.pk])
        assert client.get(proposal).status_code == 200
        edit = reverse("proposals:edit", args=[world.course.slug, world.proposal.pk])
        assert client.post(edit, {"title": "Mine alone"}).status_code == 403
        assert "Find a partner" in client.get(url("index", world.course.slug)).content.decode()
    again = client.post(link, {"reason": "Twice"})
    assert again.status_code == 403
    assert "It is dissolved already" in as_user(world.ta).post(link, {"reason": "Twice"}).content.decode()


def test_a_dissolved_pair_can_pair_up_again(world: Any, as_user: Any) -> None:
    as_user(world.ta).post(url("dissolve", world.course.slug, world.pair.pk), {"reason": "They asked to part"})
    pk = [world.membership["asker"].pk, world.membership["partner"].pk]
    as_user(world.ta).post(url("make", world.course.slug), {"members": pk})
    new = Pair.objects.of(world.membership["partner"]).get()
    assert set(new.users) == {world.asker, world.partner}


def test_what_staff_noted_for_themselves_is_not_in_the_students_history(world: Any, as_user: Any) -> None:
    audit.record(world.pair, "tests.note", "noted a worry", by=world.ta, staff_only=True)
    link = url("detail", world.course.slug, world.pair.pk)
    assert "noted a worry" in as_user(world.ta).get(link).content.decode()
    assert "noted a worry" not in as_user(world.partner).get(link).content.decode()


def test_a_partner_who_dropped_is_marked(world: Any, as_user: Any) -> None:
    Membership.objects.filter(pk=world.membership["second_partner"].pk).update(state=MembershipState.DROPPED)
    for page in (url("index", world.course.slug), url("detail", world.course.slug, world.pair.pk)):
        assert "dropped the course" in as_user(world.ta).get(page).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_overview_takes_the_same_queries_however_many_there_are(
    world: Any, as_user: Any, count_queries: Any, count: int
) -> None:
    for _ in range(count):
        PairFactory(course=world.course)
        InvitationFactory(sender__course=world.course)
    assert count_queries(as_user(world.ta), url("index", world.course.slug)) == 9


@pytest.mark.parametrize("count", [1, 3])
def test_a_pairs_page_takes_the_same_queries_however_much_happened(
    world: Any, as_user: Any, count_queries: Any, count: int
) -> None:
    for number in range(count):
        audit.record(world.pair, "tests.event", f"did thing {number}", by=world.partner)
    assert count_queries(as_user(world.partner), url("detail", world.course.slug, world.pair.pk)) == 10
