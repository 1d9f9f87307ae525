"""The broom: nothing stays under way for ever, whatever was lost on the way."""

import datetime as dt
import logging

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.checks import dispatch, intake
from apps.checks.models import Run
from apps.checks.states import OPEN_STATES, RunState

logger = logging.getLogger(__name__)

SILENT_AFTER = dt.timedelta(seconds=dispatch.LIMITS["wall_s"] + 30)
RING_AGAIN_AFTER_S, RING_AGAIN_AT_MOST_S = 20, 600


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
    """Send again what was sent and not begun; but while messages wait it is not lost, only not read yet."""
    least = timezone.now() - dt.timedelta(seconds=RING_AGAIN_AFTER_S)
    sent = Run.objects.filter(state=RunState.QUEUED, sent_at__lte=least)
    due = [run.pk for run in sent.only("pk", "sent_at", "sent_times") if _is_due(run)]
    if not due:
        return
    waiting = dispatch.waiting_messages()
    if waiting is None:
        logger.warning("The broker does not answer; %d checks wait.", len(due))
    if waiting != 0:
        return
    for run_id in due:
        _send_again(run_id)


@transaction.atomic
def _send_again(run_id: int) -> None:
    run = dispatch.locked_run(run_id)
    if run.state == RunState.QUEUED and _is_due(run):
        dispatch.hand_over(run)


def _is_due(run: Run) -> bool:
    """Each time twice as long, so that a runner that is slow is not flooded."""
    wait = min(RING_AGAIN_AFTER_S * 2 ** max(run.sent_times - 1, 0), RING_AGAIN_AT_MOST_S)
    return run.sent_at is not None and run.sent_at <= timezone.now() - dt.timedelta(seconds=wait)
