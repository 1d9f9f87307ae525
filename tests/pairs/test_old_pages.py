"""A page that was opened before things changed: its button does nothing else than it says, and says why not."""

import re
from typing import Any

import pytest
from django.urls import reverse

from apps.core.models import AuditEvent
from apps.courses import operations as courses
from apps.courses.models import Membership
from apps.courses.states import Role
from apps.pairs import operations
from apps.pairs.models import Invitation, Pair, PairMember
from tests.factories.courses import CourseFactory, MembershipFactory
from tests.factories.pairs import InvitationFactory, PairFactory
from tests.pairs.clock import sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Any:
    return CourseFactory()


@pytest.fixture
def staff(course: Any) -> Membership:
    return MembershipFactory(course=course, role=Role.INSTRUCTOR)


def seen_on(page: str) -> str:
    """What the form remembers of whom it was shown for."""
    return re.search(r'name="seen" value="([^"]*)"', page)[1]


def test_a_form_for_parting_three_does_nothing_to_two(course: Any, staff: Membership, as_user: Any) -> None:
    ida, jun, uma = people = [MembershipFactory(course=course) for _ in range(3)]
    pair = PairFactory(course=course, of=people)
    Pair.objects.filter(pk=pair.pk).update(wanted_size=3)
    client, link = as_user(staff.user), reverse("pairs:separate", args=[course.slug, pair.pk])
    form = {"seen": seen_on(client.get(link).content.decode()), "who": ida.pk, "reason": "As she wishes"}
    operations.separate(pair, leaving=uma, reason="First", by=staff.user)
    page = client.post(link, form).content.decode()
    assert "has changed since you looked, so nothing was done" in page
    assert "As she wishes" in page
    assert PairMember.objects.active().filter(pair=pair).count() == 2
    client.post(link, form | {"seen": seen_on(page)})
    assert [member.membership for member in PairMember.objects.active().filter(pair=pair)] == [jun]


@pytest.mark.parametrize(("name", "data"), [("invite", {"message": "Shall we?"}), ("join", {"code": "ABCD2345"})])
def test_who_has_a_partner_by_now_is_told_that_nothing_was_sent(
    course: Any, as_user: Any, name: str, data: dict[str, Any]
) -> None:
    ada, ben, cy = (MembershipFactory(course=course) for _ in range(3))
    PairFactory(course=course, of=[ada, ben])
    answer = as_user(ada.user).post(
        reverse(f"pairs:{name}", args=[course.slug]), {"receiver": cy.pk, **data}, follow=True
    )
    assert "You have a partner already, so nothing was sent." in answer.content.decode()
    assert not Invitation.objects.exists()


def test_who_is_invited_to_a_project_reads_so_before_accepting(course: Any, as_user: Any) -> None:
    gone, rosa, tara = (MembershipFactory(course=course) for _ in range(3))
    plain = InvitationFactory(receiver=tara, sender__course=course)
    PairFactory(course=course, of=[gone, rosa])
    courses.drop_member(gone, by=MembershipFactory(course=course, role=Role.INSTRUCTOR).user)
    invitation = operations.invite(rosa, receiver=tara, message="", by=rosa.user)
    client = as_user(tara.user)
    words = "by accepting you join it"
    assert words in client.get(reverse("pairs:invitation", args=[course.slug, invitation.pk])).content.decode()
    assert words not in client.get(reverse("pairs:invitation", args=[course.slug, plain.pk])).content.decode()


def test_the_history_says_when_somebody_dropped_and_came_back(course: Any, staff: Membership, as_user: Any) -> None:
    pair = PairFactory(course=course)
    gone, stays = (member.membership for member in pair.current_members)
    courses.drop_member(gone, by=staff.user)
    sweep()
    sweep()
    page = as_user(stays.user).get(reverse("pairs:detail", args=[course.slug, pair.pk])).content.decode()
    assert page.count(f"noted that {gone} left the course") == 1
    courses.restore_member(gone, by=staff.user)
    sweep()
    sweep()
    assert AuditEvent.objects.on(pair).filter(verb="pairs.whole").count() == 1


def test_who_leaves_a_trio_has_not_come_back(course: Any, staff: Membership) -> None:
    people = [MembershipFactory(course=course) for _ in range(3)]
    pair = PairFactory(course=course, of=people, wanted_size=3)
    operations.separate(pair, leaving=people[0], reason="As she wishes", by=staff.user)
    sweep()
    assert not AuditEvent.objects.on(pair).filter(verb__in=["pairs.whole", "pairs.half"]).exists()


def test_who_is_replaced_left_when_they_dropped(course: Any, staff: Membership) -> None:
    pair = PairFactory(course=course)
    gone, stays = (member.membership for member in pair.current_members)
    courses.drop_member(gone, by=staff.user)
    dropped = AuditEvent.objects.on(gone).first().at
    operations.make_pair(course, members=[stays, MembershipFactory(course=course)], by=staff.user)
    assert PairMember.objects.get(pair=pair, membership=gone).left_at == dropped


def test_what_was_left_can_be_found_again(course: Any, staff: Membership, as_user: Any) -> None:
    pair = PairFactory(course=course)
    ada, _ = (member.membership for member in pair.current_members)
    link = reverse("pairs:detail", args=[course.slug, pair.pk])
    partings = reverse("pairs:partings", args=[course.slug])
    assert link not in as_user(ada.user).get(partings).content.decode()
    operations.separate(pair, leaving=ada, reason="As asked", by=staff.user)
    assert link in as_user(ada.user).get(partings).content.decode()
    stranger = MembershipFactory(course=course)
    assert link not in as_user(stranger.user).get(partings).content.decode()


def test_a_search_keeps_whom_one_had_chosen(course: Any, as_user: Any) -> None:
    ada, ben = (MembershipFactory(course=course) for _ in range(2))
    MembershipFactory(course=course, user__name="Zoe")
    url = reverse("pairs:index", args=[course.slug])
    search = {"q": "zoe", "receiver": ben.pk}
    page = as_user(ada.user).get(url, search, headers={"HX-Request": "true"}).content.decode()
    assert re.search(rf'value="{ben.pk}" checked', page)
    assert "Zoe" in page
    for odd in ("x", "9" * 30, ""):
        assert as_user(ada.user).get(url, {"receiver": odd}).status_code == 200
