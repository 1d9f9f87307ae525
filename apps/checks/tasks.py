"""The doorbells of checks: what runners say, and the broom. Jobs go the other way, see dispatch.py."""

from typing import Any

from celery import shared_task

from apps.checks import intake, sweeper
from apps.checks.runner import protocol


@shared_task(name=protocol.RECORD_PROGRESS)
def record_progress(attempt: str, stage: str) -> None:
    intake.record_progress(attempt, stage)


@shared_task(name=protocol.RECORD_REPORT)
def record_report(report: dict[str, Any]) -> None:
    intake.record_report(report)


@shared_task(name=protocol.RECORD_RUNNER)
def record_runner(status: dict[str, Any]) -> None:
    intake.record_runner(status)


@shared_task(name="checks.sweep")
def sweep() -> None:
    sweeper.sweep()
