"""The stuck board: what does not go on by itself is on it, and nothing else."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from apps.courses import operations as courses
from apps.courses.models import Membership
from apps.pairs import operations
from apps.pairs.models import Invitation, Offer, Pair, Veto
from tests.factories.courses import CourseFactory, MembershipFactory
from tests.factories.pairs import InvitationFactory, PairFactory, asked_for_solo, asked_to_part, offered, parted
from tests.pairs.stuck_desk import DAY, board, drop, everything, half, old_request, section, teacher, waits

pytestmark = pytest.mark.django_db
KEYS = ("pending", "half", "abandoned", "offers", "partings", "solo", "left", "dropped")


@pytest.fixture
def course() -> Any:
    return CourseFactory()


@pytest.fixture
def client(course: Any, as_user: Any) -> Any:
    return as_user(teacher(course))


def row_of(page: str, key: str, who: Any) -> str:
    """The row of a section that names somebody; empty when none does."""
    rows = section(page, key).split("<tr>")
    return next((row for row in rows if f"<bdi>{escape(str(who))}</bdi>" in row), "")


def test_when_nothing_is_stuck_it_says_so(course: Any, client: Any) -> None:
    PairFactory(course=course)
    InvitationFactory(sender__course=course)  # fresh: no reason for worry
    page = board(client, course)
    assert "Nothing is stuck" in page
    assert not any(section(page, key) for key in KEYS)


def test_invitations_that_wait_for_long_or_end_soon(course: Any, client: Any) -> None:
    long, soon = waits(course), waits(course, days=1, left=0, sender__user__name="Soon")
    Invitation.objects.filter(pk=soon.pk).update(expires_at=timezone.now() + dt.timedelta(hours=20))
    fresh = InvitationFactory(sender__course=course)
    over = waits(course, days=8, left=-1)
    gone = waits(course)
    drop(gone.sender)
    elsewhere = waits(CourseFactory())
    page = board(client, course)
    assert "open for more than three days" in row_of(page, "pending", long.sender)
    assert "ends within a day" in row_of(page, "pending", "Soon")
    assert reverse("pairs:accept_for", args=[course.slug, long.pk]) in row_of(page, "pending", long.receiver)
    for other in (fresh, over, gone, elsewhere):
        assert not row_of(page, "pending", other.sender)


def test_a_vetoed_invitation_is_one_like_others_to_the_staff(course: Any, client: Any) -> None:
    asked = [waits(course) for _ in range(2)]
    Veto.objects.create(owner=asked[0].receiver, classmate=asked[0].sender)
    page = board(client, course)
    vetoed, usual = (_without_names(row_of(page, "pending", one.sender), one) for one in asked)
    assert vetoed == usual
    assert not row_of(page, "left", asked[0].receiver)


def _without_names(row: str, invitation: Invitation) -> str:
    """A row of the board without what differs between any two invitations."""
    for member in (invitation.sender, invitation.receiver):
        row = row.replace(escape(str(member)), "NAME").replace(f'="{member.pk}"', "KEY").replace(f"={member.pk}", "KEY")
    row = re.sub(r'datetime="[^"]+"', "", row.replace(f"/{invitation.pk}/", "/KEY/"))
    return row.partition("</tr>")[0]


def test_half_pairs_say_who_is_gone_and_since_when(course: Any, client: Any) -> None:
    gone, stays = half(course)
    left = PairFactory(course=course)
    leaver = left.current_members[0].membership
    parted(left, leaving=leaver)
    alone = half(course)[1]
    operations.make_solo(alone, by=teacher(course))
    page = board(client, course)
    dropped = row_of(page, "half", stays)
    assert f"{gone} dropped the course" in dropped
    assert "just now" in dropped
    pair = Pair.objects.of(stays).get()
    for name, pk in (("merge", pair.pk), ("separate", pair.pk)):
        assert reverse(f"pairs:{name}", args=[course.slug, pk]) in dropped
    assert f'name="member" value="{stays.pk}"' in dropped
    assert f"{leaver} left" in row_of(page, "half", left.current_members[0])
    assert not row_of(page, "half", alone), "who may go on alone is not stuck"


def test_projects_that_nobody_is_left_in(course: Any, client: Any) -> None:
    pair = PairFactory(course=course)
    both = [member.membership for member in pair.current_members]
    drop(*both)
    page = board(client, course)
    assert "everybody in it has left the course" in row_of(page, "abandoned", both[0])
    assert not section(page, "half")
    operations.separate(pair, leaving=None, reason="Nobody is left", by=teacher(course))
    assert not section(board(client, course), "abandoned")


def test_what_nobody_answers(course: Any, client: Any) -> None:
    staff = teacher(course)
    waiting = offered(*MembershipFactory.create_batch(2, course=course), by=staff)
    accepted = waiting.members.first()
    operations.answer_offer(waiting, membership=accepted.membership, is_accepted=True, by=accepted.membership.user)
    ran_out = offered(*MembershipFactory.create_batch(2, course=course), by=staff)
    mended = offered(*MembershipFactory.create_batch(2, course=course), by=staff)
    for offer in (ran_out, mended):
        Offer.objects.filter(pk=offer.pk).update(state="expired", closed_at=timezone.now())
        offer.members.update(is_open=False)
    people = [one.membership for one in mended.members.all()]
    operations.make_pair(course, members=people, by=staff)
    old, fresh = PairFactory(course=course), PairFactory(course=course)
    old_request(old)
    asked_to_part(fresh)
    solo = asked_for_solo(MembershipFactory(course=course), reason="I work at night")

    page = board(client, course)
    silent = next(one for one in waiting.members.all() if one.pk != accepted.pk)
    assert f"{silent} has not answered" in row_of(page, "offers", silent)
    ticks = re.findall(r'name="member" value="([^"]*)"', section(page, "offers"))
    assert ticks == [str(silent.membership_id)], "who has answered, or cannot any more, is not nudged"
    assert "ran out" in row_of(page, "offers", ran_out.members.first())
    assert not row_of(page, "offers", people[0]), "whoever has a partner by now is not stuck"
    assert reverse("pairs:separate", args=[course.slug, old.pk]) in row_of(page, "partings", old.current_members[0])
    assert not row_of(page, "partings", fresh.current_members[0])
    assert "I work at night" in row_of(page, "solo", solo.membership)
    assert reverse("pairs:solo_decide", args=[course.slug, solo.pk]) in section(page, "solo")


def test_left_over_is_who_has_nothing_under_way(course: Any, client: Any) -> None:
    nobody, signed_in = MembershipFactory.create_batch(2, course=course)
    signed_in.user.last_login = timezone.now()
    signed_in.user.save(update_fields=["last_login"])
    invited = InvitationFactory(sender__course=course)
    offer = offered(*MembershipFactory.create_batch(2, course=course), by=teacher(course))
    solo = asked_for_solo(MembershipFactory(course=course))
    lonely = waits(course)  # whom they invited has left, so nothing is under way
    drop(lonely.receiver)
    alone = half(course)[1]
    page = board(client, course)
    assert "has never signed in" in row_of(page, "left", nobody)
    assert "no invitation either way" in row_of(page, "left", signed_in)
    assert row_of(page, "left", lonely.sender)
    busy = [invited.sender, invited.receiver, solo.membership, alone, *(one.membership for one in offer.members.all())]
    for member in busy:
        assert not row_of(page, "left", member), member


def test_who_dropped_lately_and_what_became_of_the_pair(course: Any, client: Any, as_user: Any) -> None:
    gone, stays = half(course)
    mended = half(course)[0]
    pair = Pair.objects.get(members__membership=mended)
    friend = MembershipFactory(course=course)
    operations.merge(pair, student=friend, by=teacher(course))
    drop(MembershipFactory(course=course))  # was in no pair
    back = half(course)[0]
    courses.restore_member(back, by=teacher(course))
    page = board(client, course)
    assert f"the project is with {stays}, who seeks a partner" in row_of(page, "dropped", gone)
    assert f"and {friend} go on with the project" in row_of(page, "dropped", mended)
    assert not row_of(page, "dropped", back)
    with time_machine.travel(timezone.now() + 31 * DAY):
        later = as_user(teacher(course))  # the session of before is over
        assert not section(board(later, course), "dropped"), "it is not told for ever"


def test_it_is_searched_and_filtered_by_the_address(course: Any, client: Any) -> None:
    everything(course, teacher(course))
    ada = MembershipFactory(course=course, user__name="Ada Lovelace")
    page = board(client, course, q="LOVELACE ada")
    assert row_of(page, "left", ada)
    assert [key for key in KEYS if section(page, key)] == ["left"]
    page = board(client, course, only="half")
    assert [key for key in KEYS if section(page, key)] == ["half"]
    assert "Nobody who matches is stuck" in board(client, course, q="Nobody is called so")
    assert "Requests to part: none match" in board(client, course, q="Ada", only="partings")
    for junk in ({"only": "\0"}, {"q": "\0‮" * 300}, {"half": "x", "left": "-1"}, {"left": "999"}):
        board(client, course, **junk)


def test_a_long_section_has_pages_of_its_own(course: Any, client: Any) -> None:
    people = [MembershipFactory(course=course, user__name=f"Student {number:02}") for number in range(30)]
    for _ in range(2):
        waits(course)
    page = board(client, course, q="", left=3)
    assert section(page, "left").count("<tr>") == 1 + 10
    assert row_of(page, "left", people[29])
    assert not row_of(page, "left", people[0])
    assert section(page, "pending").count("<tr>") == 1 + 2
    assert "21 to 30 of 30" in section(page, "left")
    assert "Nudge all 30" in section(page, "left")
    alone = section(board(client, course, only="left", left=2), "left")
    assert "26 to 30 of 30" in alone
    assert "?only=left&amp;left=1#left" in alone, "the page before, of these only"


@pytest.mark.parametrize("count", [1, 3])
def test_the_board_takes_the_same_queries_however_much_is_stuck(
    course: Any, as_user: Any, count_queries: Any, count: int
) -> None:
    staff = teacher(course)
    for _ in range(count):
        everything(course, staff)
    client = as_user(staff)
    assert all(section(board(client, course), key) for key in KEYS)
    assert count_queries(client, reverse("pairs:stuck", args=[course.slug])) == 14
    assert count_queries(client, reverse("pairs:stuck", args=[course.slug]) + "?q=e") == 14


def test_another_courses_troubles_stay_there(course: Any, client: Any) -> None:
    elsewhere = CourseFactory()
    everything(elsewhere, teacher(elsewhere))
    MembershipFactory(course=course)
    page = board(client, course)
    for member in Membership.objects.filter(course=elsewhere):
        assert f"<bdi>{escape(str(member))}</bdi>" not in page
