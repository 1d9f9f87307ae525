"""The broom: nothing stays under way for ever, whatever was lost on the way."""

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.checks import dispatch, intake
from apps.checks.models import Run
from apps.checks.states import OPEN_STATES, RunState

SILENT_AFTER = dt.timedelta(seconds=dispatch.LIMITS["wall_s"] + 30)
RING_AGAIN_AFTER = dt.timedelta(seconds=20)


def sweep() -> None:
    """End runs whose runner fell silent, hand over what nobody handed over, ring again for what nobody picked up."""
    now = timezone.now()
    silent = Run.objects.filter(state=RunState.RUNNING, started_at__lte=now - SILENT_AFTER)
    for run_id in silent.values_list("pk", flat=True):
        intake.end_if_silent(run_id, silent_after=SILENT_AFTER)
    with_runners = Run.objects.filter(pair=OuterRef("pair"), state__in=OPEN_STATES, sent_at__isnull=False)
    stuck = Run.objects.open().filter(~Exists(with_runners))
    for pair_id in set(stuck.values_list("pair_id", flat=True)):
        _hand_over_next(pair_id)
    _ring_again()


@transaction.atomic
def _hand_over_next(pair_id: int) -> None:
    dispatch.lock_pair(pair_id)
    dispatch.advance(pair_id)


def _ring_again() -> None:
    """Send again what was sent, not begun, and is not in the broker any more."""
    due = list(Run.objects.filter(state=RunState.QUEUED, sent_at__lte=timezone.now() - RING_AGAIN_AFTER))
    messages = dispatch.in_the_broker() if due else None
    if messages is None:
        return
    waiting, taken = messages
    for run in due:
        token = str(run.attempt).encode()
        # A runner that took it may be waiting for a warm sandbox; one that died with it never gives it back in time.
        is_lost = token not in waiting and (token not in taken or _is_silent(run))
        if is_lost:
            _send_again(run.pk, run.attempt)


def _is_silent(run: Run) -> bool:
    return run.sent_at is not None and run.sent_at <= timezone.now() - SILENT_AFTER


@transaction.atomic
def _send_again(run_id: int, attempt: uuid.UUID) -> None:
    run = dispatch.locked_run(run_id)
    if run.state == RunState.QUEUED and run.attempt == attempt and run.sent_at is not None:
        dispatch.hand_over(run)
