"""Handing checks to the runners and calling them back. The row is the truth; messages may be lost or come twice.

Of each pair at most one check is with the runners at a time, so a first-in-first-out broker is fair between pairs.
"""

import logging
import uuid
from functools import partial

import redis
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from apps.checks.models import Run
from apps.checks.runner import protocol
from apps.checks.states import RunState
from apps.pairs.models import Pair

logger = logging.getLogger(__name__)

# Of one run. Memory comes on top of what a warm sandbox uses.
LIMITS = {"wall_s": 60, "cpu_s": 60, "memory_mb": 3072, "output_kb": 256, "figures": 12, "figure_kb": 1024}


def lock_pair(pair_id: int) -> Pair:
    """Whoever changes a pair's checks holds its row first; always the pair before the run."""
    return Pair.objects.select_for_update(no_key=True).get(pk=pair_id)


def locked_run(run_id: int) -> Run:
    """The run as it is now, nobody else changing it or its pair's other checks."""
    lock_pair(Run.objects.only("pair_id").get(pk=run_id).pair_id)
    return Run.objects.select_for_update(of=("self",)).select_related("submission").get(pk=run_id)


def advance(pair_id: int) -> None:
    """Hand over the pair's oldest waiting check, unless one is with the runners. Call it under the pair's lock."""
    under_way = Run.objects.open().filter(pair_id=pair_id)
    if under_way.filter(sent_at__isnull=False).exists():
        return
    oldest = under_way.order_by("queued_at", "pk").first()
    if oldest is not None:
        hand_over(oldest)


def hand_over(run: Run) -> None:
    """Note that this attempt goes to the runners (again), and send it when that is committed."""
    run.sent_at = timezone.now()
    run.sent_times += 1
    run.save(update_fields=["sent_at", "sent_times"])
    transaction.on_commit(partial(_send, run.pk))


def call_back(attempt: uuid.UUID) -> None:
    """Have this attempt stopped where it runs, and not started where it waits."""
    try:
        with _broker() as broker:
            broker.set(protocol.cancel_key(str(attempt)), 1, ex=protocol.CANCEL_TTL_S)
    except redis.RedisError:
        # Its report will be refused all the same; only the runner's time is lost.
        logger.warning("The broker did not take the cancellation of attempt %s.", attempt)


def in_the_broker() -> tuple[bytes, bytes] | None:
    """The messages that wait for a runner, and those that somebody took and has not done with; None: no answer.

    A job's message has the attempt's token as its id, so that it can be found in there.
    """
    try:
        with _broker() as broker:
            # Kombu keeps a queue in Redis as a list of its name, and what was taken in one hash for all queues.
            waiting = broker.lrange(protocol.CHECKS_QUEUE, 0, -1)
            return b"\n".join(waiting), b"\n".join(broker.hvals("unacked"))
    except redis.RedisError:
        return None


def _broker() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


def _send(run_id: int) -> None:
    run = Run.objects.select_related("submission").filter(pk=run_id, state=RunState.QUEUED).first()
    if run is None:
        return
    job: protocol.JobMessage = {
        "attempt": str(run.attempt),
        "filename": run.submission.filename,
        "cells": run.submission.cells,
        "limits": dict(LIMITS),
    }
    try:
        # argsrepr: the program must not stand in the message's headers, which tools like to print.
        current_app.send_task(
            protocol.EXECUTE,
            args=[job],
            task_id=str(run.attempt),
            queue=protocol.CHECKS_QUEUE,
            argsrepr="(…)",
            kwargsrepr="{}",
            ignore_result=True,
            retry=False,
        )
    except (OperationalError, OSError):
        logger.warning("The broker did not take check %s; the sweeper sends it again.", run_id)
