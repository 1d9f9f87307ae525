"""Reading checks: the queue, the runners, a pair's latest verdict."""

import statistics
from collections import defaultdict
from typing import Any

from django.db.models import F

from apps.checks.models import Run, RunnerStatus
from apps.checks.states import PASSED_STATES, RunState
from apps.courses.models import Course
from apps.pairs.models import Pair

NO_RUNNER = "No runner is connected, so checks wait. They start by themselves as soon as one is there."
RECENT = 20


def latest_run(pair: Pair, *, user: Any) -> Run | None:
    """The newest check of a pair that `user` may see, whatever came of it."""
    return Run.objects.visible_to(user).filter(pair=pair).with_all(known_to=user).first()


def latest_by_pair(course: Course) -> dict[int, Run]:
    """Of each pair of a course that has one, the newest check, by the pair's id."""
    runs = Run.objects.filter(pair__course=course).with_all().order_by("queued_at", "pk")
    return {run.pair_id: run for run in runs}


def has_passed(pair: Pair) -> bool:
    """Whether any check of the pair has passed, with warnings or without."""
    return Run.objects.filter(pair=pair, state__in=PASSED_STATES).exists()


def position(run: Run) -> int | None:
    """Its place in the queue, from 1: pairs take turns, each with its oldest. None when it does not wait."""
    order: list[tuple[int, int]] = []
    seen: dict[int, int] = defaultdict(int)
    waiting = Run.objects.filter(state=RunState.QUEUED).order_by("queued_at", "pk").values_list("pk", "pair_id")
    for run_id, pair_id in waiting:
        order.append((seen[pair_id], run_id))
        seen[pair_id] += 1
    # sorted() keeps those of one round in the order of their arrival
    places = [run_id for _, run_id in sorted(order, key=lambda one: one[0])]
    return places.index(run.pk) + 1 if run.pk in places else None


def typical_seconds() -> float | None:
    """How long a check takes once it has begun: the median of the last ones; None when there is no basis yet."""
    ended = Run.objects.filter(ended_at__isnull=False, started_at__isnull=False).exclude(state=RunState.CANCELLED)
    lately = ended.order_by("-ended_at").values_list(F("ended_at") - F("started_at"), flat=True)[:RECENT]
    took = [one.total_seconds() for one in lately]
    return statistics.median(took) if took else None


def runner_notice() -> str:
    """Why no check starts now, in a sentence; empty while a runner takes checks."""
    connected = list(RunnerStatus.objects.connected().order_by("-seen_at"))
    if any(runner.state == "ready" for runner in connected):
        return ""
    reason = next((runner.reason for runner in connected if runner.reason), "")
    return f"Checks wait: {reason}" if reason else NO_RUNNER


def models_on_shelves() -> list[str]:
    """The models that checks can use now."""
    return sorted({model for runner in RunnerStatus.objects.ready() for model in runner.shelf})
