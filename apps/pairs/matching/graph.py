"""The best pairs among n people, given what each pair is worth. Knows nothing of students, only of numbers.

`blossom` is the library's algorithm: exact, and slow when all pairs may be used. `heaviest` gives it few of them and
stays exact. Measured on 2 cores with random numbers and 5% of the pairs forbidden: 0.13 s for 500 people and 0.4 s for
1000 (the library on all pairs: 0.3 s and 4.2 s; networkx: 25 s and 121 s). All arrays are (n, n) and symmetric.
"""

from collections.abc import Callable

import numpy as np
import rustworkx

from apps.pairs.matching.arrays import Ints, Pairs, Truths
from apps.pairs.matching.prices import prices, slacks

LOT_BITS = 26
LOTS = 2**LOT_BITS  # lots are below this
MANY = 20_000  # pairs: up to here all of them are looked at
PROMISING = 8  # pairs of each person that a first guess looks at


def match(weights: Ints, allowed: Truths, lots: Ints, floors: Ints | None = None) -> Pairs:
    """The best matching.

    First as many pairs as possible. Then, where `floors` are given (what the less content of each two gets), the
    smallest floor in use as high as possible. Then the largest sum of `weights`, at least 0 each. Then the largest sum
    of `lots`, random numbers below LOTS: they leave one best matching where there are many.
    """
    size = len(largest(allowed))
    if floors is not None and size:
        allowed = allowed & (floors >= highest_floor(allowed, floors, size))
    return heaviest(weights, allowed, lots, size)


def largest(allowed: Truths) -> Pairs:
    """As many pairs as possible, any of them."""
    return blossom(allowed.astype(np.int64), allowed)


def highest_floor(allowed: Truths, floors: Ints, size: int) -> int:
    """The highest floor with `size` pairs that all reach it; `size` pairs are possible at all."""
    best = np.sort(np.where(allowed, floors, -1).max(axis=1))
    bound = best[len(best) - 2 * size]  # all but so many people must have a pair that reaches it
    levels = np.unique(floors[allowed & (floors <= bound)])
    return int(levels[last_true(len(levels), lambda level: len(largest(allowed & (floors >= levels[level]))) == size)])


def last_true(count: int, holds: Callable[[int], bool]) -> int:
    """The last number below `count` for which `holds`, which is true for 0 and never again once it is false.

    Looks from the end in growing steps: here the answer is mostly near the end, and a question near it is a cheap one.
    """
    good, bad, step = count - 1, count, 1
    while good > 0 and not holds(good):
        good, bad, step = max(0, good - step), good, 2 * step
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if holds(middle) else (good, middle)
    return good


def heaviest(weights: Ints, allowed: Truths, lots: Ints, size: int) -> Pairs:
    """The matching of `size` pairs, the most that there can be, with the largest sum of weights, then of lots.

    Where very many people are alike, most pairs stay possible, and to heed the lots of all of them would take a minute
    for a thousand people. There a matching with the largest sum of weights is found first, and the lots choose among
    its pairs and the promising ones.
    """
    worth = with_lots(weights, lots)
    if is_large(allowed):
        lost, bound = _against_prices(worth, allowed, unmatched=len(allowed) - 2 * size)
        near = nearest(lost, allowed, PROMISING)
        guess = blossom(worth, near)
        if len(guess) == size:
            allowed = allowed & (lost <= bound - 2 * total(worth, guess))
        if is_large(allowed):
            i, j = np.array(blossom(weights, allowed)).T
            near[i, j] = near[j, i] = True
            allowed = near
    return blossom(worth, allowed)


def is_large(allowed: Truths) -> bool:
    """Whether looking at all these pairs would take long."""
    return bool(np.count_nonzero(allowed) > 2 * MANY)


def with_lots(weights: Ints, lots: Ints) -> Ints:
    """Weights and lots in one number: no sum of lots outdoes one unit of weight."""
    return weights * (LOTS * len(weights)) + lots


def total(weights: Ints, pairs: Pairs) -> int:
    """What these pairs are worth together."""
    return sum(int(weights[pair]) for pair in pairs)


def nearest(lost: Ints, allowed: Truths, count: int) -> Truths:
    """The allowed pairs which lose least, `count` of them for each person, and more by what others choose."""
    lost = np.where(allowed, lost, np.iinfo(np.int64).max)
    limit = np.partition(lost, count, axis=1)[:, count] if count < len(lost) else lost.max(axis=1)
    near: Truths = allowed & (lost <= np.maximum(limit[:, None], limit))
    return near


def _against_prices(worth: Ints, allowed: Truths, *, unmatched: int) -> tuple[Ints, int]:
    """What each pair loses against the prices, and the sum of all prices, in halves; see `prices`.

    `unmatched` people stay alone: each is given somebody to stay alone with, for prices are those of full matchings.
    """
    count = len(worth)
    with_others = np.pad(allowed, (0, unmatched), constant_values=True)
    with_others[count:, count:] = False
    paid = prices(np.pad(worth, (0, unmatched)), with_others)
    return slacks(worth, paid[:count]), int(paid.sum())


def parts(allowed: Truths) -> Ints:
    """(n,): the number of the part each is in; there is a way of allowed pairs between any two of one part."""
    numbers = np.zeros(len(allowed), dtype=np.int64)
    for number, part in enumerate(rustworkx.connected_components(_graph(allowed, allowed))):
        numbers[list(part)] = number
    return numbers


def blossom(weights: Ints, allowed: Truths) -> Pairs:
    """The heaviest of the largest matchings."""
    found = rustworkx.max_weight_matching(_graph(weights, allowed), max_cardinality=True, weight_fn=int)
    return sorted((min(pair), max(pair)) for pair in found)


def _graph(weights: Ints | Truths, allowed: Truths) -> rustworkx.PyGraph[int, int]:
    i, j = np.nonzero(np.triu(allowed))
    graph: rustworkx.PyGraph[int, int] = rustworkx.PyGraph()
    graph.add_nodes_from(range(len(allowed)))
    graph.add_edges_from(list(zip(i.tolist(), j.tolist(), weights[i, j].tolist(), strict=True)))
    return graph
