"""Proposals of the staff: answered by students, taken back, forgotten."""

import datetime as dt
import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.core.errors import Refused
from apps.core.models import OutgoingMail
from apps.courses.models import Membership
from apps.courses.states import MembershipState, MilestoneKind, Role
from apps.pairs import operations
from apps.pairs.matching import Settings
from apps.pairs.models import Offer, OfferMember, Pair, Veto
from apps.pairs.states import OfferState
from apps.pairs.tasks import sweep_offers
from tests.factories.courses import CourseFactory, MembershipFactory, MilestoneFactory
from tests.factories.pairs import InvitationFactory, PairFactory, offered
from tests.pairs.matching_desk import addresses, group_of, mailed, students, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Any:
    return CourseFactory()


@pytest.fixture
def staff(course: Any) -> Any:
    return MembershipFactory(course=course, role=Role.TA, user__name="Tess Tutor").user


def answer(client: Any, offer: Offer, word: str) -> str:
    page = client.post(url("offer_answer", offer.course, offer.pk), {"answer": word}, follow=True)
    assert page.status_code == 200
    return page.content.decode()


class TestAnswering:
    def test_the_group_is_made_when_the_last_one_accepts(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben, cy = students(course, "Ada", "Ben", "Cy")
        offer = offered(ada, ben, cy, by=staff)
        page = answer(as_user(ada.user), offer, "accept")
        assert "You have accepted; it waits for the others." in page
        assert "Decline after all" in page
        page = as_user(ben.user).get(url("offer", course, offer.pk)).content.decode()
        assert re.search(r"<bdi>Ada</bdi>\s*<span class=\"state state-done\">", page)
        answer(as_user(ben.user), offer, "accept")
        assert not Pair.objects.exists()
        assert "All have accepted: you are a group now." in answer(as_user(cy.user), offer, "accept")
        pair = Pair.objects.get()
        assert (pair.wanted_size, {one.membership_id for one in pair.current_members}) == (3, group_of(ada, ben, cy))
        assert mailed(subject="You do the project with") == addresses(ada, ben, cy)
        offer.refresh_from_db()
        assert offer.state == OfferState.ACCEPTED
        assert not OfferMember.objects.filter(is_open=True).exists()

    def test_opening_the_link_of_the_mail_answers_nothing(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben = students(course, "Ada", "Ben")
        offer = offered(ada, ben, by=staff)
        for name in ("offer", "offer_answer"):
            as_user(ada.user).get(url(name, course, offer.pk), {"answer": "accept"})
        assert not OfferMember.objects.filter(has_accepted__isnull=False).exists()

    def test_who_declined_is_not_told_to_the_others(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben, cy = students(course, "Ada", "Ben", "Cy")
        offer = offered(ada, ben, cy, by=staff)
        answer(as_user(ben.user), offer, "accept")
        OutgoingMail.objects.all().delete()
        assert "not through whom" in answer(as_user(ada.user), offer, "decline")
        assert mailed() == addresses(ben, cy)
        for mail in OutgoingMail.objects.all():
            assert "did not come about" in mail.body
            assert "declined" not in mail.body
        page = as_user(cy.user).get(url("offer", course, offer.pk)).content.decode()
        assert "did not come about" in page
        assert "declined" not in page
        assert "accepted" not in page  # or it would be known by elimination
        assert "declined" in as_user(staff).get(url("offer", course, offer.pk)).content.decode()
        assert offered(cy, ben, by=staff).is_open  # all are free again

    def test_a_yes_can_become_a_no_while_others_are_awaited(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben = students(course, "Ada", "Ben")
        offer = offered(ada, ben, by=staff)
        client = as_user(ada.user)
        answer(client, offer, "accept")
        assert "You have accepted already. It waits for the others." in answer(client, offer, "accept")
        answer(client, offer, "decline")
        page = answer(as_user(ben.user), offer, "accept")
        assert "This proposal did not come about." in page
        assert not Pair.objects.exists()

    @pytest.mark.parametrize("word", ["", "perhaps", "ACCEPT"])
    def test_another_answer_is_none(self, course: Any, staff: Any, as_user: Any, word: str) -> None:
        ada, ben = students(course, "Ada", "Ben")
        offer = offered(ada, ben, by=staff)
        assert "Press Accept or Decline." in answer(as_user(ada.user), offer, word)
        assert Offer.objects.get().state == OfferState.OPEN

    def test_the_lock_does_not_bind_the_staff(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben = students(course, "Ada", "Ben")
        MilestoneFactory(course=course, kind=MilestoneKind.PAIRS, at=timezone.now() - dt.timedelta(days=1))
        offer = offered(ada, ben, by=staff)
        for one in (ada, ben):
            answer(as_user(one.user), offer, "accept")
        assert Pair.objects.of(ada).get() == Pair.objects.of(ben).get()

    @pytest.mark.parametrize("obstacle", ["veto", "dropped", "two projects"])
    def test_what_stands_in_the_way_at_the_last_yes_is_told_to_nobody(
        self, course: Any, staff: Any, as_user: Any, obstacle: str
    ) -> None:
        ada, ben, cy = students(course, "Ada", "Ben", "Cy")
        offer = offered(ada, ben, cy, by=staff)
        for one in (ada, ben):
            answer(as_user(one.user), offer, "accept")
        OutgoingMail.objects.all().delete()
        if obstacle == "veto":
            Veto.objects.create(owner=ada, classmate=cy)
        elif obstacle == "dropped":
            Membership.objects.filter(pk=ben.pk).update(state=MembershipState.DROPPED)
        else:
            for one in (ada, ben):
                gone = MembershipFactory(course=course, state=MembershipState.DROPPED)
                PairFactory(course=course, of=[one, gone])
        page = answer(as_user(cy.user), offer, "accept")
        assert "It did not come about: it is not possible any more." in page
        assert "asked not to work" not in page
        assert not Pair.objects.of(cy).exists()
        offer.refresh_from_db()
        assert offer.state == OfferState.CLOSED
        left = [one for one in (ada, ben) if obstacle != "dropped" or one != ben]
        assert mailed(subject="did not come about") == addresses(*left)

    def test_finding_a_partner_otherwise_closes_it_and_tells_the_others(
        self, course: Any, staff: Any, as_user: Any
    ) -> None:
        ada, ben, cy = students(course, "Ada", "Ben", "Cy")
        offer = offered(ada, ben, by=staff)
        invitation = InvitationFactory(sender=ada, receiver=cy)
        as_user(cy.user).post(reverse("pairs:accept", args=[course.slug, invitation.pk]))
        offer.refresh_from_db()
        assert offer.state == OfferState.CLOSED
        assert mailed(subject="A proposed pair is off") == addresses(ben)
        assert "This proposal did not come about." in answer(as_user(ben.user), offer, "accept")

    def test_others_of_the_course_see_nothing_of_it(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben, cy = students(course, "Ada", "Ben", "Cy")
        offer = offered(ada, ben, by=staff)
        client = as_user(cy.user)
        assert client.get(url("offer", course, offer.pk)).status_code == 404
        assert client.post(url("offer_answer", course, offer.pk), {"answer": "decline"}).status_code == 404
        assert client.post(url("offer_withdraw", course, offer.pk)).status_code == 404


class TestStaffSide:
    def test_staff_withdraw_and_all_are_told(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben = students(course, "Ada", "Ben")
        offer = offered(ada, ben, by=staff)
        client = as_user(staff)
        assert "<bdi>Ada</bdi> has not answered" in client.get(url("matching", course)).content.decode()
        page = client.post(url("offer_withdraw", course, offer.pk), follow=True).content.decode()
        assert "Withdrawn. Its students get mail and are free." in page
        assert mailed(subject="did not come about") == addresses(ada, ben)
        page = client.post(url("offer_withdraw", course, offer.pk), follow=True).content.decode()
        assert "The course staff took this proposal back before you pressed." in page

    def test_one_open_proposal_a_student(self, course: Any, staff: Any) -> None:
        ada, ben, cy = students(course, "Ada", "Ben", "Cy")
        offered(ada, ben, by=staff)
        with pytest.raises(Refused, match="has a proposal to answer already"):
            offered(ben, cy, by=staff)
        assert Offer.objects.count() == 1

    @pytest.mark.parametrize("size", [1, 3])
    def test_as_many_queries_for_three_proposals_as_for_one(
        self, course: Any, staff: Any, as_user: Any, count_queries: Any, size: int
    ) -> None:
        for _ in range(size):
            last = offered(*students(course, "Ada", "Ben"), by=staff)
        assert count_queries(as_user(staff), url("matching", course)) == 13
        assert count_queries(as_user(staff), url("offer", course, last.pk)) == 8


class TestTime:
    def test_what_is_not_answered_in_time_is_closed_and_told(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben, cy = students(course, "Ada", "Ben", "Cy")
        offer = offered(ada, ben, by=staff)
        answer(as_user(ada.user), offer, "accept")
        Offer.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
        client = as_user(ben.user)
        assert "The time for answering this proposal is over." in answer(client, offer, "accept")
        assert "not answered in time" in client.get(url("offer", course, offer.pk)).content.decode()
        # It binds nobody from now on, whether or not the site has closed it yet.
        assert {one["key"] for one in operations.start_run(course, settings=Settings(seed=1), by=staff).inputs} == {
            ada.pk, ben.pk, cy.pk
        }  # fmt: skip
        sweep_offers()
        sweep_offers()
        offer.refresh_from_db()
        assert offer.state == OfferState.EXPIRED
        assert sorted(OutgoingMail.objects.filter(subject__contains="come about").values_list("to", flat=True)) == (
            sorted(addresses(ada, ben))
        )

    def test_an_overdue_proposal_does_not_stand_in_the_way_of_another(self, course: Any, staff: Any) -> None:
        ada, ben, cy = students(course, "Ada", "Ben", "Cy")
        offered(ada, ben, by=staff)
        Offer.objects.update(expires_at=timezone.now())
        assert offered(ada, cy, by=staff).is_open

    def test_one_reminder_when_the_last_day_begins(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben, cy, dee = students(course, "Ada", "Ben", "Cy", "Dee")
        offer, short = offered(ada, ben, by=staff), offered(cy, dee, by=staff, days=1)
        answer(as_user(ada.user), offer, "accept")
        sweep_offers()
        assert not mailed(subject="A day is left")
        Offer.objects.filter(pk=offer.pk).update(
            created_at=timezone.now() - dt.timedelta(days=2, minutes=1),
            expires_at=timezone.now() + dt.timedelta(hours=23),
        )
        sweep_offers()
        sweep_offers()
        reminded = list(OutgoingMail.objects.filter(subject__contains="A day is left").values_list("to", flat=True))
        assert reminded == [ben.user.email]
        short.refresh_from_db()
        assert short.reminded_at is None

    def test_a_proposal_to_somebody_who_left_the_course_is_closed(self, course: Any, staff: Any) -> None:
        ada, ben = students(course, "Ada", "Ben")
        offer = offered(ada, ben, by=staff)
        Membership.objects.filter(pk=ben.pk).update(state=MembershipState.DROPPED)
        sweep_offers()
        offer.refresh_from_db()
        assert offer.state == OfferState.CLOSED
        assert mailed(subject="did not come about") == addresses(ada)
