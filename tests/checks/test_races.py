"""Two things at once, by real threads on PostgreSQL: exactly one result, and never one too many."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from apps.checks import intake, operations, sweeper
from apps.checks.models import Figure, Run
from apps.core.errors import Refused
from apps.core.models import AuditEvent
from tests.factories.checks import a_failure, a_report, queued, running
from tests.factories.pairs import PairFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """What each action returned, or the exception it raised; all start together."""
    start = threading.Barrier(len(actions))
    results: list[Any] = [None] * len(actions)

    def run(number: int, action: Callable[[], Any]) -> None:
        start.wait(10)
        try:
            results[number] = action()
        except Exception as error:  # noqa: BLE001 -- what was raised is a result too
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number, action)) for number, action in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    return results


def endings(run: Run) -> int:
    return AuditEvent.objects.on(run).filter(verb__in=["checks.conclude", "checks.cancel"]).count()


def test_a_report_that_comes_twice_at_once_counts_once() -> None:
    run = running(PairFactory())
    one, other = a_report(run), a_report(run, outcome="failed", error=a_failure())
    results = at_once(*[lambda report=report: intake.record_report(report) for report in (one, other, one, other)])
    assert sorted(results) == [False, False, False, True]
    assert endings(run) == 1
    assert Figure.objects.filter(run=run).count() == 1


def test_cancel_against_report() -> None:
    for _ in range(3):
        pair = PairFactory()
        run, by = running(pair), pair.users[0]
        reported, cancelled = at_once(
            lambda run=run: intake.record_report(a_report(run)),
            lambda run=run, by=by: operations.cancel(run, by=by),
        )
        now = Run.objects.get(pk=run.pk)
        assert endings(run) == 1
        if reported is True:
            assert now.state == "passed"
            assert isinstance(cancelled, Refused)
        else:
            assert now.state == "cancelled"


def test_many_uploads_of_a_pair_at_once_stay_within_the_limit() -> None:
    pair = PairFactory()
    by = pair.users[0]
    results = at_once(*[lambda: operations.request_check(pair, by=by, filename="a.py", data="x = 1") for _ in range(7)])
    assert sum(isinstance(result, Run) for result in results) == 4
    assert sum(isinstance(result, Refused) for result in results) == 3
    assert Run.objects.filter(pair=pair, sent_at__isnull=False).count() == 1


def test_ends_of_one_and_cancel_of_another_send_one_next() -> None:
    pair = PairFactory()
    by = pair.users[0]
    first = running(pair)
    second, third = queued(pair), queued(pair)
    at_once(
        lambda: intake.record_report(a_report(first)),
        lambda: operations.cancel(second, by=by),
        sweeper.sweep,
    )
    sent = Run.objects.filter(pair=pair, state="queued", sent_at__isnull=False)
    assert [run.pk for run in sent] == [third.pk]


def test_twenty_pairs_at_once() -> None:
    pairs = [PairFactory() for _ in range(20)]
    people = [(pair, pair.users[0]) for pair in pairs]
    results = at_once(
        *[
            lambda pair=pair, by=by: operations.request_check(pair, by=by, filename="a.py", data="x = 1")
            for pair, by in people
        ]
    )
    assert all(isinstance(result, Run) for result in results), results
    assert Run.objects.filter(sent_at__isnull=False).count() == 20
