"""The layer below: the best pairs of many people, against the libraries on all pairs."""

import networkx
import numpy as np
import pytest
import rustworkx

from apps.pairs.matching.graph import LOTS, is_large, last_true, match, total, with_lots
from apps.pairs.matching.prices import prices, slacks


def people(count, seed=1, *, values=1001, vetoed=0.05, strangers=0):
    """(content, allowed, lots) at random; `strangers` may be with nobody."""
    numbers = np.random.default_rng(seed)
    allowed = np.triu(numbers.random((count, count)) >= vetoed, 1)
    allowed[:, :strangers] = allowed[:strangers] = False
    lots = np.triu(numbers.integers(0, LOTS, (count, count)), 1)
    return numbers.integers(0, values, (count, count)), allowed | allowed.T, lots + lots.T


def by_networkx(weights, allowed):
    graph = networkx.Graph()
    graph.add_weighted_edges_from((i, j, int(weights[i, j])) for i, j in np.argwhere(np.triu(allowed)).tolist())
    return sorted((min(pair), max(pair)) for pair in networkx.max_weight_matching(graph, maxcardinality=True))


def by_rustworkx(weights, allowed):
    graph = rustworkx.PyGraph()
    graph.add_nodes_from(range(len(weights)))
    graph.add_edges_from([(i, j, int(weights[i, j])) for i, j in np.argwhere(np.triu(allowed)).tolist()])
    return list(rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int))


@pytest.mark.parametrize("values", [1, 3, 1001])
@pytest.mark.parametrize("count", [2, 13, 30])
def test_lots_leave_one_best_matching_that_every_library_finds(count, values):
    content, allowed, lots = people(count, values=values)
    weights = content + content.T
    assert match(weights, allowed, lots) == by_networkx(with_lots(weights, lots), allowed)


@pytest.mark.parametrize(
    "kind",
    [
        {"count": 240},
        {"count": 241},
        {"count": 240, "strangers": 3},
        {"count": 241, "strangers": 2, "vetoed": 0.2},
        {"count": 240, "values": 1},
        {"count": 241, "values": 2},
        {"count": 240, "values": 1001, "vetoed": 0},
    ],
    ids=str,
)
def test_nothing_is_lost_by_looking_at_few_of_many_pairs(kind):
    content, allowed, lots = people(**kind)
    weights = content + content.T
    assert is_large(allowed)
    ours, theirs = match(weights, allowed, lots), by_rustworkx(weights, allowed)
    assert len({person for pair in ours for person in pair}) == 2 * len(ours) == 2 * len(theirs)
    assert all(allowed[pair] for pair in ours)
    assert total(weights, ours) == total(weights, theirs)


def test_nothing_is_lost_where_no_price_helps():
    # Three closed circles of an odd number of people: two must cross over, which no price foresees.
    content, allowed, lots = people(246, values=2, vetoed=0)
    circle = np.arange(246) // 82 + (np.arange(246) == 0)
    weights = content + content.T + 1000 * (circle[:, None] == circle)
    ours = match(weights, allowed, lots)
    assert len(ours) == 123
    assert total(weights, ours) == total(weights, by_rustworkx(weights, allowed))
    assert ours == match(weights, allowed, lots)


@pytest.mark.parametrize("kind", [{"count": 40}, {"count": 41, "strangers": 2}, {"count": 240, "vetoed": 0.5}], ids=str)
def test_the_floor_is_the_highest_and_the_weight_the_largest_above_it(kind):
    content, allowed, lots = people(**kind)
    weights, floors = content + content.T, np.minimum(content, content.T)
    ours = match(weights, allowed, lots, floors)
    floor = min(int(floors[pair]) for pair in ours)
    above, higher = allowed & (floors >= floor), allowed & (floors > floor)
    assert len(ours) == len(by_rustworkx(weights, allowed)) > len(by_rustworkx(weights, higher))
    assert total(weights, ours) == total(weights, by_rustworkx(weights, above))


def test_prices_bound_every_pair_and_are_the_lowest():
    content, allowed, _ = people(30)
    weights = content + content.T
    paid = prices(weights, allowed)
    assert (slacks(weights, paid)[allowed] >= 0).all()
    best = 2 * total(weights, by_rustworkx(weights, allowed))
    two_each = networkx.Graph()  # everybody chooses and is chosen: a matching of two copies of all
    two_each.add_weighted_edges_from((i, j + 30, int(weights[i, j])) for i, j in np.argwhere(allowed).tolist())
    chosen = networkx.max_weight_matching(two_each, maxcardinality=True)
    assert paid.sum() == sum(two_each.edges[pair]["weight"] for pair in chosen) >= best


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_the_last_true_number_is_found(count):
    for last in range(count):
        assert last_true(count, lambda number, last=last: number <= last) == last


def test_nobody_and_nobody_possible():
    nothing = np.zeros((0, 0), dtype=np.int64)
    assert match(nothing, nothing.astype(bool), nothing, nothing) == []
    kept_apart = np.zeros((3, 3), dtype=np.int64)
    assert match(kept_apart, kept_apart.astype(bool), kept_apart, kept_apart) == []
