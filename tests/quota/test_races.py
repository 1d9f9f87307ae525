"""Two people at once, by real threads on PostgreSQL."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django_fsm import ConcurrentTransition

from apps.core.errors import Refused, Stale
from apps.quota import ledger, operations, queries
from apps.quota.models import QuotaRequest
from apps.quota.operations import Ask, Grant
from apps.quota.states import Unit
from tests.factories.quota import GPT2, draft, fill_pool, submitted
from tests.factories.world import World, build_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crowded() -> World:
    """Both pairs wait for 700 of the 1,000 requests there are."""
    world = build_world()
    operations.withdraw_request(world.quota_request, by=world.partner)
    operations.withdraw_request(world.quota_draft, by=world.other_student)
    asks = Ask(GPT2, Unit.REQUESTS, 700, "Everything")
    world.rivals = [submitted(world.pair, asks), submitted(world.other_pair, asks)]
    return world


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run the jobs at the same moment, each on its own connection; what each returned or raised."""
    start = threading.Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def run(number: int, job: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[number] = job()
        except (Refused, ConcurrentTransition) as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def grant(request: QuotaRequest, amount: int, by: Any) -> Callable[[], QuotaRequest]:
    grants = {request.lines.get().pk: Grant(amount, "less than asked")}
    return lambda: operations.grant_request(request, grants=grants, by=by)


def test_the_last_amount_is_granted_once_and_the_loser_reads_why(crowded: World) -> None:
    first, second = crowded.rivals
    results = at_once(grant(first, 700, crowded.ta), grant(second, 700, crowded.instructor))
    refused = [result for result in results if isinstance(result, Refused)]
    assert len(refused) == 1
    assert "Only 300 requests are left in the pool" in refused[0].message
    assert sorted(QuotaRequest.objects.values_list("state", flat=True).filter(pk__in=[first.pk, second.pk])) == [
        "approved",
        "submitted",
    ]
    (pool,) = [row for row in queries.pool_of(crowded.course) if not row.model]
    assert (pool.granted, pool.left) == (700, 300)
    assert list(ledger.faults()) == []


def test_two_decisions_on_one_request_are_one(crowded: World) -> None:
    request, _ = crowded.rivals
    results = at_once(
        grant(request, 100, crowded.ta),
        lambda: operations.deny_request(request, message="No", by=crowded.instructor),
    )
    assert sum(isinstance(result, Stale) for result in results) == 1
    request.refresh_from_db()
    (granted,) = [row.granted for row in queries.balance_of(crowded.pair)] or [0]
    assert (request.state, granted) in {("partly_approved", 100), ("denied", 0)}
    assert list(ledger.faults()) == []


def test_grants_of_many_lines_do_not_wait_for_each_other_in_a_circle(crowded: World) -> None:
    for request in crowded.rivals:
        operations.withdraw_request(request, by=crowded.partner)
    fill_pool(crowded.course, crowded.instructor, model=GPT2, unit=Unit.GPU_SECONDS)
    asks = [Ask(GPT2, Unit.REQUESTS, 10, "a"), Ask(GPT2, Unit.GPU_SECONDS, 10, "b")]
    for _ in range(3):
        requests = [submitted(crowded.pair, *asks), submitted(crowded.other_pair, *reversed(asks))]
        jobs = []
        for request in requests:
            grants = {line.pk: Grant(line.amount) for line in request.lines.all()}
            jobs.append(
                lambda request=request, grants=grants: operations.grant_request(request, grants=grants, by=crowded.ta)
            )
        assert [result.state for result in at_once(*jobs)] == ["approved", "approved"]
    assert list(ledger.faults()) == []


def test_withdrawing_while_it_is_granted_is_one_or_the_other(crowded: World) -> None:
    request, _ = crowded.rivals
    results = at_once(grant(request, 100, crowded.ta), lambda: operations.withdraw_request(request, by=crowded.partner))
    assert sum(isinstance(result, Stale) for result in results) == 1
    request.refresh_from_db()
    balance = queries.balance_of(crowded.pair)
    assert (request.state == "withdrawn") == (balance == [])


def test_both_partners_asking_at_once_make_one_request(crowded: World) -> None:
    operations.withdraw_request(crowded.rivals[0], by=crowded.partner)
    results = at_once(lambda: draft(crowded.pair), lambda: draft(crowded.pair))
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert QuotaRequest.objects.open().filter(pair=crowded.pair).count() == 1
