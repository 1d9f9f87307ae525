"""Both partners and the staff press at once, on a real database."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from apps.core.errors import Refused
from apps.proposals import operations
from apps.proposals.models import DraftSection, Proposal, Section, Version
from apps.proposals.operations import Conflict, SourceRow
from apps.proposals.states import ProposalState
from tests.factories.accounts import UserFactory
from tests.factories.courses import MembershipFactory
from tests.factories.pairs import PairFactory
from tests.factories.proposals import DraftSectionFactory, ProposalFactory, SectionFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """What each action returned, or the refusal it met. Any other exception fails the test."""
    start = threading.Barrier(len(actions))
    results: list[Any] = [None] * len(actions)

    def run(number: int, action: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[number] = action()
        except Exception as error:  # noqa: BLE001 - told to the test instead of dying with the thread
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    unexpected = [result for result in results if isinstance(result, Exception) and not isinstance(result, Refused)]
    assert not unexpected, unexpected
    return results


def of_kind(results: list[Any], kind: type) -> int:
    return sum(isinstance(result, kind) for result in results)


@pytest.fixture
def proposal() -> Proposal:
    """Complete and ready to be submitted."""
    proposal = ProposalFactory(has_no_sources=True)
    DraftSectionFactory(proposal=proposal, section=SectionFactory(course=proposal.course, key="concept"), revision=0)
    return proposal


def test_both_partners_submit_at_once(proposal: Proposal) -> None:
    results = at_once(*(lambda user=user: operations.submit(proposal, by=user) for user in proposal.pair.users * 2))
    assert (of_kind(results, Version), of_kind(results, Refused)) == (1, 3)
    assert Version.objects.get().number == 1


def test_both_partners_edit_one_section_at_once(proposal: Proposal) -> None:
    section = Section.objects.get()
    results = at_once(
        *(
            lambda user=user, text=f"Text {n}": operations.save_section(
                proposal, section, text=text, revision=0, by=user
            )
            for n, user in enumerate(proposal.pair.users)
        )
    )
    assert (of_kind(results, DraftSection), of_kind(results, Conflict)) == (1, 1)
    draft = DraftSection.objects.get()
    assert draft.revision == 1
    assert draft.text == next(result.text for result in results if isinstance(result, DraftSection))


def test_both_partners_write_a_section_for_the_first_time(proposal: Proposal) -> None:
    section = SectionFactory(course=proposal.course, key="methods")
    save = operations.save_section
    results = at_once(
        *(
            lambda user=user: save(proposal, section, text=str(user), revision=0, by=user)
            for user in proposal.pair.users
        )
    )
    assert (of_kind(results, DraftSection), of_kind(results, Conflict)) == (1, 1)


def test_both_partners_change_the_sources_at_once(proposal: Proposal) -> None:
    results = at_once(
        *(
            lambda user=user: operations.save_sources(
                proposal, rows=[SourceRow("paper", str(user), "x")], has_no_sources=False, revision=0, by=user
            )
            for user in proposal.pair.users
        )
    )
    assert (of_kind(results, Proposal), of_kind(results, Conflict)) == (1, 1)
    assert proposal.sources.count() == 1


def test_both_partners_begin_at_once() -> None:
    pair = PairFactory()
    results = at_once(*(lambda user=user: operations.open_proposal(pair, by=user) for user in pair.users * 2))
    assert {proposal.pk for proposal in results} == {Proposal.objects.get().pk}
    assert Section.objects.filter(course=pair.course).count() == 10


def test_accepting_and_withdrawing_at_once(proposal: Proposal) -> None:
    operations.submit(proposal, by=proposal.pair.users[0])
    ta = MembershipFactory(course=proposal.course, role="ta").user
    results = at_once(
        lambda: operations.accept(proposal, by=ta),
        lambda: operations.withdraw(proposal, by=proposal.pair.users[0]),
    )
    assert (of_kind(results, Proposal), of_kind(results, Refused)) == (1, 1)
    assert Proposal.objects.get().state in {ProposalState.ACCEPTED, ProposalState.DRAFT}


def test_two_staff_decide_at_once(proposal: Proposal) -> None:
    operations.submit(proposal, by=proposal.pair.users[0])
    admin = UserFactory(is_superuser=True)
    results = at_once(
        lambda: operations.accept(proposal, by=admin),
        lambda: operations.reject(proposal, by=admin),
    )
    assert (of_kind(results, Proposal), of_kind(results, Refused)) == (1, 1)
