"""Matching the rest, as staff see it: a dry run, its groups, edits by hand."""

import re
from typing import Any

import pytest
from django.utils import timezone

from apps.core.models import AuditEvent, OutgoingMail
from apps.courses.models import Membership
from apps.courses.states import MembershipState, Role
from apps.pairs import operations, solving
from apps.pairs.matching import Mode, OddOne, Settings
from apps.pairs.models import MatchingRun, Pair, Profile, RankedChoice, Veto
from apps.pairs.states import RunState
from apps.pairs.tasks import solve_run, sweep_runs
from tests.factories.courses import CourseFactory, MembershipFactory
from tests.factories.crowd import crowd
from tests.factories.pairs import PairFactory, offered, solved_run
from tests.pairs.matching_desk import group_of, groups, page_of, start, students, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Any:
    return CourseFactory()


@pytest.fixture
def staff(course: Any) -> Any:
    return MembershipFactory(course=course, role=Role.TA, user__name="Tess Tutor").user


class TestStarting:
    def test_a_run_waits_for_a_worker_and_then_shows_its_groups(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben, cy, dee = students(course, "Ada", "Ben", "Cy", "Dee")
        for one, other in ((ada, dee), (dee, ada)):
            RankedChoice.objects.create(owner=one, classmate=other, rank=1)
        client = as_user(staff)
        page = start(client, course)
        assert "Started, as a dry run. Only the staff see it; nobody gets mail." in page
        assert "waits for a worker" in page
        run = MatchingRun.objects.get()
        assert (run.number, run.settings["seed"], run.state) == (1, 7, RunState.QUEUED)
        solve_run(run.pk)
        page = page_of(client, run)
        assert "both named each other (1st and 1st choice)" in page
        assert "ready to look at" in page
        run.refresh_from_db()
        assert groups(run) == {group_of(ada, dee), group_of(ben, cy)}
        assert not OutgoingMail.objects.exists()
        assert not Pair.objects.exists()

    def test_the_same_seed_gives_the_same_groups(self, course: Any, staff: Any) -> None:
        students(course, *(f"Student {at}" for at in range(12)))
        first, second = (solved_run(course, staff, Settings(seed=5)) for _ in range(2))
        assert first.result == second.result
        assert any(solved_run(course, staff, Settings(seed=seed)).groups != first.groups for seed in range(6, 12))

    def test_what_students_said_goes_in_and_who_has_a_partner_does_not(self, course: Any, staff: Any) -> None:
        ada, ben, cy = students(course, "Ada", "Ben", "Cy")
        paired = PairFactory(course=course).current_members[0].membership
        half = PairFactory(course=course, of=[cy, *students(course, "Gone")])
        Membership.objects.filter(user__name="Gone").update(state=MembershipState.DROPPED)
        Membership.objects.filter(pk=ada.pk).update(section=" 02 ")
        Profile.objects.create(membership=ada, topics=["Probing", "steering"], hours=[18, 19])
        Profile.objects.create(membership=ben, topics=["probing"], hours=[18])
        RankedChoice.objects.create(owner=ada, classmate=paired, rank=1)
        RankedChoice.objects.create(owner=ada, classmate=ben, rank=2)
        Veto.objects.create(owner=ben, classmate=cy)
        run = operations.start_run(course, settings=Settings(seed=1), by=staff)
        found = {one["key"]: one for one in run.inputs}
        assert found.keys() == {ada.pk, ben.pk, cy.pk}
        assert found[ada.pk] == {
            "key": ada.pk,
            "section": "02",
            "choices": [paired.pk, ben.pk],
            "topics": ["Probing", "steering"],
            "hours": [18, 19],
            "vetoes": [],
            "has_project": False,
        }
        assert found[ben.pk]["topics"] == ["Probing"]  # the same topic, however it is written
        assert found[ben.pk]["vetoes"] == [cy.pk]
        assert found[cy.pk]["has_project"]
        assert Pair.objects.half().get() == half

    def test_who_has_a_proposal_to_answer_is_left_out_and_counted(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben, cy, dee = students(course, "Ada", "Ben", "Cy", "Dee")
        offered(ada, ben, by=staff)
        page = as_user(staff).get(url("matching", course)).content.decode()
        assert "2 more have a proposal to answer and are left out" in page
        run = solved_run(course, staff)
        assert groups(run) == {group_of(cy, dee)}

    def test_the_page_counts_who_said_what(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben, _ = students(course, "Ada", "Ben", "Cy")
        Profile.objects.create(membership=ada, topics=["probing"])
        Profile.objects.create(membership=ben, hours=[1])
        RankedChoice.objects.create(owner=ada, classmate=ben, rank=1)
        page = as_user(staff).get(url("matching", course)).content.decode()
        assert re.findall(r"<dd>(.*?)</dd>", page) == ["3", "1 of 3", "1 of 3", "1 of 3"]

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"seed": ""}, "Give a whole number; any will do."),
            ({"seed": "seven"}, "Give a whole number; any will do."),
            ({"seed": -1}, "A seed is 0 or more."),
            ({"seed": 2**31}, "A seed is at most 2147483647."),
            ({"mode": "cheap"}, "Choose one of those shown."),
            ({"odd": ""}, "Choose one."),
            ({"topics": 11}, "Choose one of those shown."),
            ({"choice": 0, "topics": 0, "hours": 0, "section": 0}, "Something must count"),
        ],
    )
    def test_a_bad_setting_gets_a_sentence_and_loses_nothing(
        self, course: Any, staff: Any, as_user: Any, changes: dict[str, Any], sentence: str
    ) -> None:
        students(course, "Ada", "Ben")
        page = start(as_user(staff), course, **{"mode": "total", **changes})
        assert sentence in page
        assert not MatchingRun.objects.exists()
        if "mode" not in changes:
            assert re.search(r'value="total"[^>]*checked|checked[^>]*value="total"', page)

    def test_one_run_at_a_time_and_somebody_to_match(self, course: Any, staff: Any, as_user: Any) -> None:
        client = as_user(staff)
        assert "Nobody is left to match" in start(client, course)
        students(course, "Ada", "Ben")
        start(client, course)
        assert "A run is under way already" in start(client, course)
        assert MatchingRun.objects.count() == 1

    def test_the_next_run_begins_with_the_settings_of_the_last(self, course: Any, staff: Any, as_user: Any) -> None:
        students(course, "Ada", "Ben")
        solved_run(course, staff, Settings(seed=99, mode=Mode.TOTAL, odd=OddOne.SOLO))
        page = as_user(staff).get(url("matching", course)).content.decode()
        assert re.search(r'value="solo"[^>]*checked', page)
        assert 'value="99"' not in page  # but with another seed


class TestWorker:
    def test_a_task_delivered_twice_changes_nothing_the_second_time(self, course: Any, staff: Any) -> None:
        students(course, "Ada", "Ben")
        run = operations.start_run(course, settings=Settings(seed=1), by=staff)
        solve_run(run.pk)
        finished = MatchingRun.objects.get().finished_at
        solve_run(run.pk)
        solve_run(run.pk + 1)  # no such run
        assert MatchingRun.objects.get().finished_at == finished

    def test_the_sweeper_solves_what_nobody_heard_of_and_what_a_dead_worker_left(self, course: Any, staff: Any) -> None:
        students(course, "Ada", "Ben")
        run = operations.start_run(course, settings=Settings(seed=1), by=staff)
        sweep_runs()
        assert MatchingRun.objects.get().state == RunState.QUEUED  # the doorbell may still be on its way
        MatchingRun.objects.update(created_at=timezone.now() - solving.WAITS_FOR)
        sweep_runs()
        assert MatchingRun.objects.get().state == RunState.DONE

        MatchingRun.objects.update(state=RunState.RUNNING, started_at=timezone.now(), result=None)
        sweep_runs()
        solve_run(run.pk)
        assert MatchingRun.objects.get().state == RunState.RUNNING  # somebody is at it
        MatchingRun.objects.update(started_at=timezone.now() - solving.LOST_AFTER)
        sweep_runs()
        assert MatchingRun.objects.get().result is not None

    def test_a_run_that_nobody_finishes_is_given_up_with_a_sentence(
        self, course: Any, staff: Any, as_user: Any
    ) -> None:
        students(course, "Ada", "Ben")
        run = operations.start_run(course, settings=Settings(seed=1), by=staff)
        MatchingRun.objects.update(created_at=timezone.now() - solving.GIVE_UP_AFTER)
        sweep_runs()
        page = page_of(as_user(staff), run)
        assert solving.GIVEN_UP in page
        assert "failed" in page

    def test_an_error_ends_on_the_page(self, course: Any, staff: Any, as_user: Any) -> None:
        students(course, "Ada", "Ben")
        run = operations.start_run(course, settings=Settings(seed=1), by=staff)
        MatchingRun.objects.update(inputs=[{"key": 1}])
        solve_run(run.pk)
        MatchingRun.objects.update(inputs=[])
        assert solving.FAILED in page_of(as_user(staff), run)

    def test_a_result_that_comes_after_the_cancel_is_dropped(self, course: Any, staff: Any, as_user: Any) -> None:
        students(course, "Ada", "Ben")
        run = operations.start_run(course, settings=Settings(seed=1), by=staff)
        claimed = solving._claim(run.pk)
        client = as_user(staff)
        answer = client.post(url("run_cancel", course, run.pk), follow=True)
        assert "Cancelled. Nothing of it is kept." in answer.content.decode()
        solving._end(claimed, solving.solve([], Settings(seed=1)))
        run.refresh_from_db()
        assert (run.state, run.result) == (RunState.CANCELLED, None)
        again = client.post(url("run_cancel", course, run.pk), follow=True).content.decode()
        assert "Run 1 was cancelled before you pressed." in again
        assert "It was cancelled before it came to a result" in again

    def test_the_waiting_page_asks_again_until_something_is_new(self, course: Any, staff: Any, as_user: Any) -> None:
        students(course, "Ada", "Ben")
        run = operations.start_run(course, settings=Settings(seed=1), by=staff)
        client = as_user(staff)
        seen = re.search(r"seen=(\w+)", page_of(client, run))
        assert seen
        ask = {"seen": seen[1]}
        headers = {"HX-Request": "true"}
        assert client.get(url("run", course, run.pk), ask, headers=headers).status_code == 204
        solve_run(run.pk)
        answer = client.get(url("run", course, run.pk), ask, headers=headers)
        assert "Ready." in answer.content.decode()
        assert "hx-trigger" not in answer.content.decode()


class TestReading:
    def test_groups_that_no_longer_hold_say_why(self, course: Any, staff: Any, as_user: Any) -> None:
        people = students(course, *"ABCDEFGHIJ")
        for one, other in zip(people[::2], people[1::2], strict=True):
            RankedChoice.objects.create(owner=one, classmate=other, rank=1)
        run = solved_run(course, staff)
        client = as_user(staff)
        assert "no longer possible" not in page_of(client, run)
        a, _, c, _, e, _, g, h, i, j = people
        PairFactory(course=course, of=[a, MembershipFactory(course=course)])
        Membership.objects.filter(pk=c.pk).update(state=MembershipState.DROPPED)
        offered(e, *students(course, "Newcomer"), by=staff)
        Veto.objects.create(owner=h, classmate=g)
        for one in (i, j):
            left = PairFactory(course=course, of=[one, MembershipFactory(course=course, state=MembershipState.DROPPED)])
            assert left.is_half
        late = MembershipFactory(course=course, user__name="Late Larry")
        page = page_of(client, run)
        for sentence in (
            "A has a partner by now, or goes on alone.",
            "C has left the course.",
            "E has another proposal to answer.",
            "They cannot be put together any more: one of them has asked not to work with the other.",
            "Two of them have a project by now",
            "1 more seeks a partner",
            late.user.name,
        ):
            assert sentence in page
        assert page.count("no longer possible") == 5

    def test_no_page_lists_whose_veto_it_is(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, ben = students(course, "Ada", "Ben")
        Veto.objects.create(owner=ada, classmate=ben)
        run = solved_run(course, staff)
        assert run.groups == []
        page = page_of(as_user(staff), run)
        assert "veto stands between them" in page
        assert not re.search(r"Ada (will not|has vetoed|vetoed)", page)
        assert not AuditEvent.objects.filter(summary__icontains="veto").exists()

    @pytest.mark.parametrize("size", [2, 6])
    def test_as_many_queries_for_three_groups_as_for_one(
        self, course: Any, staff: Any, as_user: Any, count_queries: Any, size: int
    ) -> None:
        students(course, *(f"Student {at}" for at in range(size)))
        run, _ = solved_run(course, staff), solved_run(course, staff)
        assert count_queries(as_user(staff), url("run", course, run.pk)) == 12
        assert count_queries(as_user(staff), url("run_apply", course, run.pk)) == 11
        assert count_queries(as_user(staff), url("matching", course)) == 12

    def test_hundreds_in_one_run_take_no_more_queries(
        self, course: Any, staff: Any, as_user: Any, count_queries: Any
    ) -> None:
        crowd(course, size=900)  # of whom some 300 are without a partner
        run, _ = solved_run(course, staff), solved_run(course, staff)
        assert run.figures["students"] > 300
        client = as_user(staff)
        assert count_queries(client, url("run", course, run.pk)) == 12
        assert count_queries(client, url("run", course, run.pk) + f"?move={run.groups[0]['members'][0]}") == 12
        assert count_queries(client, url("run_apply", course, run.pk)) == 11

    def test_students_see_nothing_of_runs(self, course: Any, staff: Any, as_user: Any) -> None:
        ada, _ = students(course, "Ada", "Ben")
        run = solved_run(course, staff)
        client = as_user(ada.user)
        assert client.get(url("run", course, run.pk)).status_code == 404
        assert client.get(url("matching", course)).status_code == 403
