"""Staff and students press at once around a matching, on a real database: one wins, the other reads a sentence."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.courses.models import Membership
from apps.courses.states import MembershipState, Role
from apps.pairs import operations, queries, solving
from apps.pairs.matching import Settings
from apps.pairs.models import MatchingRun, Offer, OfferMember, Pair, PairMember
from apps.pairs.operations.arranging import Edit
from apps.pairs.queries import Plan
from apps.pairs.states import InvitationState, OfferState, RunState
from apps.pairs.tasks import solve_run, sweep_offers
from tests.factories.courses import CourseFactory, MembershipFactory
from tests.factories.pairs import InvitationFactory, offered, solved_run
from tests.pairs.matching_desk import students
from tests.pairs.threads import at_once, of_kind

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def course() -> Any:
    return CourseFactory()


@pytest.fixture
def staff(course: Any) -> Any:
    return MembershipFactory(course=course, role=Role.TA).user


def carry_out(run: MatchingRun, by: Any) -> Callable[[], Plan]:
    seen = queries.plan(run)
    return lambda: operations.carry_out_run(run, revision=seen.revision, mark=seen.mark, by=by)


def propose(run: MatchingRun, by: Any) -> Callable[[], Plan]:
    seen = queries.plan(run)
    return lambda: operations.propose_run(run, revision=seen.revision, mark=seen.mark, days=3, by=by)


def everybody_once() -> bool:
    active = PairMember.objects.filter(is_active=True)
    return active.count() == active.values("membership").distinct().count()


@pytest.mark.parametrize("how", [carry_out, propose])
def test_apply_while_somebody_accepts_an_invitation(how: Any, course: Any, staff: Any) -> None:
    people = students(course, "Ada", "Ben", "Cy", "Dee")
    run = solved_run(course, staff)
    first, second = (group["members"] for group in run.groups)
    across = {one.pk: one for one in people}
    invitation = InvitationFactory(sender=across[first[0]], receiver=across[second[0]])
    run.refresh_from_db()
    results = at_once(how(run, staff), lambda: operations.accept(invitation, by=invitation.receiver.user))
    assert everybody_once()
    invitation.refresh_from_db()
    run.refresh_from_db()
    if of_kind(results, Plan) and of_kind(results, Pair):  # proposals do not stand in an invitation's way
        assert how is propose
        assert set(Offer.objects.values_list("state", flat=True)) == {OfferState.CLOSED}
    elif of_kind(results, Plan):
        assert (run.state, invitation.state, Pair.objects.count()) == (RunState.APPLIED, InvitationState.CLOSED, 2)
    else:
        assert (run.state, invitation.state, Pair.objects.count()) == (RunState.DONE, InvitationState.ACCEPTED, 1)
    assert of_kind(results, str) + of_kind(results, Plan) + of_kind(results, Pair) == 2


@pytest.mark.parametrize("other", [carry_out, propose])
def test_two_staff_apply_at_once(other: Any, course: Any, staff: Any) -> None:
    students(course, *(f"Student {at}" for at in range(10)))
    run = solved_run(course, staff)
    second = MembershipFactory(course=course, role=Role.INSTRUCTOR).user
    results = at_once(carry_out(run, staff), other(run, second))
    assert (of_kind(results, Plan), of_kind(results, str)) == (1, 1)
    assert everybody_once()
    assert (Pair.objects.count(), Offer.objects.count()) in {(5, 0), (0, 5)}


def test_two_runs_with_the_same_people_are_applied_at_once(course: Any, staff: Any) -> None:
    students(course, *(f"Student {at}" for at in range(6)))
    runs = [solved_run(course, staff, Settings(seed=seed)) for seed in (1, 2)]
    results = at_once(*(carry_out(run, staff) for run in runs))
    assert (of_kind(results, Plan), of_kind(results, str)) == (1, 1)
    assert Pair.objects.count() == 3


def test_two_edits_at_once(course: Any, staff: Any) -> None:
    students(course, "Ada", "Ben", "Cy", "Dee")
    run = solved_run(course, staff)
    keys = [group["members"][0] for group in run.groups]
    results = at_once(
        *(
            lambda key=key: operations.move_student(run, student=key, target="left", revision=0, by=staff)
            for key in keys
        )
    )
    assert (of_kind(results, Edit), of_kind(results, str)) == (1, 1)
    run.refresh_from_db()
    assert (run.revision, len(run.past), run.figures["left"]) == (1, 1, 1)


def test_an_edit_and_an_apply_at_once(course: Any, staff: Any) -> None:
    students(course, "Ada", "Ben", "Cy", "Dee")
    run = solved_run(course, staff)
    key = run.groups[0]["members"][0]
    results = at_once(
        carry_out(run, staff),
        lambda: operations.move_student(run, student=key, target="left", revision=0, by=staff),
    )
    assert of_kind(results, str) == 1
    assert Pair.objects.count() == (2 if of_kind(results, Plan) else 0)


def test_the_last_two_answer_at_once(course: Any, staff: Any) -> None:
    ada, ben = students(course, "Ada", "Ben")
    offer = offered(ada, ben, by=staff)
    results = at_once(
        *(
            lambda one=one: operations.answer_offer(offer, membership=one, is_accepted=True, by=one.user)
            for one in (ada, ben)
        )
    )
    assert of_kind(results, Offer) == 2
    assert Pair.objects.get().current_members
    assert Offer.objects.get().state == OfferState.ACCEPTED


def test_yes_and_no_at_once(course: Any, staff: Any) -> None:
    ada, ben = students(course, "Ada", "Ben")
    offer = offered(ada, ben, by=staff)
    operations.answer_offer(offer, membership=ada, is_accepted=True, by=ada.user)
    results = at_once(
        lambda: operations.answer_offer(offer, membership=ben, is_accepted=True, by=ben.user),
        lambda: operations.answer_offer(offer, membership=ada, is_accepted=False, by=ada.user),
    )
    assert (of_kind(results, Offer), of_kind(results, str)) == (1, 1)
    state = Offer.objects.get().state
    assert Pair.objects.count() == (1 if state == OfferState.ACCEPTED else 0)


def test_the_time_runs_out_while_the_last_one_answers(course: Any, staff: Any) -> None:
    ada, ben = students(course, "Ada", "Ben")
    offer = offered(ada, ben, by=staff)
    operations.answer_offer(offer, membership=ada, is_accepted=True, by=ada.user)
    Membership.objects.filter(pk=ada.pk).update(state=MembershipState.DROPPED)
    results = at_once(
        sweep_offers,
        sweep_offers,
        lambda: operations.answer_offer(offer, membership=ben, is_accepted=True, by=ben.user),
    )
    assert of_kind(results, Offer) + of_kind(results, str) == 1
    assert (Offer.objects.get().state, Pair.objects.count()) == (OfferState.CLOSED, 0)


def test_two_staff_start_a_run_at_once(course: Any, staff: Any) -> None:
    students(course, "Ada", "Ben")
    results = at_once(*(lambda: operations.start_run(course, settings=Settings(seed=1), by=staff),) * 2)
    assert (of_kind(results, MatchingRun), of_kind(results, str)) == (1, 1)


def test_a_task_is_delivered_twice_at_once(course: Any, staff: Any) -> None:
    students(course, *(f"Student {at}" for at in range(40)))
    run = operations.start_run(course, settings=Settings(seed=3), by=staff)
    at_once(*(lambda: solve_run(run.pk),) * 3)
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert run.groups == solved_run(course, staff, Settings(seed=3)).groups


def test_cancel_while_it_is_solved(course: Any, staff: Any) -> None:
    students(course, *(f"Student {at}" for at in range(40)))
    run = operations.start_run(course, settings=Settings(seed=3), by=staff)
    results = at_once(lambda: solving.solve_run(run.pk), lambda: operations.cancel_run(run, by=staff))
    run.refresh_from_db()
    if of_kind(results, str):  # it was solved first
        assert run.state == RunState.DONE
    else:
        assert (run.state, run.result) == (RunState.CANCELLED, None)


def test_the_database_has_the_last_word_on_proposals(course: Any, staff: Any) -> None:
    ada, ben = students(course, "Ada", "Ben")
    offer = offered(ada, ben, by=staff)
    until = timezone.now() + dt.timedelta(days=1)
    another = Offer.objects.create(course=offer.course, made_by=staff, expires_at=until)
    with pytest.raises(IntegrityError), transaction.atomic():
        OfferMember.objects.create(offer=another, membership=ada)
