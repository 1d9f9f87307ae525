"""Rearranging the groups of a run by hand, and comparing two runs."""

import re
from typing import Any

import pytest

from apps.core.models import OutgoingMail
from apps.courses.models import Membership
from apps.courses.states import MembershipState, Role
from apps.pairs import operations
from apps.pairs.matching import Mode, OddOne, Settings
from apps.pairs.models import MatchingRun, RankedChoice, Veto
from apps.pairs.operations.common import VETOED
from apps.pairs.tasks import solve_run
from tests.factories.courses import CourseFactory, MembershipFactory
from tests.factories.pairs import PairFactory, solved_run
from tests.pairs.matching_desk import edit, group_containing, group_of, groups, page_of, start, students, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Any:
    return CourseFactory()


@pytest.fixture
def staff(course: Any) -> Any:
    return MembershipFactory(course=course, role=Role.TA, user__name="Tess Tutor").user


class TestEditing:
    @pytest.fixture
    def run(self, course: Any, staff: Any) -> MatchingRun:
        """Ada with Ben and Cy with Dee, as they wished; Eve is the third of one of the pairs."""
        people = students(course, "Ada", "Ben", "Cy", "Dee", "Eve")
        for one, other in ((0, 1), (1, 0), (2, 3), (3, 2), (4, 2)):
            RankedChoice.objects.create(owner=people[one], classmate=people[other], rank=1)
        return solved_run(course, staff, Settings(seed=1, odd=OddOne.LEAVE))

    @pytest.fixture
    def people(self, run: MatchingRun) -> dict[str, Membership]:
        return {member.user.name: member for member in Membership.objects.select_related("user").students()}

    def test_moving_says_what_it_costs_and_who_learns_of_it(
        self, run: MatchingRun, people: dict[str, Membership], staff: Any, as_user: Any
    ) -> None:
        client = as_user(staff)
        assert groups(run) == {group_of(people["Ada"], people["Ben"]), group_of(people["Cy"], people["Dee"])}
        form = page_of(client, run, move=people["Eve"].pk)
        assert "1: Ada &amp; Ben" in form
        before = run.figures["total"]
        page = edit(client, run, student=people["Eve"].pk, target=f"group:{people['Dee'].pk}")
        assert "Moved Eve to Cy &amp; Dee (group 2)." in page
        assert f"Total {before:,} → {run.figures['total']:,}; worst off" in page
        assert "left over 1 → 0. Only the staff see it; nobody gets mail." in page
        assert "needs your approval" in page
        assert group_of(people["Cy"], people["Dee"], people["Eve"]) in groups(run)
        assert run.result["groups"][1]["members"] == sorted([people["Cy"].pk, people["Dee"].pk])
        assert not OutgoingMail.objects.exists()

    @pytest.mark.parametrize(
        ("student", "target", "expected"),
        [
            ("Ada", "left", [("Ben",), ("Cy", "Dee")]),
            ("Ada", "new", [("Ben",), ("Cy", "Dee"), ("Ada",)]),
            ("Ada", "group:Cy", [("Ben",), ("Ada", "Cy", "Dee")]),
            ("Ada", "swap:Cy", [("Ben", "Cy"), ("Ada", "Dee")]),
            ("Ada", "swap:Eve", [("Ben", "Eve"), ("Cy", "Dee")]),
            ("Eve", "new", [("Ada", "Ben"), ("Cy", "Dee"), ("Eve",)]),
            ("Eve", "swap:Dee", [("Ada", "Ben"), ("Cy", "Eve")]),
        ],
    )
    def test_every_kind_of_move(
        self,
        run: MatchingRun,
        people: dict[str, Membership],
        staff: Any,
        as_user: Any,
        student: str,
        target: str,
        expected: list[tuple[str, ...]],
    ) -> None:
        kind, _, name = target.partition(":")
        edit(as_user(staff), run, student=people[student].pk, target=f"{kind}:{people[name].pk}" if name else kind)
        assert groups(run) == {group_of(*(people[name] for name in names)) for names in expected}

    @pytest.mark.parametrize(
        ("student", "target", "sentence"),
        [
            ("Ada", "", "Choose where to move Ada."),
            ("Ada", "moon", "There is no such group any more."),
            ("Ada", "group:", "There is no such group any more."),
            ("Ada", "group:x", "There is no such group any more."),
            ("Ada", "group:0", "There is no such group any more."),
            ("Ada", "swap:99999999", "There is no such group any more."),
            ("Ada", "group:Eve", "There is no such group any more."),
            ("Ada", "group:Ben", "Ada is there already."),
            ("Eve", "left", "Eve is there already."),
            ("Nobody", "left", "This student is not in the run."),
            ("", "left", "This student is not in the run."),
        ],
    )
    def test_moves_that_lead_nowhere(
        self,
        run: MatchingRun,
        people: dict[str, Membership],
        staff: Any,
        as_user: Any,
        student: str,
        target: str,
        sentence: str,
    ) -> None:
        kind, _, name = target.partition(":")
        target = f"{kind}:{people[name].pk}" if name in people else target
        key = people[student].pk if student in people else student
        assert sentence in edit(as_user(staff), run, student=key, target=target)
        assert run.revision == 0

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_veto_refuses_in_either_direction_and_names_nobody(
        self, course: Any, staff: Any, as_user: Any, when: str
    ) -> None:
        ada, ben, cy, _ = students(course, "Ada", "Ben", "Cy", "Dee")
        for one, other in ((ada, ben), (ben, ada)):
            RankedChoice.objects.create(owner=one, classmate=other, rank=1)
        if when == "before":
            Veto.objects.create(owner=cy, classmate=ada)
        run = solved_run(course, staff)
        if when == "after":
            Veto.objects.create(owner=cy, classmate=ada)
        client = as_user(staff)
        for student, other in ((ada, cy), (cy, ada)):
            page = edit(client, run, student=student.pk, target=f"group:{other.pk}")
            assert VETOED in page
            assert f'<option value="group:{min(one for one in group_containing(run, other))}" selected>' in page
        assert run.revision == 0

    def test_two_projects_and_four_people_are_too_much(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben, cy, dee = students(course, "Ada", "Ben", "Cy", "Dee")
        for one, partner in ((ada, cy), (ben, dee)):
            PairFactory(course=course, of=[one, MembershipFactory(course=course, state=MembershipState.DROPPED)])
            RankedChoice.objects.create(owner=one, classmate=partner, rank=1)
        run = solved_run(course, staff)
        assert groups(run) == {group_of(ada, cy), group_of(ben, dee)}
        client = as_user(staff)
        page = edit(client, run, student=ada.pk, target=f"group:{ben.pk}")
        assert "Ada &amp; Ben have a project each." in page
        edit(client, run, student=dee.pk, target=f"group:{ada.pk}")
        page = edit(client, run, student=ben.pk, target=f"group:{ada.pk}")
        assert "Ada &amp; Ben &amp; Cy &amp; Dee would be 4; three are the most." in page
        assert run.revision == 1

    def test_an_edit_from_an_old_page_comes_back_with_what_changed(
        self, run: MatchingRun, people: dict[str, Membership], staff: Any, as_user: Any
    ) -> None:
        client = as_user(staff)
        edit(client, run, student=people["Eve"].pk, target=f"group:{people['Ada'].pk}")
        other = MembershipFactory(course=run.course, role=Role.INSTRUCTOR, user__name="Ines Instructor")
        page = edit(as_user(other.user), run, student=people["Cy"].pk, target=f"group:{people['Eve'].pk}", revision=0)
        assert "Somebody changed the groups while you were looking" in page
        assert "Tess Tutor</bdi> moved Eve to Ada &amp; Ben (group 1)" in page
        assert f'name="student" value="{people["Cy"].pk}"' in page  # the form is open still,
        assert run.revision == 1

    def test_the_choice_made_on_an_old_page_is_still_made(
        self, run: MatchingRun, people: dict[str, Membership], staff: Any, as_user: Any
    ) -> None:
        client = as_user(staff)
        ada, ben, cy = people["Ada"], people["Ben"], people["Cy"]
        target = f"group:{ada.pk}"
        edit(client, run, student=ada.pk, target="swap:" + str(cy.pk))  # Ada is with Dee now
        page = edit(client, run, student=ben.pk, target=target, revision=0)
        chosen = re.search(r'<option value="([^"]+)" selected>([^<]+)', page)
        assert chosen
        assert "Ada" in chosen[2]
        assert "Dee" in chosen[2]

    @pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30])
    def test_a_page_without_a_revision_does_nothing(
        self, run: MatchingRun, people: dict[str, Membership], staff: Any, as_user: Any, revision: str
    ) -> None:
        page = edit(as_user(staff), run, student=people["Ada"].pk, target="left", revision=revision)
        assert "Somebody changed the groups" in page
        assert run.revision == 0

    def test_taking_back_and_the_way_back_to_the_solver(
        self, run: MatchingRun, people: dict[str, Membership], staff: Any, as_user: Any
    ) -> None:
        client, first = as_user(staff), run.groups
        assert "There is no edit to take back." in edit(client, run, press="undo")
        assert "These are the solver&#x27;s groups already." in edit(client, run, press="reset")
        edit(client, run, student=people["Ada"].pk, target="left")
        second = run.groups
        edit(client, run, student=people["Cy"].pk, target="left")
        assert "Took back the latest edit." in edit(client, run, press="undo")
        assert run.groups == second
        assert "Changed by hand. The solver’s own" in page_of(client, run)
        assert "Went back to what the solver found." in edit(client, run, press="reset")
        assert run.groups == first
        edit(client, run, press="undo")
        edit(client, run, press="undo")
        assert run.groups == first
        assert run.past == []

    def test_a_group_of_three_is_approved_until_it_changes(
        self, run: MatchingRun, people: dict[str, Membership], staff: Any, as_user: Any
    ) -> None:
        client = as_user(staff)
        edit(client, run, student=people["Eve"].pk, target=f"group:{people['Ada'].pk}")
        page = edit(client, run, press="approve", student=people["Eve"].pk)
        assert "Approved Ada &amp; Ben &amp; Eve. The figures stay the same." in page
        assert [group["is_approved"] for group in run.groups] == [True, False]
        assert "This changed while you were looking" in edit(client, run, press="approve", student=people["Ada"].pk)
        edit(client, run, student=people["Cy"].pk, target="left")
        assert run.groups[0]["is_approved"]
        edit(client, run, press="unapprove", student=people["Ben"].pk)
        assert not run.groups[0]["is_approved"]
        edit(client, run, press="approve", student=people["Ben"].pk)
        edit(client, run, student=people["Ben"].pk, target="swap:" + str(people["Dee"].pk))
        assert not any(group["is_approved"] for group in run.groups)
        assert "There is no such group" in edit(client, run, press="approve", student=people["Cy"].pk)

    def test_by_htmx_only_the_groups_come_back_and_the_focus_stays(
        self, run: MatchingRun, people: dict[str, Membership], staff: Any, as_user: Any
    ) -> None:
        data = {"student": people["Ada"].pk, "target": "left", "revision": 0, "press": "move"}
        headers = {"HX-Request": "true"}
        answer = as_user(staff).post(url("run_edit", run.course, run.pk), data, headers=headers)
        page = answer.content.decode()
        assert "<html" not in page
        assert "Took Ada out of the groups." in page
        assert re.search(rf'id="move-{people["Ada"].pk}"[^>]*data-focus', page)

    def test_what_is_discarded_cannot_be_edited(
        self, run: MatchingRun, people: dict[str, Membership], staff: Any, as_user: Any
    ) -> None:
        client = as_user(staff)
        answer = client.post(url("run_discard", run.course, run.pk), follow=True).content.decode()
        assert "Discarded. It stays readable here; only the staff see it; nobody gets mail." in answer
        page = edit(client, run, student=people["Ada"].pk, target="left")
        assert "Run 1 is discarded, so nothing can be changed in it." in page
        assert "data-arrange" not in page
        assert "is discarded" in client.post(url("run_discard", run.course, run.pk), follow=True).content.decode()


class TestComparing:
    def test_two_runs_side_by_side(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben, cy, _ = students(course, "Ada", "Ben", "Cy", "Dee")
        RankedChoice.objects.create(owner=ada, classmate=ben, rank=1)
        RankedChoice.objects.create(owner=ben, classmate=ada, rank=1)
        first, second = solved_run(course, staff), solved_run(course, staff, Settings(seed=2, mode=Mode.TOTAL))
        client = as_user(staff)
        page = client.get(url("run_compare", course, first.pk), {"with": second.pk}).content.decode()
        assert "Nobody’s: both come to the same groups." in page
        assert "most satisfaction in total" in page
        edit(client, second, student=ada.pk, target=f"swap:{cy.pk}")
        page = client.get(url("run_compare", course, first.pk), {"with": second.pk}).content.decode()
        changed = re.findall(r'<td data-label="Run (\d)"><bdi>(.*?)</bdi>', page)
        assert changed[:4] == [("1", "Ben"), ("2", "Dee"), ("1", "Ada"), ("2", "Cy")]
        assert len(changed) == 8
        difference = second.figures["total"] - first.figures["total"]
        assert f"−{-difference:,}" in page
        assert "not the same measure" not in page

    def test_other_weights_are_another_measure_and_other_students_are_named(
        self, course: Any, staff: Any, as_user: Any
    ) -> None:
        students(course, "Ada", "Ben")
        first = solved_run(course, staff)
        students(course, "Cy")
        client = as_user(staff)
        start(client, course, choice=0)
        second = MatchingRun.objects.first()
        assert second
        solve_run(second.pk)
        page = client.get(url("run_compare", course, first.pk), {"with": second.pk}).content.decode()
        assert "not the same measure" in page
        assert "not in this run" in page

    def test_a_run_is_compared_with_solved_ones_of_its_course(self, course: Any, staff: Any, as_user: Any) -> None:
        students(course, "Ada", "Ben")
        run = solved_run(course, staff)
        elsewhere = CourseFactory()
        MembershipFactory(course=elsewhere)
        other = solved_run(elsewhere, MembershipFactory(course=elsewhere, role=Role.TA).user)
        waiting = operations.start_run(course, settings=Settings(seed=1), by=staff)
        client = as_user(staff)
        for wanted in (other.pk, waiting.pk, "x", "9" * 30, "²"):
            assert client.get(url("run_compare", course, run.pk), {"with": wanted}).status_code == 404, wanted
        assert client.get(url("run_compare", course, waiting.pk), {"with": run.pk}).status_code == 404
        assert "There is no other run" in client.get(url("run_compare", course, run.pk)).content.decode()
