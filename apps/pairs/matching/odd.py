"""What becomes of those whom the matching of pairs leaves: mostly one, when the number of people is odd."""

from collections.abc import Sequence

import numpy as np

from apps.pairs.matching.arrays import Groups
from apps.pairs.matching.graph import match
from apps.pairs.matching.scoring import BEST, Table
from apps.pairs.matching.terms import LARGEST_GROUP, Mode, OddOne, Settings
from apps.pairs.matching.trios import Trios


def arrange(table: Table, settings: Settings) -> Groups:
    """The groups of everybody who can be in one."""
    is_fair = settings.mode is Mode.FAIR
    pairs: Groups = list(match(table.weights, table.allowed, table.lots, table.floors if is_fair else None))
    left = left_of(table, pairs)
    if not left or settings.odd is OddOne.LEAVE:
        return pairs
    if settings.odd is OddOne.SOLO:
        return [*pairs, (_solo(table, left),)]
    groups = _with_thirds(table, pairs, left, is_fair=is_fair)
    if len(left) > 1 or len(table.candidates) < LARGEST_GROUP:
        return groups
    return _with_one_trio(table, groups, is_fair=is_fair)


def left_of(table: Table, groups: Groups) -> list[int]:
    """The rows of those in no group."""
    return sorted(set(range(len(table.candidates))) - {row for group in groups for row in group})


def _solo(table: Table, left: Sequence[int]) -> int:
    """Who of several works alone: somebody who has a project to go on with, else whom the seed put first."""
    return min(left, key=lambda row: (not table.candidates[row].has_project, row))


def _with_thirds(table: Table, pairs: Groups, left: Sequence[int], *, is_fair: bool) -> Groups:
    """As many of those left as possible made the third of some pair, one to a pair, where they do best.

    This is a matching again, of those left with the pairs: each is worth what the score rises (it may fall by a pair's
    best score, which is added to all, since worths are 0 at least).
    """
    first, second = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    start, count = len(left), len(left) + len(pairs)
    worth, floors = np.zeros((count, count), dtype=np.int64), np.zeros((count, count), dtype=np.int64)
    allowed = np.zeros((count, count), dtype=bool)
    lots = np.zeros((count, count), dtype=np.int64)
    for number, row in enumerate(left):
        contents = table.contents_of_trios(np.full(len(pairs), row), first, second)
        was = table.content[first, second] + table.content[second, first]
        for cells in (np.s_[number, start:], np.s_[start:, number]):
            worth[cells] = contents.sum(axis=0) - was + 2 * BEST
            floors[cells] = contents.min(axis=0)
            allowed[cells] = table.allowed[row, first] & table.allowed[row, second]
            lots[cells] = table.lots[row, first]
    found = match(worth, allowed, lots, floors if is_fair else None)
    thirds = {pair - start: left[number] for number, pair in found}
    return [(*pair, thirds[number]) if number in thirds else pair for number, pair in enumerate(pairs)]


def _with_one_trio(table: Table, groups: Groups, *, is_fair: bool) -> Groups:
    """The best arrangement with everybody in pairs but for one trio; `groups` when there is none, or none is better."""
    trios = Trios(table)
    if left_of(table, groups):
        some = trios.some(0)
        if some is None:
            return groups
        groups = some
    floor = 0
    if is_fair:
        groups, floor = trios.fairest(groups, min(min(table.content_of(group)) for group in groups))
    return trios.best(floor, sum(sum(table.content_of(group)) for group in groups)) or groups
