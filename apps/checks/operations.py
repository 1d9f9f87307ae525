"""What people can do about checks: ask for one, cancel it, run it again."""

from functools import partial

from django.db import transaction

from apps.accounts.models import User
from apps.checks import dispatch, reading
from apps.checks.models import Run, Submission
from apps.checks.states import RunState
from apps.core import audit
from apps.core.errors import Refused, Stale
from apps.core.text import one_line
from apps.pairs.models import Pair
from apps.pairs.states import PairState

# One with the runners and three that wait.
MOST_UNDER_WAY = 4
TOO_MANY = (
    f"Your pair has {MOST_UNDER_WAY} checks under way; one at a time runs and three wait. "
    "Wait for one to end, or cancel one."
)


class Unreadable(Refused):
    """The file cannot be run; `excerpt` is the line of it that the message is about, or empty."""

    def __init__(self, message: str, *, excerpt: str = "") -> None:
        super().__init__(message, field="file")
        self.excerpt = excerpt


def request_check(pair: Pair, *, by: User, filename: str, data: bytes | str) -> Run:
    """Keep an uploaded file (bytes) or pasted text (str), and queue a check of it. Raises Unreadable or Refused.

    Keys in it are masked before anything is kept. Nothing of it is run here.
    """
    name = safe_name(filename)
    try:
        program = reading.read(name, data)
    except reading.UnreadableError as error:
        raise Unreadable(error.message, excerpt=error.excerpt) from None
    with transaction.atomic():
        _check_room(pair)
        submission = Submission.objects.create(
            pair=pair,
            by=by,
            filename=name,
            is_notebook=program.is_notebook,
            sha256=program.sha256,
            cells=program.cells,
            masked=program.masked,
            skipped=program.skipped,
        )
        return _queue(submission, by=by, phrase=f"asked for a check of {name}")


@transaction.atomic
def run_again(run: Run, *, by: User) -> Run:
    """Queue another check of the same submission."""
    _check_room(run.pair)
    return _queue(run.submission, by=by, phrase=f"had {run.submission.filename} run again")


@transaction.atomic
def cancel(run: Run, *, by: User) -> Run:
    """End a run that waits or runs, now: its attempt is closed, and a report that still comes changes nothing."""
    run = dispatch.locked_run(run.pk)
    if not run.is_open:
        raise Stale("This check had ended already. Here is how.")
    run.conclude(RunState.CANCELLED)
    run.summary = f"Cancelled by {by}."
    run.save(update_fields=["state", "ended_at", "summary"])
    audit.record(run, "checks.cancel", "cancelled the check", by=by)
    if run.sent_at is not None:
        transaction.on_commit(partial(dispatch.call_back, run.attempt))
    dispatch.advance(run.pair_id)
    return run


def safe_name(filename: str) -> str:
    """The last part of a file's name, without controls and path signs; never empty, at most 120 characters."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    name = "".join(letter if letter.isalnum() or letter in " ._-+()" else "_" for letter in one_line(last)).strip(" .")
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:100]}{dot}{ending[:15]}" if stem else (name[:100] or "program.py")


def _check_room(pair: Pair) -> None:
    """Take the pair's lock, and refuse when it may not have another check now."""
    if dispatch.lock_pair(pair.pk).state != PairState.ACTIVE:
        raise Refused("This pair is dissolved; its checks stay readable, but no more can be run.")
    if Run.objects.open().filter(pair=pair).count() >= MOST_UNDER_WAY:
        raise Refused(TOO_MANY)


def _queue(submission: Submission, *, by: User, phrase: str) -> Run:
    run = Run.objects.create(pair_id=submission.pair_id, submission=submission, by=by)
    audit.record(run, "checks.request", phrase, by=by)
    dispatch.advance(run.pair_id)
    return run
