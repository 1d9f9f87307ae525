"""Matching the rest: a run is started, and its groups become proposals or groups. Nobody is told before that."""

import datetime as dt

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from apps.accounts.models import User
from apps.core import audit
from apps.core.doorbell import ring
from apps.core.errors import Refused, Stale
from apps.courses.models import Course
from apps.pairs.matching import Settings
from apps.pairs.models import MatchingRun
from apps.pairs.operations.arranging import editable, locked
from apps.pairs.operations.common import hold
from apps.pairs.operations.offers import make_offer
from apps.pairs.operations.pairing import make_group
from apps.pairs.queries import Plan, candidates_for_run, plan
from apps.pairs.states import RunState
from apps.pairs.tasks import solve_run


@transaction.atomic
def start_run(course: Course, *, settings: Settings, by: User) -> MatchingRun:
    """Write down everybody who seeks a partner with all they said, and have a worker match them. Nobody is told."""
    course, _ = hold(course)
    runs = MatchingRun.objects.filter(course=course)
    if runs.filter(state__in=[RunState.QUEUED, RunState.RUNNING]).exists():
        raise Stale("A run is under way already: wait for it, or cancel it first.")
    if not any(vars(settings.weights).values()):
        raise Refused("Something must count: give at least one of the four a weight.")
    candidates = candidates_for_run(course)
    if not candidates:
        raise Refused("Nobody is left to match: everybody has a partner or a proposal to answer.")
    number = (runs.aggregate(last=Max("number"))["last"] or 0) + 1
    inputs = [candidate.to_json() for candidate in candidates]
    run = MatchingRun.objects.create(course=course, by=by, number=number, settings=settings.to_json(), inputs=inputs)
    count = len(candidates)
    audit.record(run, "pairs.start_run", f"started it for {count} student{'' if count == 1 else 's'}", by=by)
    transaction.on_commit(lambda: ring(solve_run, run.pk))
    return run


@transaction.atomic
def cancel_run(run: MatchingRun, *, by: User) -> None:
    """End a run that waits or is being solved; a result that comes later is dropped."""
    run = locked(run)
    if not run.is_under_way:
        raise Stale(f"{run} was {run.get_state_display()} before you pressed.")
    run.cancel()
    run.save(update_fields=["state", "finished_at"])
    audit.record(run, "pairs.cancel_run", "cancelled it", by=by)


@transaction.atomic
def discard_run(run: MatchingRun, *, by: User) -> None:
    """Put a result aside for good; it stays readable."""
    run = editable(run)
    run.discard()
    run.save(update_fields=["state"])
    audit.record(run, "pairs.discard_run", "discarded it", by=by)


@transaction.atomic
def propose_run(run: MatchingRun, *, revision: int, mark: str, days: int, by: User) -> Plan:
    """Propose each group of the run to its people, who have `days` days to accept; everything else stays as it is.

    `revision` and `mark` are those of the preview that was seen; Stale when saying yes would do something else by now.
    """
    run, found = _seen(run, revision, mark)
    expires_at = timezone.now() + dt.timedelta(days=days)
    for group in found.planned:
        make_offer(run.course, members=group.members, reasons=group.reasons, expires_at=expires_at, run=run, by=by)
    _applied(run, found, "proposed", f"proposed {_count(found)} to the students", by)
    return found


@transaction.atomic
def carry_out_run(run: MatchingRun, *, revision: int, mark: str, by: User) -> Plan:
    """Make each group of the run at once; everybody in one gets mail. `revision` and `mark` as in `propose_run`."""
    run, found = _seen(run, revision, mark)
    for group in found.planned:
        make_group(run.course, members=group.members, how=f"made this group, as matched by run {run.number}", by=by)
    _applied(run, found, "made", f"made {_count(found)} at once", by)
    return found


def _seen(run: MatchingRun, revision: int, mark: str) -> tuple[MatchingRun, Plan]:
    """The run, locked with its course, and what saying yes does; Stale unless that is what the person has seen."""
    hold(run.course)
    run = editable(run, revision)
    found = plan(run)
    if found.mark != mark:
        raise Stale("Things have changed since this preview, so nothing was done. Here is what would be done now.")
    if not found.planned:
        raise Refused("None of the groups can be proposed or made as things stand.")
    return run, found


def _applied(run: MatchingRun, found: Plan, became: str, words: str, by: User) -> None:
    """Write into the run what became of each group, and end it."""
    done = {group.row.number for group in found.planned}
    skipped = {group.row.number: "passed over: " + " ".join(group.reasons) for group in found.skipped}
    for number, group in enumerate(run.groups, start=1):
        group["became"] = became if number in done else skipped[number]
    run.apply()
    run.save(update_fields=["state", "groups"])
    audit.record(run, "pairs.apply_run", words, by=by, skipped=len(found.skipped))


def _count(found: Plan) -> str:
    return f"{len(found.planned)} group{'' if len(found.planned) == 1 else 's'}"
