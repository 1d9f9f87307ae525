"""What runners tell: once, in time, and cleaned; and the broom that goes after what was lost."""

import base64
import datetime as dt
import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.checks import intake, queries, sweeper, tasks
from apps.checks.models import Run, RunnerStatus
from apps.core.models import AuditEvent
from apps.pairs.models import Pair
from tests.checks.conftest import Broker
from tests.factories.checks import a_failure, a_report, a_status, a_trace, ended, png, queued, running
from tests.factories.pairs import PairFactory
from tests.factories.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(db: None) -> Pair:
    return PairFactory()


def state_of(run: Run) -> str:
    return Run.objects.get(pk=run.pk).state


def age(run: Run, **by: int) -> None:
    """Let a run be sent and begun so long ago."""
    then = timezone.now() - dt.timedelta(**by)
    Run.objects.filter(pk=run.pk, sent_at__isnull=False).update(sent_at=then)
    Run.objects.filter(pk=run.pk, started_at__isnull=False).update(started_at=then)


def test_the_first_report_counts_and_the_second_changes_nothing(pair: Pair) -> None:
    run = running(pair)
    assert intake.record_report(a_report(run))
    first = Run.objects.values().get(pk=run.pk)
    assert not intake.record_report(a_report(run, outcome="failed", error=a_failure(), log="second"))
    assert not intake.record_progress(str(run.attempt), "running")
    assert Run.objects.values().get(pk=run.pk) == first
    assert run.figures.count() == 1
    assert AuditEvent.objects.on(run).filter(verb="checks.conclude").count() == 1


@pytest.mark.parametrize("attempt", ["0d9ae8a3-4b0e-4a5d-8f3c-0a1b2c3d4e5f", "", "x" * 999, None, 7, {"a": 1}])
def test_an_unknown_token_changes_nothing(pair: Pair, attempt: Any) -> None:
    run = running(pair)
    assert not intake.record_report({**a_report(run), "attempt": attempt})
    assert not intake.record_progress(attempt, "running")
    assert state_of(run) == "running"


def test_a_report_may_overtake_the_progress(pair: Pair) -> None:
    run = queued(pair)
    assert intake.record_report(a_report(run))
    assert not intake.record_progress(str(run.attempt), "running")
    assert state_of(run) == "passed"


def test_an_unknown_stage_is_no_news(pair: Pair) -> None:
    run = queued(pair)
    assert not intake.record_progress(str(run.attempt), "halfway")
    assert state_of(run) == "queued"


def test_the_tasks_pass_on_what_runners_say(pair: Pair) -> None:
    run = queued(pair)
    tasks.record_progress(str(run.attempt), "running")
    assert state_of(run) == "running"
    tasks.record_report(a_report(run))
    assert state_of(run) == "passed"
    tasks.record_runner(a_status())
    assert RunnerStatus.objects.get().shelf == ["openai-community/gpt2"]


def test_the_end_of_one_sends_the_pairs_next(
    pair: Pair, broker: Broker, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first, second, third = queued(pair), queued(pair), queued(pair)
    assert [job["attempt"] for job in broker.jobs()] == [str(first.attempt)]
    with django_capture_on_commit_callbacks(execute=True):
        intake.record_report(a_report(first))
    assert [job["attempt"] for job in broker.jobs()] == [str(first.attempt), str(second.attempt)]
    assert third.sent_at is None


def test_a_fault_of_ours_is_tried_three_times_with_new_tokens(
    pair: Pair, broker: Broker, django_capture_on_commit_callbacks: Any
) -> None:
    run = running(pair)
    tokens = {run.attempt}
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            assert intake.record_report({"attempt": str(run.attempt), "outcome": "system_error"})
        assert broker.is_called_back(run)
        assert not intake.record_report(a_report(run))  # the old token is closed
        run = Run.objects.get(pk=run.pk)
        tokens.add(run.attempt)
        assert run.state == "queued"
        assert broker.jobs()[-1]["attempt"] == str(run.attempt)
    assert len(tokens) == 3
    assert intake.record_report({"attempt": str(run.attempt), "outcome": "system_error"})
    run = Run.objects.get(pk=run.pk)
    assert (run.state, run.retries) == ("system_error", 2)
    assert "not your program" in run.summary
    assert "3 times" in run.summary


@pytest.mark.parametrize(
    "report",
    [
        {},
        {"outcome": 7, "traces": 7, "error": 7, "log": 7, "figures": 7, "usage": 7, "environment": 7, "notes": 7},
        {
            "traces": [7, {}, {"saved": [7, {}]}],
            "error": [],
            "figures": [7, {}],
            "usage": {"wall_s": "x"},
            "notes": [7],
        },
        {"outcome": "failed", "error": {}},
        {"outcome": "finished", "usage": {"wall_s": float("nan"), "cpu_s": float("inf"), "max_rss_mb": 10**400}},
    ],
)
def test_a_report_of_nonsense_does_no_harm(pair: Pair, report: dict[str, Any], as_user: Any) -> None:
    run = running(pair)
    assert intake.record_report({"attempt": str(run.attempt), **report})
    page = as_user(pair.users[0]).get(f"/c/{pair.course.slug}/checks/runs/{run.pk}/")
    assert page.status_code == 200


def test_text_that_a_database_refuses_is_cleaned(pair: Pair) -> None:
    bad = "a\0b\ud800c"
    fields = {
        "log": bad,
        "traces": [a_trace(model=bad)],
        "error": a_failure(message=bad),
        "notes": [bad],
        "environment": {bad: bad},
        "runner": bad,
    }
    run = ended(pair, outcome="failed", **fields)
    assert run.log == "abc"
    assert run.runner == "abc"
    assert run.report["traces"][0]["model"] == "abc"
    assert run.report["environment"] == {"abc": "abc"}
    assert run.summary == "IndexError in line 1: abc"


def test_a_report_is_bounded(pair: Pair) -> None:
    names = [{"name": "n" * 100, "shape": [1] * 16, "dtype": "d" * 60, "finite": True, "kind": "tensor"}] * 50
    run = ended(pair, traces=[a_trace(saved=names)] * 500, log="x" * 10**6, figures=[a_figure(png())] * 40)
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(report::text) FROM checks_run WHERE id = %s", [run.pk])
        assert cursor.fetchone()[0] < 600_000
    assert run.report["traces_cut"] is True
    assert len(run.log) == 300 * 1024
    assert run.figures.count() == 12


def a_figure(data: bytes) -> dict[str, Any]:
    return {"name": "f", "cell": 1, "png_base64": base64.b64encode(data).decode()}


def test_only_pngs_become_figures(pair: Pair) -> None:
    figures = [
        a_figure(b"<svg onload=alert(1)>"),
        a_figure(png()),
        {"name": "f", "cell": 1, "png_base64": "not base64!"},
        {"name": "f", "cell": 1, "png_base64": 7},
        a_figure(b"\x89PNG\r\n\x1a\n" + b"\0" * 2 * 1024 * 1024),
    ]
    run = ended(pair, figures=figures)
    (figure,) = run.figures.all()
    with figure.file as file:
        assert file.read() == png()
    assert re.fullmatch(r"checks/figures/[0-9a-f]{32}\.png", figure.file.name)


def test_a_runner_is_one_row_however_often_it_speaks() -> None:
    intake.record_runner(a_status())
    intake.record_runner(a_status(state="unavailable", reason="bubblewrap is missing\0", warm=-3, models=7))
    runner = RunnerStatus.objects.get()
    assert (runner.state, runner.reason, runner.warm, runner.shelf) == ("unavailable", "bubblewrap is missing", 0, [])
    assert queries.runner_notice() == "Checks wait: bubblewrap is missing"
    intake.record_runner(a_status(name="runner-2"))
    assert queries.runner_notice() == ""


# The broom


def sweep(capture: Any) -> None:
    with capture(execute=True):
        sweeper.sweep()


def test_a_job_that_the_broker_lost_is_sent_again(
    pair: Pair, broker: Broker, django_capture_on_commit_callbacks: Any
) -> None:
    run = queued(pair)  # nothing was sent: as if the broker had been away
    sweep(django_capture_on_commit_callbacks)
    assert broker.jobs() == []  # too early
    age(run, seconds=30)
    sweep(django_capture_on_commit_callbacks)
    assert [job["attempt"] for job in broker.jobs()] == [str(run.attempt)]
    age(run, seconds=300)
    sweep(django_capture_on_commit_callbacks)
    assert len(broker.jobs()) == 1  # it is there already
    broker.lose_everything()
    sweep(django_capture_on_commit_callbacks)
    assert len(broker.jobs()) == 1


def test_a_job_that_a_runner_took_is_left_in_peace_for_a_while(
    pair: Pair, broker: Broker, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = queued(pair)
    broker.take()
    age(run, seconds=60)
    sweep(django_capture_on_commit_callbacks)
    assert broker.jobs() == []
    age(run, seconds=100)
    sweep(django_capture_on_commit_callbacks)
    assert [job["attempt"] for job in broker.jobs()] == [str(run.attempt)]


def test_of_a_job_sent_twice_the_second_is_called_back(
    pair: Pair, broker: Broker, django_capture_on_commit_callbacks: Any
) -> None:
    run = queued(pair)
    age(run, seconds=30)
    sweep(django_capture_on_commit_callbacks)
    with django_capture_on_commit_callbacks(execute=True):
        intake.record_report(a_report(run))
    assert broker.is_called_back(run)


def test_a_silent_runner_costs_an_attempt_and_no_more(pair: Pair, django_capture_on_commit_callbacks: Any) -> None:
    run = running(pair)
    age(run, seconds=80)
    sweep(django_capture_on_commit_callbacks)
    assert state_of(run) == "running"
    for _ in range(2):
        age(run, seconds=95)
        sweep(django_capture_on_commit_callbacks)
        run = Run.objects.get(pk=run.pk)
        assert run.state == "queued"
        intake.record_progress(str(run.attempt), "running")
    age(run, seconds=95)
    sweep(django_capture_on_commit_callbacks)
    run = Run.objects.get(pk=run.pk)
    assert run.state == "system_error"
    assert run.ended_at is not None


def test_a_check_that_nobody_handed_over_is_found(
    pair: Pair, broker: Broker, django_capture_on_commit_callbacks: Any
) -> None:
    run = queued(pair)
    Run.objects.filter(pk=run.pk).update(sent_at=None, sent_times=0)
    sweep(django_capture_on_commit_callbacks)
    assert len(broker.jobs()) == 1


def test_without_a_broker_the_broom_and_the_upload_go_on(
    world: World, settings: Any, as_user: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    age(world.waiting_check, seconds=30)
    sweep(django_capture_on_commit_callbacks)
    with django_capture_on_commit_callbacks(execute=True):
        response = as_user(world.partner).post(f"/c/{world.course.slug}/checks/runs/{world.waiting_check.pk}/cancel/")
    assert response.status_code == 302
    assert state_of(world.waiting_check) == "cancelled"


def test_the_secret_key_is_never_in_a_job(pair: Pair, broker: Broker, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        queued(pair)
    text = json.dumps(broker.jobs())
    assert settings.SECRET_KEY not in text
    assert settings.DATABASES["default"]["PASSWORD"] not in text
