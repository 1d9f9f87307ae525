"""From a run to proposals or groups, by way of a preview."""

import re
from typing import Any

import pytest

from apps.accounts.models import User
from apps.core.models import AuditEvent, OutgoingMail
from apps.courses.models import Membership
from apps.courses.states import MembershipState, Role
from apps.pairs.matching import OddOne, Settings
from apps.pairs.models import MatchingRun, Offer, Pair, Profile
from apps.pairs.states import InvitationState, RunState
from tests.factories.courses import CourseFactory, MembershipFactory
from tests.factories.pairs import InvitationFactory, PairFactory, solved_run
from tests.pairs.matching_desk import addresses, edit, group_of, mailed, page_of, students, url, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Any:
    return CourseFactory()


@pytest.fixture
def staff(course: Any) -> Any:
    return MembershipFactory(course=course, role=Role.TA, user__name="Tess Tutor").user


def preview(client: Any, run: MatchingRun) -> tuple[str, dict[str, Any]]:
    """The preview of applying a run, and what its form would send."""
    page = client.get(url("run_apply", run.course, run.pk)).content.decode()
    return page, dict(re.findall(r'name="(revision|mark)" value="(\w+)"', page))


def apply(client: Any, run: MatchingRun, seen: dict[str, Any], **data: Any) -> str:
    answer = client.post(url("run_apply", run.course, run.pk), {**seen, **data}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


class TestApplying:
    def test_proposing_tells_each_of_their_own_group_and_makes_nothing(
        self, course: Any, staff: Any, as_user: Any
    ) -> None:
        ada, ben, cy, dee = students(course, "Ada", "Ben", "Cy", "Dee")
        wish(ada, ben)
        wish(ben, cy, ada)
        for one in (cy, dee):
            Profile.objects.create(membership=one, topics=["probing"])
        InvitationFactory(sender=ada, receiver=cy)
        run, client = solved_run(course, staff), as_user(staff)
        page, seen = preview(client, run)
        assert "Either way mail goes to 4 of 4 students" in page
        assert not OutgoingMail.objects.exists()
        page = apply(client, run, seen, how="propose", days=2)
        assert "Proposed to 4 students, who have 2 days to accept. Mail goes to 4 of them" in page
        assert Offer.objects.count() == 2
        assert not Pair.objects.exists()
        assert mailed(subject="Proposed") == addresses(ada, ben, cy, dee)
        mail = OutgoingMail.objects.get(to=ada.user.email)
        offer = Offer.objects.get(members__membership=ada)
        assert url("offer", course, offer.pk) in mail.body
        assert "both named each other\n" in mail.body
        assert "choice" not in mail.body  # whom somebody ranked first is theirs
        page = as_user(cy.user).get(url("offer", course, Offer.objects.get(members__membership=cy).pk))
        assert "1 shared topic: probing" in page.content.decode()
        assert MatchingRun.objects.get().state == RunState.APPLIED
        assert page_of(client, run).count("proposed") >= 2

    def test_what_only_one_wished_stays_with_the_staff(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben = students(course, "Ada", "Ben")
        wish(ada, ben)
        run, client = solved_run(course, staff), as_user(staff)
        assert "Ada named Ben (1st choice)" in page_of(client, run)
        _, seen = preview(client, run)
        apply(client, run, seen, how="propose", days=3)
        offer = Offer.objects.get()
        assert offer.reasons == []
        assert "named" not in as_user(ben.user).get(url("offer", course, offer.pk)).content.decode()
        assert not OutgoingMail.objects.filter(body__contains="named").exists()

    def test_making_at_once_pairs_them_and_closes_what_they_had_open(
        self, course: Any, staff: Any, as_user: Any
    ) -> None:
        ada, ben, cy = students(course, "Ada", "Ben", "Cy")
        wish(ada, ben)
        wish(ben, ada)
        waiting = InvitationFactory(sender=cy, receiver=ada)
        run = solved_run(course, staff, Settings(seed=1, odd=OddOne.LEAVE))
        client = as_user(staff)
        page, seen = preview(client, run)
        assert "1 open invitation of these students is closed" in page
        assert "1 student without a partner or a proposal: <bdi>Cy</bdi>" in page
        page = apply(client, run, seen, how="make")
        assert "Made. 2 students have their group now. Mail goes to 2 of them" in page
        pair = Pair.objects.get()
        assert {one.membership_id for one in pair.current_members} == group_of(ada, ben)
        waiting.refresh_from_db()
        assert waiting.state == InvitationState.CLOSED
        assert mailed(subject="You do the project with") == addresses(ada, ben)
        assert mailed(subject="has found a partner") == addresses(cy)
        assert AuditEvent.objects.on(pair).filter(summary__contains="as matched by run 1").exists()

    def test_groups_that_cannot_be_are_passed_over_and_said_why(self, course: Any, staff: Any, as_user: Any) -> None:
        people = students(course, *"ABCDEFGHI")
        for one, other in zip(people[:8:2], people[1:8:2], strict=True):
            wish(one, other)
            wish(other, one)
        wish(people[8], people[0])
        run, client = solved_run(course, staff), as_user(staff)
        a, _, c, _, e, _, _, _, i = people
        PairFactory(course=course, of=[c, MembershipFactory(course=course)])
        Membership.objects.filter(pk=e.pk).update(state=MembershipState.DROPPED)
        page, seen = preview(client, run)
        for sentence in (
            "A group of three needs your approval first.",
            "C has a partner by now, or goes on alone.",
            "E has left the course.",
        ):
            assert sentence in page
        page = apply(client, run, seen, how="make")
        assert "Made. 2 students" in page
        run.refresh_from_db()
        assert [group["became"].partition(":")[0] for group in run.groups].count("passed over") == 3
        assert not Pair.objects.of(a).exists()
        assert not Pair.objects.of(i).exists()
        assert "passed over: C has a partner by now, or goes on alone." in page_of(client, run)

    def test_an_approved_trio_and_an_approved_solo_are_made(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben, cy, dee = students(course, "Ada", "Ben", "Cy", "Dee")
        wish(ada, ben)
        wish(ben, ada)
        run, client = solved_run(course, staff), as_user(staff)
        edit(client, run, student=cy.pk, target=f"group:{ada.pk}")
        _, seen = preview(client, run)
        assert "mark" not in seen  # nothing is approved, so there is nothing to say yes to
        for one in (dee, ada):
            edit(client, run, press="approve", student=one.pk)
        _, seen = preview(client, run)
        apply(client, run, seen, how="make")
        sizes = sorted((pair.wanted_size, len(pair.current_members)) for pair in Pair.objects.all())
        assert sizes == [(1, 1), (3, 3)]
        assert OutgoingMail.objects.filter(to=dee.user.email, subject="You do the project alone").exists()

    def test_the_project_of_half_a_pair_goes_on(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben = students(course, "Ada", "Ben")
        half = PairFactory(course=course, of=[ada, MembershipFactory(course=course, state=MembershipState.DROPPED)])
        run, client = solved_run(course, staff), as_user(staff)
        _, seen = preview(client, run)
        apply(client, run, seen, how="make")
        assert Pair.objects.of(ben).get() == half

    @pytest.mark.parametrize("how", ["propose", "make"])
    @pytest.mark.parametrize("change", ["edit", "pair", "newcomer", "mail", "invitation"])
    def test_a_preview_that_no_longer_holds_does_nothing_and_shows_the_new_one(
        self, course: Any, staff: Any, as_user: Any, change: str, how: str
    ) -> None:
        ada, ben, cy, dee = students(course, "Ada", "Ben", "Cy", "Dee")
        wish(ada, ben)
        wish(ben, ada)
        run, client = solved_run(course, staff), as_user(staff)
        _, seen = preview(client, run)
        if change == "edit":
            edit(client, run, student=cy.pk, target="left")
        elif change == "pair":
            PairFactory(course=course, of=[cy, dee])
        elif change == "newcomer":
            students(course, "Late Larry")
        elif change == "invitation":
            InvitationFactory(sender=ada, receiver=cy)
        else:
            User.objects.filter(pk=cy.user_id).update(mails_about_projects=False)
        page = apply(client, run, seen, how=how, days=3)
        assert "so nothing was done" in page or "so your change was not made" in page
        assert 'value="3"' in page
        assert not Offer.objects.exists()
        assert not Pair.objects.of(ada).exists()
        assert not OutgoingMail.objects.exists()
        new = dict(re.findall(r'name="(revision|mark)" value="(\w+)"', page))
        assert new["mark"] != seen["mark"]
        assert re.search(r"(Proposed to|Made\.) \d", apply(client, run, new, how=how, days=3))

    def test_a_run_is_applied_once(self, course: Any, staff: Any, as_user: Any) -> None:
        students(course, "Ada", "Ben")
        run, client = solved_run(course, staff), as_user(staff)
        _, seen = preview(client, run)
        apply(client, run, seen, how="make")
        page = apply(client, run, seen, how="make")
        assert "Run 1 is applied, so nothing can be changed in it." in page
        assert "nothing to propose or make any more" in page
        assert Pair.objects.count() == 1

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            ({}, "Choose whether to propose the groups or to make them at once."),
            ({"how": "force"}, "Choose whether to propose the groups or to make them at once."),
            ({"how": "propose"}, "Give the days to answer as a whole number from 1 to 14."),
            ({"how": "propose", "days": "soon"}, "Give the days to answer as a whole number from 1 to 14."),
            ({"how": "propose", "days": 0}, "Give them at least 1 day."),
            ({"how": "propose", "days": 15}, "Give them at most 14 days."),
        ],
    )
    def test_bad_input_gets_a_sentence(
        self, course: Any, staff: Any, as_user: Any, data: dict[str, Any], sentence: str
    ) -> None:
        students(course, "Ada", "Ben")
        run, client = solved_run(course, staff), as_user(staff)
        _, seen = preview(client, run)
        assert sentence in apply(client, run, seen, **data)
        assert MatchingRun.objects.get().state == RunState.DONE

    def test_who_wants_no_mail_is_named_and_gets_none(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben = students(course, "Ada", "Ben")
        User.objects.filter(pk=ada.user_id).update(mails_about_projects=False)
        run, client = solved_run(course, staff), as_user(staff)
        page, seen = preview(client, run)
        assert "mail goes to 1 of 2 students" in page
        assert "No mail goes to <bdi>Ada</bdi>, who wants none" in page
        apply(client, run, seen, how="propose", days=1)
        assert mailed() == addresses(ben)
        assert "Proposed by the course staff" in as_user(ada.user).get(url("index", course)).content.decode()
