"""Rearranging the groups of a run by hand. Each edit names the revision it saw, and can be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.core import audit
from apps.core.errors import Refused, Stale
from apps.courses.models import Membership
from apps.pairs import arrangement
from apps.pairs.arrangement import Groups
from apps.pairs.matching.terms import LARGEST_GROUP
from apps.pairs.models import MatchingRun
from apps.pairs.operations.common import VETOED, vetoed

MOST_UNDONE = 50  # edits that can be taken back
NO_SUCH_PLACE = "There is no such group any more. Choose where to again."


@dataclass(frozen=True)
class Edit:
    """What an edit did: `words` as the history has them, and the figures of the run before and after."""

    run: MatchingRun
    words: str
    before: dict[str, Any]
    after: dict[str, Any]


@transaction.atomic
def move_student(run: MatchingRun, *, student: int, target: str, revision: int, by: User) -> Edit:
    """Put a student of the run elsewhere; `target` as in `arrangement.moved`. `revision` is the one that was seen."""
    run = editable(run, revision)
    names = _names(run)
    if student not in names:
        raise Refused("This student is not in the run.", field="student")
    if not target:
        raise Refused(f"Choose where to move {names[student]}.", field="target")
    try:
        key = target.partition(":")[2]
        if key and int(key) not in names:
            raise LookupError(target)
        groups = arrangement.moved(run.groups, student, target)
    except (LookupError, ValueError):
        raise Refused(NO_SUCH_PLACE, field="target") from None
    if groups == run.groups:
        raise Refused(f"{names[student]} is there already.", field="target")
    for group in groups:
        if group not in run.groups:
            _refuse_impossible(run, group["members"], names)
    return _keep(run, groups, _words(groups, student, target, names), by=by)


@transaction.atomic
def approve_group(run: MatchingRun, *, student: int, is_approved: bool, revision: int, by: User) -> Edit:
    """Say yes to the group of three, or of one, that `student` is in; or take that back."""
    run = editable(run, revision)
    at = arrangement.group_with(run.groups, student)
    if at is None:
        raise Refused("There is no such group any more.")
    if run.groups[at]["is_approved"] == is_approved:
        raise Stale()
    who = _listed(run.groups[at]["members"], _names(run))
    words = f"approved {who}" if is_approved else f"took back the approval of {who}"
    return _keep(run, arrangement.approved(run.groups, at, is_approved=is_approved), words, by=by)


@transaction.atomic
def undo_edit(run: MatchingRun, *, revision: int, by: User) -> Edit:
    """Take back the latest edit that was not taken back yet."""
    run = editable(run, revision)
    if not run.past:
        raise Refused("There is no edit to take back.")
    *past, groups = run.past
    return _keep(run, groups, "took back the latest edit", by=by, past=past)


@transaction.atomic
def reset_run(run: MatchingRun, *, revision: int, by: User) -> Edit:
    """Go back to the groups that the solver found; this too can be taken back."""
    run = editable(run, revision)
    groups = arrangement.groups_of(arrangement.solved(run))
    if groups == run.groups:
        raise Refused("These are the solver's groups already.")
    return _keep(run, groups, "went back to what the solver found", by=by)


def locked(run: MatchingRun) -> MatchingRun:
    """The run as it stands, held until the transaction ends."""
    return MatchingRun.objects.select_for_update(of=("self",)).select_related("course").get(pk=run.pk)


def editable(run: MatchingRun, revision: int | None = None) -> MatchingRun:
    """The run, locked; refused unless it is ready and, with `revision`, still as the person saw it."""
    run = locked(run)
    if not run.is_editable:
        raise Stale(f"{run} is {run.get_state_display()}, so nothing can be changed in it.")
    if revision is not None and run.revision != revision:
        raise Stale("Somebody changed the groups while you were looking, so your change was not made.")
    return run


def _keep(run: MatchingRun, groups: Groups, words: str, *, by: User, past: list[Groups] | None = None) -> Edit:
    """Make `groups` the run's, with what they come to."""
    result = arrangement.assessed(run, groups)
    before = run.figures
    run.past = [*run.past, run.groups][-MOST_UNDONE:] if past is None else past
    run.groups, run.figures, run.revision = groups, arrangement.figures(result), run.revision + 1
    run.save(update_fields=["groups", "past", "figures", "revision"])
    audit.record(run, "pairs.edit_run", words, by=by, revision=run.revision)
    return Edit(run, words, before, run.figures)


def _refuse_impossible(run: MatchingRun, members: Sequence[int], names: dict[int, str]) -> None:
    """Refuse a group that cannot be, by the run's inputs or by what was said since."""
    if len(members) > LARGEST_GROUP:
        raise Refused(f"{_listed(members, names)} would be {len(members)}; three are the most. Swap two instead.")
    inside = [one for one in arrangement.candidates_of(run) if one.key in members]
    if any(one.vetoes.intersection(members) for one in inside):
        raise Refused(VETOED)
    if vetoed(Membership.objects.filter(pk__in=members)):
        raise Refused(VETOED)
    with_project = [one.key for one in inside if one.has_project]
    if len(with_project) > 1:
        raise Refused(f"{_listed(with_project, names)} have a project each. Merge them by hand, outside of the run.")


def _names(run: MatchingRun) -> dict[int, str]:
    people = Membership.objects.select_related("user").in_bulk([one["key"] for one in run.inputs])
    return {key: str(member) for key, member in people.items()}


def _words(groups: Groups, student: int, target: str, names: dict[int, str]) -> str:
    kind, _, key = target.partition(":")
    if kind == "swap":
        return f"swapped {names[student]} and {names[int(key)]}"
    at = arrangement.group_with(groups, student)
    if at is None:
        return f"took {names[student]} out of the groups"
    others = [other for other in groups[at]["members"] if other != student]
    if not others:
        return f"put {names[student]} into a group alone (group {at + 1})"
    return f"moved {names[student]} to {_listed(others, names)} (group {at + 1})"


def _listed(members: Sequence[int], names: dict[int, str]) -> str:
    return " & ".join(names[key] for key in members)
