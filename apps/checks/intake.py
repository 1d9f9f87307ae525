"""What runners tell. Each message may come late, twice, or never: only the token of an open attempt lets it in."""

import datetime as dt
import uuid
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from apps.checks import dispatch, reports
from apps.checks.models import Figure, Run, RunnerStatus
from apps.checks.runner import protocol
from apps.checks.states import RunnerState, RunState
from apps.checks.verdict import NOT_YOUR_FAULT, Verdict, judge
from apps.core import audit

MOST_RETRIES = 2
GIVEN_UP = f"{NOT_YOUR_FAULT} It was tried {MOST_RETRIES + 1} times."


@transaction.atomic
def record_progress(attempt: str, stage: str) -> bool:
    """A runner has begun this attempt. False when that is no news."""
    run = _open_run(attempt)
    if run is None or run.state != RunState.QUEUED or stage != protocol.RUNNING:
        return False
    run.start()
    run.started_at = timezone.now()
    run.save(update_fields=["state", "started_at"])
    return True


@transaction.atomic
def record_report(message: dict[str, Any]) -> bool:
    """The one result of this attempt. False when it came too late or for the second time: nothing is changed then."""
    run = _open_run(message.get("attempt"))
    if run is None:
        return False
    received = reports.receive(message, limits=dispatch.LIMITS)
    if received.report["outcome"] == "system_error":
        retry_or_give_up(run, report=received.report)
        return True
    for number, picture in enumerate(received.pictures, start=1):
        figure = Figure(run=run, number=number, name=picture.name, cell=picture.cell)
        figure.file.save("figure.png", ContentFile(picture.png), save=False)
        figure.save()
    run.report, run.log = received.report, received.log
    run.runner = reports.plain(str(message.get("runner", "")))[:100]
    _conclude(run, judge(received.report, limits=dispatch.LIMITS, is_notebook=run.submission.is_notebook))
    return True


def record_runner(status: dict[str, Any]) -> None:
    """How a runner is."""
    name = reports.plain(str(status.get("name", "")))[:100]
    state = RunnerState.READY if status.get("state") == protocol.READY else RunnerState.UNAVAILABLE
    environment, models = status.get("environment"), status.get("models")
    RunnerStatus.objects.update_or_create(
        name=name,
        defaults={
            "state": state,
            "reason": reports.plain(str(status.get("reason", "")))[:500],
            "environment": environment if isinstance(environment, dict) else {},
            "shelf": [str(model)[:200] for model in models[:500]] if isinstance(models, list) else [],
            "warm": _small(status.get("warm")),
            "sandboxes": _small(status.get("sandboxes")),
            "seen_at": timezone.now(),
        },
    )


@transaction.atomic
def end_if_silent(run_id: int, *, silent_after: dt.timedelta) -> bool:
    """Give up on a runner that began this run and was not heard of since. False when it was."""
    run = dispatch.locked_run(run_id)
    if run.state != RunState.RUNNING or run.started_at is None or run.started_at > timezone.now() - silent_after:
        return False
    retry_or_give_up(run)
    return True


def retry_or_give_up(run: Run, *, report: dict[str, Any] | None = None) -> None:
    """A fault of ours: a new attempt, at most MOST_RETRIES of them; then a verdict that says whose fault it was.

    Call it inside a transaction that holds the run.
    """
    if run.retries >= MOST_RETRIES:
        run.report = report or {}
        _conclude(run, Verdict(RunState.SYSTEM_ERROR, GIVEN_UP))
        return
    _close_attempt(run)
    run.requeue()
    run.save(update_fields=["state", "attempt", "retries", "sent_at", "sent_times", "started_at"])
    audit.record(run, "checks.retry", "began again, because a runner failed", by=None, retry=run.retries)
    dispatch.advance(run.pair_id)


def _conclude(run: Run, verdict: Verdict) -> None:
    if run.sent_times > 1 or verdict.state == RunState.SYSTEM_ERROR:
        _close_attempt(run)
    run.conclude(verdict.state)
    run.summary, run.warnings = verdict.summary, verdict.warnings
    run.save()
    audit.record(run, "checks.conclude", f"ended the check: {RunState(run.state).label}", by=None)
    dispatch.advance(run.pair_id)


def _close_attempt(run: Run) -> None:
    """Its message may still wait somewhere, or run somewhere; nobody wants the result any more."""
    transaction.on_commit(partial(dispatch.call_back, run.attempt))


def _open_run(attempt: Any) -> Run | None:
    """The run whose open attempt this is, locked; None for a token that is unknown, closed or no token."""
    try:
        token = uuid.UUID(str(attempt))
    except ValueError:
        return None
    found = Run.objects.open().filter(attempt=token).values_list("pk", flat=True).first()
    run = dispatch.locked_run(found) if found else None
    return run if run and run.is_open and run.attempt == token else None


def _small(value: Any) -> int:
    return min(max(value, 0), 10_000) if isinstance(value, int) else 0
