"""The best arrangement of an odd number of people: three together and everybody else in pairs.

Prices bound these too: with `y` as in `prices`, a trio and any pairs of the others are worth at most the trio's score
plus half the prices of the others. So the trios are tried from the highest such bound downward, until no bound is above
what has been found. With preferences of real variety that takes a few, and the result is the best there is; where
people are much alike, the search ends after TRIED of them. Up to NEAR + 1 people all trios are considered, with more
those of people near each other. The whole of `solve` takes, on 2 cores: 0.02 s for 51 people, 0.3 s for 201, 0.4 s for
301, 2.5 s for 1001; at worst, when most are alike, 1.2 s for 301 and 8 s for 1001.
"""

import numpy as np

from apps.pairs.matching.arrays import Groups, Ints, Truths
from apps.pairs.matching.graph import LOTS, blossom, is_large, largest, last_true, nearest, parts, with_lots
from apps.pairs.matching.graph import total as total_of
from apps.pairs.matching.prices import prices, slacks
from apps.pairs.matching.scoring import Table

NEAR = 60  # how many partners of each person a trio with them is made of: those with the least slack
NEAR_FOR_PAIRS = 16  # partners of each person looked at when too many pairs remain
TRIED = 30  # trios at most for the best total; MANY_TRIED divided by the people when that is more
TRIED_FOR_FLOOR = 10  # the same, to see whether a floor can be reached
MANY_TRIED = 3000


class Trios:
    """The trios among an odd number of people, of whom at least three may be together."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.count = len(table.candidates)
        self.weights, self.floors = table.weights, table.floors
        self.members = _near(self.weights, table.allowed)  # (3, trios)
        contents = table.contents_of_trios(*self.members)
        self.scores, self.least = contents.sum(axis=0), contents.min(axis=0)

    def fairest(self, known: Groups, floor: int) -> tuple[Groups, int]:
        """An arrangement with the highest floor, and this floor; `known` is one that reaches `floor`."""
        found = {floor: known}
        highest = int(np.where(self.table.allowed, self.table.content, -1).max(axis=1).min())

        def is_reached(more: int) -> bool:
            if groups := self.some(floor + more):
                found.setdefault(floor + more, groups)  # at `floor` itself, stay with the known
            return groups is not None

        best = floor + last_true(highest - floor + 1, is_reached)
        return found[best], best

    def some(self, floor: int) -> Groups | None:
        """Some arrangement in which everybody is at least as content as `floor`."""
        allowed = self.table.allowed & (self.floors >= floor)
        trios = self._possible(allowed, floor)
        if not len(trios) or 2 * len(largest(allowed)) < self.count - 3:
            return None
        partners = allowed.sum(axis=0)[self.members[:, trios]].sum(axis=0)  # who finds no pair goes into the trio
        for trio in trios[np.argsort(partners, kind="stable")][: max(TRIED_FOR_FLOOR, MANY_TRIED // self.count)]:
            members = self.members[:, trio]
            pairs = largest(_without(allowed, members))
            if 2 * len(pairs) == self.count - 3:
                return [*pairs, tuple(members.tolist())]
        return None

    def best(self, floor: int, total: int) -> Groups | None:
        """The arrangement with the largest total, of those that reach `floor`; None when none is above `total`."""
        allowed = self.table.allowed & (self.floors >= floor)
        trios = self._possible(allowed, floor)
        worth = with_lots(self.weights, self.table.lots)
        paid = prices(self.weights, allowed)
        lost = slacks(self.weights, paid)
        near = nearest(LOTS * lost - self.table.lots, allowed, NEAR_FOR_PAIRS)
        bounds = 2 * self.scores[trios] + paid.sum() - paid[self.members[:, trios]].sum(axis=0)
        best: Groups | None = None
        for number in np.argsort(-bounds, kind="stable")[: max(TRIED, MANY_TRIED // self.count)]:
            if bounds[number] // 2 <= total:
                break
            members = self.members[:, trios[number]]
            kept = allowed & (lost <= bounds[number] - 2 * (total + 1))
            kept = _without(kept & near if is_large(kept) else kept, members)
            pairs = blossom(worth, kept)
            reached = int(self.scores[trios[number]]) + total_of(self.weights, pairs)
            if 2 * len(pairs) == self.count - 3 and reached > total:
                best, total = [*pairs, tuple(members.tolist())], reached
        return best

    def _possible(self, allowed: Truths, floor: int) -> Ints:
        """The numbers of the trios who reach `floor` and leave an even number of people in each part of the rest.

        Each part has a random code: people of an even number cancel out, so what remains is the same for the trio and
        for everybody when the rest is even everywhere.
        """
        numbers = parts(allowed)
        codes = np.random.default_rng(0).integers(2**62, size=self.count)[numbers]
        leaves_even = np.bitwise_xor.reduce(codes[self.members], axis=0) == np.bitwise_xor.reduce(codes)
        return np.flatnonzero(leaves_even & (self.least >= floor))


def _without(allowed: Truths, members: Ints) -> Truths:
    others = allowed.copy()
    others[members] = others[:, members] = False
    return others


def _near(weights: Ints, allowed: Truths) -> Ints:
    """(3, trios): the trios in which each may be with each, and one has both others among the NEAR with least slack."""
    count = len(weights)
    lost = np.where(allowed, slacks(weights, prices(weights, allowed)), np.iinfo(np.int64).max)
    near = np.argsort(lost, axis=1, kind="stable")[:, :NEAR]
    one, other = np.triu_indices(near.shape[1], 1)
    trios = np.stack([np.repeat(np.arange(count), len(one)), near[:, one].ravel(), near[:, other].ravel()])
    a, b, c = trios
    trios = np.sort(trios[:, allowed[a, b] & allowed[a, c] & allowed[b, c]], axis=0)
    a, b, c = trios
    codes = np.sort((a * count + b) * count + c)
    codes = codes[np.diff(codes, prepend=-1) > 0]
    return np.stack([codes // count**2, codes // count % count, codes % count])
