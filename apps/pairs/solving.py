"""Solving runs of matching, in a worker. A run may be handed over twice and a worker may die: the row is the truth."""

import datetime as dt
import logging

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.core import audit
from apps.pairs.arrangement import candidates_of, figures, groups_of, settings_of
from apps.pairs.matching import Result, solve
from apps.pairs.models import MatchingRun
from apps.pairs.states import RunState

logger = logging.getLogger(__name__)

WAITS_FOR = dt.timedelta(seconds=20)  # a doorbell that was heard is answered sooner
# A thousand students take some ten seconds; a worker silent for this long is taken for dead.
LOST_AFTER = dt.timedelta(minutes=5)
GIVE_UP_AFTER = dt.timedelta(minutes=30)
FAILED = "The matching ended with an error, and the people who run this site can read which. Start another run."
GIVEN_UP = "No worker finished it within half an hour. Start another run; if that waits too, no worker is running."


def solve_run(run_id: int) -> None:
    """Solve a run that waits, or whose worker fell silent, and keep the result unless it was cancelled meanwhile."""
    run = _claim(run_id)
    if run is None:
        return
    try:
        result = solve(candidates_of(run), settings_of(run))
    except Exception:
        # Whatever it was, the person who waits in front of the page must be told that it is over.
        logger.exception("Run %s of matching failed", run_id)
        _end(run, None)
    else:
        _end(run, result)


def sweep_runs() -> None:
    """Solve what nobody picked up or finished; give up what has waited for too long."""
    now = timezone.now()
    unheard = Q(state=RunState.QUEUED, created_at__lte=now - WAITS_FOR)
    silent = Q(state=RunState.RUNNING, started_at__lte=now - LOST_AFTER)
    for run_id, created_at in MatchingRun.objects.filter(unheard | silent).values_list("pk", "created_at"):
        if created_at <= now - GIVE_UP_AFTER:
            _give_up(run_id)
        else:
            solve_run(run_id)


@transaction.atomic
def _claim(run_id: int) -> MatchingRun | None:
    """The run, marked as running; None when it is another worker's, or over."""
    run = MatchingRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None or not run.is_under_way:
        return None
    if run.started_at is not None and run.started_at > timezone.now() - LOST_AFTER:
        return None
    run.start()
    run.save(update_fields=["state", "started_at"])
    return run


@transaction.atomic
def _end(claimed: MatchingRun, result: Result | None) -> None:
    """Keep the result (None: it failed), unless the run was cancelled or given to another worker."""
    run = MatchingRun.objects.select_for_update().get(pk=claimed.pk)
    if run.state != RunState.RUNNING or run.started_at != claimed.started_at:
        return
    if result is None:
        _fail(run, FAILED)
        return
    run.finish()
    run.result, run.groups, run.figures = result.to_json(), groups_of(result), figures(result)
    run.save(update_fields=["state", "finished_at", "result", "groups", "figures"])
    words = f"found {len(result.groups)} group{'' if len(result.groups) == 1 else 's'}, {len(result.left)} left over"
    audit.record(run, "pairs.solve_run", words, by=None)


@transaction.atomic
def _give_up(run_id: int) -> None:
    run = MatchingRun.objects.select_for_update().get(pk=run_id)
    if run.is_under_way:
        _fail(run, GIVEN_UP)


def _fail(run: MatchingRun, sentence: str) -> None:
    run.fail()
    run.error = sentence
    run.save(update_fields=["state", "finished_at", "error"])
    audit.record(run, "pairs.fail_run", "gave the run up", by=None)
