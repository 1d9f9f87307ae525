"""Who works with whom: `solve` finds it, `assess` scores what somebody arranged by hand."""

from collections.abc import Sequence
from itertools import combinations

from apps.pairs.matching.arrays import Groups
from apps.pairs.matching.odd import arrange, left_of
from apps.pairs.matching.reasons import why_left, why_together
from apps.pairs.matching.scoring import Table, table
from apps.pairs.matching.terms import LARGEST_GROUP, Candidate, Group, Impossible, Left, Result, Settings


def solve(candidates: Sequence[Candidate], settings: Settings) -> Result:
    """The best arrangement of `candidates`, as the module `odd` and `graph.match` define it.

    As few as possible are left; then the mode decides, then the seed. The order of `candidates` does not matter.
    """
    scored = table(candidates, settings)
    return _result(scored, arrange(scored, settings), settings)


def assess(candidates: Sequence[Candidate], groups: Sequence[Sequence[int]], settings: Settings) -> Result:
    """What `solve` would say of `groups` made by hand, given by keys; everybody in none of them is left.

    Raises Impossible for people who cannot be together, a key that is unknown or in two groups, and a group of none or
    of more than three.
    """
    scored = table(candidates, settings)
    _refuse_unless_each_once(scored, groups)
    rows: Groups = [tuple(scored.numbers[key] for key in group) for group in groups]
    for group in rows:
        _refuse_unless_possible(scored, group)
    return _result(scored, rows, settings)


def _refuse_unless_each_once(scored: Table, groups: Sequence[Sequence[int]]) -> None:
    seen: set[int] = set()
    for group in groups:
        if not 1 <= len(group) <= LARGEST_GROUP:
            raise Impossible(f"A group has one to three people, not {len(group)}.", group)
        for key in group:
            if key not in scored.numbers:
                raise Impossible("{0} does not take part in this matching.", [key])
            if key in seen:
                raise Impossible("{0} is there twice.", [key])
            seen.add(key)


def _refuse_unless_possible(scored: Table, group: Sequence[int]) -> None:
    for i, j in combinations(group, 2):
        if scored.allowed[i, j]:
            continue
        one, other = scored.candidates[i], scored.candidates[j]
        if one.has_project and other.has_project:
            raise Impossible("{0} and {1} have a project each: merge the two pairs by hand.", [one.key, other.key])
        raise Impossible("A veto stands between {0} and {1}.", [one.key, other.key])


def _result(scored: Table, groups: Groups, settings: Settings) -> Result:
    # By hand several may be alone or three: then it is not the number of candidates that wants it.
    is_odd = len(scored.candidates) % 2 == 1 and sum(len(group) != 2 for group in groups) == 1
    made = sorted((_group(scored, group, settings, is_odd) for group in groups), key=lambda group: group.members)
    left = left_of(scored, groups)
    reasons = {scored.candidates[row].key: why_left(scored, row, left, groups, settings) for row in left}
    contents = [content for group in made for content in group.satisfaction.values()]
    return Result(
        groups=tuple(made),
        left=tuple(Left(key, reasons[key]) for key in sorted(reasons)),
        total=sum(group.score for group in made),
        worst_off=min(contents, default=0),
        mean=sum(contents) / len(contents) if contents else 0.0,
    )


def _group(scored: Table, group: Sequence[int], settings: Settings, is_odd: bool) -> Group:
    rows = sorted(group, key=lambda row: scored.candidates[row].key)
    members = tuple(scored.candidates[row] for row in rows)
    keys = tuple(member.key for member in members)
    contents = scored.content_of(rows)
    return Group(
        members=keys,
        score=sum(contents),
        satisfaction=dict(zip(keys, contents, strict=False)),
        reasons=why_together(members, settings.weights, is_odd=is_odd),
    )
