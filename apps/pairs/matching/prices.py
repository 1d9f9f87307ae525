"""A price for each person, so that most pairs can be ruled out before the search for the best ones begins.

Prices `y` such that every pair (i, j) has `y[i] + y[j] >= 2 * weight(i, j)` bound every matching from above: nobody
can collect more than half of all prices. What a pair falls short of its two prices, its *slack*, is lost for good when
it is chosen. So once some matching is known, a pair whose slack is larger than all that may still be gained cannot be
in the best one. With the lowest such prices, a thousand people keep about a thousand pairs out of half a million.

The lowest prices are the dual of an assignment problem: everybody chooses somebody, whether chosen back or not. It is
solved by shortest augmenting paths: R. Jonker and A. Volgenant, "A shortest augmenting path algorithm for dense and
sparse linear assignment problems", Computing 38 (1987). That takes 0.2 s for a thousand people.
"""

import numpy as np

from apps.pairs.matching.arrays import Ints, Truths

ROUNDS = 100  # of approaching the prices; more gain nothing, fewer leave more paths to search
LARGEST = 2**59  # so that sums of some stay within 64 bits
NOBODY = -1


def prices(weights: Ints, allowed: Truths) -> Ints:
    """(n,): the lowest prices, in halves of a weight: `y[i] + y[j] >= 2 * weights[i, j]` wherever `allowed`."""
    never = -min(4 * (len(weights) + 1) * (int(np.abs(weights).max()) + 1), LARGEST)
    worth = np.where(allowed, weights, never)
    assignment = _Assignment(worth)
    for chooser in np.flatnonzero(assignment.choice == NOBODY):
        assignment.find_for(int(chooser))
    return assignment.asks + assignment.costs


def slacks(weights: Ints, paid: Ints) -> Ints:
    """(n, n): what each pair loses against the prices, in halves of a weight; of use where the pair is allowed."""
    lost: Ints = paid[:, None] + paid - 2 * weights
    return lost


class _Assignment:
    """Who chose whom; nobody is chosen twice. `asks[i] + costs[j] >= worth[i, j]`, with equality when i chose j."""

    def __init__(self, worth: Ints) -> None:
        self.worth = worth
        self.costs = _common_prices(worth)
        self.asks: Ints = (worth - self.costs).max(axis=1)
        self.choice = np.full(len(worth), NOBODY)
        self.chooser = np.full(len(worth), NOBODY)
        for i, fits in enumerate(self.asks[:, None] + self.costs == worth):
            if len(free := np.flatnonzero(fits & (self.chooser == NOBODY))):
                self.choice[i], self.chooser[free[0]] = free[0], i

    def find_for(self, start: int) -> None:
        """Let one more person choose: along the cheapest chain of others who choose anew, as Dijkstra finds it."""
        count = len(self.worth)
        away = self.asks[start] + self.costs - self.worth[start]  # how far each is from `start`
        waiting = away.copy()  # the same, without those who have been reached
        before = np.full(count, start)
        reached: list[int] = []
        is_reached = np.zeros(count, dtype=bool)
        while self.chooser[last := int(waiting.argmin())] != NOBODY:
            reached.append(last)
            is_reached[last] = True
            rival = self.chooser[last]
            through = away[last] + self.asks[rival] + self.costs - self.worth[rival]
            nearer = (through < away) & ~is_reached
            away[nearer] = waiting[nearer] = through[nearer]
            before[nearer] = rival
            waiting[last] = np.iinfo(np.int64).max
        saved = away[last] - away[reached]
        self.costs[reached] += saved
        self.asks[self.chooser[reached]] -= saved
        self.asks[start] -= away[last]
        self._choose_along(before, last, start)

    def _choose_along(self, before: Ints, last: int, start: int) -> None:
        """Everybody on the chain takes who was found for them, from its end back to its start."""
        while True:
            rival = int(before[last])
            self.chooser[last] = rival
            self.choice[rival], last = last, int(self.choice[rival])
            if rival == start:
                return


def _common_prices(worth: Ints) -> Ints:
    """One price for each as chooser and as chosen, from which nobody can go down much alone.

    Each round goes half the way down to the lowest that the others' prices permit: two who both go half the way still
    pay for their pair, but for the rounding, which `asks` make good.
    """
    paid: Ints = worth.max(axis=1) // 2
    for _ in range(ROUNDS):
        paid = (paid + (worth - paid).max(axis=1)) // 2
    return paid
