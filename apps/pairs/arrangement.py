"""What a run of matching keeps: its candidates and settings, and groups that people rearrange by hand.

`Groups` is the JSON of `MatchingRun.groups`. Nothing here asks the database.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from apps.pairs.matching import Candidate, Result, Settings, assess
from apps.pairs.models import MatchingRun

Groups = list[dict[str, Any]]
PAIR, TRIO = 2, 3
PLACES = {"left", "new", "group", "swap"}


def candidates_of(run: MatchingRun) -> list[Candidate]:
    return [Candidate.from_json(one) for one in run.inputs]


def settings_of(run: MatchingRun) -> Settings:
    return Settings.from_json(run.settings)


def solved(run: MatchingRun) -> Result:
    """What the solver found for a run that was solved, whatever was done to its groups since."""
    return Result.from_json(run.result or {})


def groups_of(result: Result) -> Groups:
    """The groups of a result as a run keeps them: nothing is approved yet."""
    return [_group(group.members) for group in result.groups]


def assessed(run: MatchingRun, groups: Groups | None = None) -> Result:
    """What `groups`, or those the run has now, come to by the run's own inputs and settings. Raises Impossible."""
    groups = run.groups if groups is None else groups
    return assess(candidates_of(run), [group["members"] for group in groups], settings_of(run))


def figures(result: Result) -> dict[str, Any]:
    """The numbers of a result. `total`, `worst_off` and `mean` as `Result` has them, in thousandths."""
    sizes = [len(group.members) for group in result.groups]
    return {
        "students": sum(sizes) + len(result.left),
        "pairs": sizes.count(PAIR),
        "trios": sizes.count(TRIO),
        "alone": sizes.count(1),
        "left": len(result.left),
        "total": result.total,
        "worst_off": result.worst_off,
        "mean": result.mean,
    }


def needs_approval(members: Sequence[int]) -> bool:
    """Whether staff must say yes to a group of this size before it can be made."""
    return len(members) != PAIR


def group_with(groups: Groups, student: int) -> int | None:
    """Where in the list the group of a student stands; None when they are left over."""
    return next((at for at, group in enumerate(groups) if student in group["members"]), None)


def moved(groups: Groups, student: int, target: str) -> Groups:
    """The groups after a student was moved to `target`; LookupError or ValueError when there is no such place.

    `target` is "left", "new" (a group of their own), "group:KEY" (to whoever the student KEY is with), or "swap:KEY"
    (into the place of KEY, who takes theirs). A group that changes has to be approved anew; an emptied one goes.
    """
    kind, _, key = target.partition(":")
    if kind not in PLACES:
        raise ValueError(target)
    if kind == "swap":
        return _swapped(groups, student, int(key))
    here, wanted = group_with(groups, student), group_with(groups, int(key)) if kind == "group" else None
    if kind == "group" and wanted is None:
        raise LookupError(target)
    is_alone = here is not None and groups[here]["members"] == [student]
    if {"left": here is None, "group": here == wanted, "new": is_alone}[kind]:
        return groups
    changed = [_without(group, student) if at == here else group for at, group in enumerate(groups)]
    if wanted is not None:
        changed[wanted] = _group([*changed[wanted]["members"], student])
    elif kind == "new":
        changed.append(_group([student]))
    return [group for group in changed if group["members"]]


def approved(groups: Groups, at: int, *, is_approved: bool) -> Groups:
    """The groups after staff said yes to the one at this place of the list, or took that back."""
    return [{**group, "is_approved": is_approved} if here == at else group for here, group in enumerate(groups)]


def _swapped(groups: Groups, student: int, other: int) -> Groups:
    here, there = group_with(groups, student), group_with(groups, other)
    if here is None and there is None:
        raise LookupError(other)
    if here == there:
        return groups
    takes = {student: other, other: student}
    return [
        _group(takes.get(member, member) for member in group["members"]) if at in {here, there} else group
        for at, group in enumerate(groups)
    ]


def _without(group: dict[str, Any], student: int) -> dict[str, Any]:
    return _group(member for member in group["members"] if member != student)


def _group(members: Iterable[int]) -> dict[str, Any]:
    return {"members": sorted(members), "is_approved": False}
