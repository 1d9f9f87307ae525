"""The overview says at each moment what is next and who waits for whom, and shows no stranger anything."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils.html import escape

from apps.courses.states import MembershipState, MilestoneKind, Role
from apps.pairs import operations as pairs
from apps.scheduling import operations as scheduling
from tests.factories.courses import CourseFactory, MembershipFactory, MilestoneFactory
from tests.factories.pairs import InvitationFactory, PairFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Any:
    course = CourseFactory(slug="fresh")
    MilestoneFactory(course=course, kind=MilestoneKind.PROPOSAL, title="Proposals due")
    return course


def overview(as_user: Any, membership: Any) -> str:
    page = as_user(membership.user).get(reverse("dashboard:course", args=[membership.course.slug]))
    assert page.status_code == 200
    return " ".join(page.content.decode().split())


def test_a_student_without_a_partner_is_sent_to_find_one(course: Any, as_user: Any) -> None:
    assert "Find a partner" in overview(as_user, MembershipFactory(course=course))


def test_an_invitation_is_one_persons_turn_and_the_others_wait(course: Any, as_user: Any) -> None:
    invitation = InvitationFactory(sender__course=course)
    assert f"Answer the invitation of {invitation.sender}" in overview(as_user, invitation.receiver)
    assert f"waits for {invitation.receiver}" in overview(as_user, invitation.sender)


def test_a_new_pair_is_sent_to_its_proposal_with_the_deadline(course: Any, as_user: Any) -> None:
    pair = PairFactory(course=course)
    page = overview(as_user, pair.current_members[0].membership)
    assert "Begin your proposal" in page
    assert "Fri 15 Nov 2024, 23:59 EST" in page
    assert "The presentation schedule is not published yet" in page


def test_an_empty_course_tells_its_instructor_how_to_begin(as_user: Any) -> None:
    page = overview(as_user, MembershipFactory(role=Role.INSTRUCTOR))
    assert "Paste the syllabus" in page
    assert "Import the roster" in page


def test_another_courses_pairs_stay_there(world: Any, as_user: Any) -> None:
    foreign = PairFactory(course=world.other_course)
    page = overview(as_user, world.membership["instructor"])
    assert escape(str(world.pair)) in page
    assert escape(str(foreign)) not in page


def test_a_called_off_day_is_not_a_published_day(world: Any, as_user: Any) -> None:
    event = world.event
    event.refresh_from_db()
    scheduling.cancel(event, message="Snow", revision=event.revision, by=world.instructor)
    page = overview(as_user, world.membership["instructor"])
    assert "is published" not in page
    assert "Make the presentation day" in page


def test_a_published_day_that_lost_a_pair_is_trouble_again(world: Any, as_user: Any) -> None:
    pairs.separate(world.pair, leaving=None, reason="They parted", by=world.instructor)
    page = overview(as_user, world.membership["instructor"])
    assert "does not fit any more" in page


def test_a_pair_whose_member_dropped_is_the_staffs_to_help(world: Any, as_user: Any) -> None:
    membership = world.membership["second_partner"]
    membership.state = MembershipState.DROPPED
    membership.save()
    page = overview(as_user, world.membership["instructor"])
    assert "a member has dropped the course" in page


@pytest.mark.parametrize(("role", "queries"), [("instructor", 32), ("partner", 14)])
def test_the_number_of_queries_does_not_grow(
    role: str, queries: int, world: Any, as_user: Any, count_queries: Any
) -> None:
    client, url = as_user(getattr(world, role)), reverse("dashboard:course", args=[world.course.slug])
    PairFactory(course=world.course)  # a pair without a slot makes the published day need attention, as more will
    few = count_queries(client, url)
    for _ in range(3):
        PairFactory(course=world.course)
    assert count_queries(client, url) == few == queries
