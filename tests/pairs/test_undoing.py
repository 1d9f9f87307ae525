"""For a quarter of an hour a parting can be undone, while nobody has gone on otherwise."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from apps.courses.models import Membership
from apps.courses.states import MembershipState, MilestoneKind
from apps.pairs import operations
from apps.pairs.models import Invitation, Pair, PairMember, Separation, SoloRequest, Veto
from apps.pairs.states import InvitationState, PairState, SeparationState, SoloState
from tests.factories.courses import MembershipFactory, MilestoneFactory
from tests.factories.pairs import InvitationFactory, PairFactory, asked_for_solo, parted
from tests.pairs.leaving import get, mailed, people, post

pytestmark = pytest.mark.django_db

UNDO = "Undo it</button>"
GONE_ON = "{} has gone on otherwise by now, so this cannot be undone."


@pytest.fixture
def ada(world: Any) -> Membership:
    return world.membership["partner"]


@pytest.fixture
def ben(world: Any) -> Membership:
    return world.membership["second_partner"]


def minutes_pass(separation: Separation, minutes: int) -> None:
    """As if it had been carried out so much earlier."""
    ago = separation.done_at - dt.timedelta(minutes=minutes)
    Separation.objects.filter(pk=separation.pk).update(created_at=ago, done_at=ago)
    PairMember.objects.filter(pk__in=separation.ended).update(left_at=ago)


def refused(client: Any, separation: Separation) -> str:
    """The page after an undo that did not work."""
    before = people(separation.pair)
    page = post(client, "separation_undo", separation)
    assert people(separation.pair) == before
    assert Separation.objects.get(pk=separation.pk).state == SeparationState.DONE
    return page


@pytest.mark.parametrize("who", ["partner", "second_partner", "ta"])
@pytest.mark.parametrize("leaves", ["second_partner", None])
def test_everything_is_as_it_was(world: Any, as_user: Any, ada: Any, ben: Any, who: str, leaves: str | None) -> None:
    separation = parted(world.pair, leaving=world.membership[leaves] if leaves else None)
    client = as_user(getattr(world, who))
    page = get(client, "detail", world.pair)
    assert "Parted just now:" in page
    assert UNDO in page
    assert "in 14 minutes" in page
    assert UNDO in get(client, "partings", world.course)
    page = post(client, "separation_undo", separation)
    assert "Undone: everything is as it was" in page
    pair = Pair.objects.with_people().get(pk=world.pair.pk)
    assert (pair.state, pair.wanted_size, pair.half_told_at, pair.is_half) == (PairState.ACTIVE, 2, None, False)
    assert people(pair) == [ada, ben]
    assert PairMember.objects.filter(pair=pair, is_active=True, left_at=None, ending="").count() == 2
    assert mailed("The parting was undone") == sorted([ada.user.email, ben.user.email])
    assert "was undone a moment ago" in post(client, "separation_undo", separation)
    assert UNDO not in get(client, "partings", world.course)


def test_what_was_sent_meanwhile_is_closed(world: Any, as_user: Any, ada: Any, ben: Any) -> None:
    separation = parted(world.pair, leaving=ben)
    sent = InvitationFactory(sender=ben, receiver=world.membership["asker"])
    asked = asked_for_solo(ada)
    post(as_user(ada.user), "separation_undo", separation)
    assert Invitation.objects.get(pk=sent.pk).state == InvitationState.CLOSED
    assert SoloRequest.objects.get(pk=asked.pk).state == SoloState.CLOSED
    assert mailed("has found a partner") == [world.asker.email]


@pytest.mark.parametrize("leaves", ["second_partner", None])
def test_after_a_quarter_of_an_hour_it_is_over(world: Any, as_user: Any, leaves: str | None) -> None:
    separation = parted(world.pair, leaving=world.membership[leaves] if leaves else None)
    minutes_pass(separation, 16)
    for person in (world.partner, world.second_partner, world.ta):
        page = get(as_user(person), "detail", world.pair)
        assert "The quarter of an hour for undoing this is over" in page
        assert UNDO not in page
        assert "is over" in refused(as_user(person), separation)
        assert "nothing to undo" in get(as_user(person), "partings", world.course)
    minutes_pass(separation, 60 * 24)
    assert "Parted" not in get(as_user(world.partner), "detail", world.pair)


@pytest.mark.parametrize("who", ["second_partner", "ta"])
def test_a_new_partner_is_in_the_way(world: Any, as_user: Any, ben: Any, who: str) -> None:
    separation = parted(world.pair)
    operations.make_pair(world.course, members=[world.membership["partner"], world.membership["asker"]], by=world.ta)
    client = as_user(getattr(world, who))
    page = get(client, "detail", world.pair)
    assert GONE_ON.format("Partner") in page
    assert UNDO not in page
    assert GONE_ON.format("Partner") in refused(client, separation)
    assert "You have found another partner" in refused(as_user(world.partner), separation)


@pytest.mark.parametrize("who", ["partner", "second_partner", "ta"])
def test_somebody_who_joined_is_in_the_way(world: Any, as_user: Any, ben: Any, who: str) -> None:
    separation = parted(world.pair, leaving=ben)
    operations.merge(world.pair, student=world.membership["asker"], by=world.ta)
    client = as_user(getattr(world, who))
    assert "Somebody else has joined the project by now" in get(client, "detail", world.pair)
    assert "Somebody else has joined the project by now" in refused(client, separation)


def test_what_was_built_on_it_is_in_the_way(world: Any, as_user: Any, ada: Any, ben: Any) -> None:
    """Ben leaves, then Ada gives the project up: only the later can be undone, then the earlier."""
    first = parted(world.pair, leaving=ben)
    second = operations.ask_to_leave(world.pair, leaving=None, reason="", by=ada.user)
    assert "The pair has changed again since" in refused(as_user(ben.user), first)
    post(as_user(ada.user), "separation_undo", second)
    assert people(world.pair) == [ada]
    post(as_user(ben.user), "separation_undo", first)
    assert people(world.pair) == [ada, ben]


def test_a_merged_project_is_not_raised_again(world: Any, as_user: Any, ada: Any, ben: Any) -> None:
    separation = parted(world.pair, leaving=ben)
    operations.merge(world.other_pair, student=ada, by=world.ta)
    assert "The pair has changed again since" in refused(as_user(ben.user), separation)
    assert Pair.objects.get(pk=world.pair.pk).state == PairState.DISSOLVED


def test_who_dropped_does_not_come_back(world: Any, as_user: Any, ben: Any) -> None:
    separation = parted(world.pair, leaving=ben)
    Membership.objects.filter(pk=ben.pk).update(state=MembershipState.DROPPED)
    for person in (world.partner, world.ta):
        assert "not a student of this course any more" in refused(as_user(person), separation)


def test_who_was_let_go_on_alone_is_not_joined_again(world: Any, as_user: Any, ada: Any, ben: Any) -> None:
    separation = parted(world.pair, leaving=ben)
    operations.make_solo(ada, by=world.ta)
    assert GONE_ON.format("Partner") in refused(as_user(ben.user), separation)


def test_one_who_is_alone_by_leave_stays_so_after_an_undo(world: Any, as_user: Any) -> None:
    lonely = MembershipFactory(course=world.course)
    pair = operations.make_solo(lonely, by=world.ta)
    post(as_user(lonely.user), "leave", pair)
    post(as_user(lonely.user), "separation_undo", Separation.objects.get(pair=pair))
    pair = Pair.objects.with_people().get(pk=pair.pk)
    assert (pair.state, pair.wanted_size, pair.is_half) == (PairState.ACTIVE, 1, False)


def test_a_trio_comes_back_as_a_trio(world: Any, as_user: Any, ada: Any) -> None:
    operations.merge(world.pair, student=world.membership["asker"], by=world.ta)
    separation = parted(world.pair, leaving=ada)
    assert Pair.objects.get(pk=world.pair.pk).wanted_size == 2
    post(as_user(ada.user), "separation_undo", separation)
    assert Pair.objects.get(pk=world.pair.pk).wanted_size == 3
    assert len(people(world.pair)) == 3


def test_what_staff_did_only_staff_undo(world: Any, as_user: Any, ben: Any) -> None:
    separation = operations.separate(world.pair, leaving=ben, reason="They asked", by=world.ta)
    for person in (world.partner, world.second_partner):
        page = get(as_user(person), "detail", world.pair)
        assert "The course staff can undo it until" in page
        assert UNDO not in page
        assert UNDO not in get(as_user(person), "partings", world.course)
        assert as_user(person).post(f"/c/interp-f24/pairs/partings/{separation.pk}/undo/").status_code == 403
    assert UNDO in get(as_user(world.instructor), "detail", world.pair)
    post(as_user(world.instructor), "separation_undo", separation)
    assert len(people(world.pair)) == 2


def test_members_undo_nothing_once_pairs_are_locked(world: Any, as_user: Any, ben: Any) -> None:
    separation = parted(world.pair, leaving=ben)
    at = timezone.now() + dt.timedelta(minutes=5)
    milestone = MilestoneFactory(course=world.course, kind=MilestoneKind.PAIRS, at=at)
    page = get(as_user(ben.user), "detail", world.pair)
    assert "in 4 minutes" in page  # until the lock, not longer
    milestone.at = timezone.now() - dt.timedelta(seconds=1)
    milestone.save()
    page = get(as_user(ben.user), "detail", world.pair)
    assert "only the course staff can undo this" in page
    assert UNDO not in page
    assert "Pairs are locked since" in refused(as_user(ben.user), separation)
    assert UNDO in get(as_user(world.ta), "detail", world.pair)
    post(as_user(world.ta), "separation_undo", separation)
    assert len(people(world.pair)) == 2


def veto(owner: Membership, classmate: Membership) -> None:
    Veto.objects.create(owner=owner, classmate=classmate)


@pytest.mark.parametrize("leaves", ["partner", "second_partner", None])
def test_a_veto_reads_like_anything_else_one_has_gone_on_to(
    world: Any, as_user: Any, ada: Any, ben: Any, leaves: str | None
) -> None:
    """Ada asks to go on alone, or vetoes Ben: Ben sees the same page, whichever of them left."""
    separation = parted(world.pair, leaving=world.membership[leaves] if leaves else None)
    asked = asked_for_solo(ada)
    pages = [get(as_user(ben.user), "detail", world.pair), refused(as_user(ben.user), separation)]
    operations.withdraw_solo(asked, by=ada.user)
    veto(ada, ben)
    with_veto = [get(as_user(ben.user), "detail", world.pair), refused(as_user(ben.user), separation)]
    for page, other in zip(pages, with_veto, strict=True):
        assert GONE_ON.format("Partner") in page
        assert without_tokens(page) == without_tokens(other)


@pytest.mark.parametrize("who", ["partner", "second_partner", "ta"])
def test_a_veto_of_before_does_not_show_at_once(world: Any, as_user: Any, ada: Any, ben: Any, who: str) -> None:
    """They were a pair with it, so an undo that failed in the first second could mean nothing else."""
    veto(ada, ben)
    separation = parted(world.pair, leaving=ben)
    client = as_user(getattr(world, who))
    assert UNDO in get(client, "detail", world.pair)
    post(client, "separation_undo", separation)
    assert people(world.pair) == [ada, ben]


def without_tokens(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]


def test_ones_own_veto_is_named_and_staff_learn_of_it_when_they_press(
    world: Any, as_user: Any, ada: Any, ben: Any
) -> None:
    separation = parted(world.pair, leaving=ben)
    veto(ben, ada)
    assert "Partner is on your list of people" in get(as_user(ben.user), "detail", world.pair)
    assert "on your list" in refused(as_user(ben.user), separation)
    page = get(as_user(world.ta), "detail", world.pair)
    assert UNDO in page
    assert "asked not to work" not in page
    assert "One of them has asked not to work with the other" in refused(as_user(world.ta), separation)


@pytest.mark.parametrize("count", [1, 3])
def test_the_staffs_list_takes_the_same_queries(world: Any, as_user: Any, count_queries: Any, count: int) -> None:
    for _ in range(count):
        parted(PairFactory(course=world.course))
    address = f"/c/{world.course.slug}/pairs/partings/"
    assert as_user(world.ta).get(address).content.decode().count(UNDO) == count
    assert count_queries(as_user(world.ta), address) == 10


def test_the_pairs_page_takes_few_queries_after_a_parting(
    world: Any, as_user: Any, count_queries: Any, ben: Any
) -> None:
    parted(world.pair, leaving=ben)
    for person in (world.partner, world.second_partner, world.ta):
        assert count_queries(as_user(person), f"/c/{world.course.slug}/pairs/{world.pair.pk}/") <= 14
