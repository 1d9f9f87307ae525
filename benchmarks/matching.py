"""Pairs by our matching against networkx and greedy: `python -m benchmarks.matching`.

For each of SIZES one input for all: everybody's contentment with everybody is a random number from 0 to 1000, and a
veto stands between 5% of the pairs. What is timed of ours is `graph.match`, as `solve` runs it, building its graph from
the arrays included; of networkx the algorithm alone, on a graph that is built already. Each row holds

- `ours_s`, `networkx_s`, `greedy_s` and the `…_weight` found: the largest sum, and best pairs first for greedy; ours in
  the median of RUNS. The run fails when ours and networkx differ. networkx is not run for 1000 people (null);
- `default_mode_s`: the mode that first raises what the worst-off gets; `worst_off_default` is what they get in it,
  `worst_off_max_weight` with the largest sum;
- `solve_s`, `solve_default_s`: the whole of `solve` in both modes, for as many random students with choices, topics,
  hours, sections and vetoes.
"""

import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import networkx
import numpy as np

from apps.pairs.matching import Candidate, Mode, Settings, solve
from apps.pairs.matching.arrays import Ints, Pairs, Truths
from apps.pairs.matching.graph import LOTS, match, total
from benchmarks.harness import main
from tools.problems import Problem

SIZES = (50, 200, 500, 1000)
LARGEST_FOR_NETWORKX = 500
VETOED = 0.05
RUNS = 3
SEED = 1
LIMIT_S = 10.0


def measure() -> dict[str, Any]:
    """A row for each size; raises Problem when a matching is not what it should be, or takes too long."""
    return {"rows": [_row(size) for size in SIZES]}


def _row(n: int) -> dict[str, Any]:
    numbers = np.random.default_rng(SEED)
    content = numbers.integers(0, 1001, (n, n))
    weights, floors = content + content.T, np.minimum(content, content.T)
    allowed = _symmetric(numbers.random((n, n)) >= VETOED) & ~np.eye(n, dtype=bool)
    lots = _symmetric(numbers.integers(0, LOTS, (n, n)))
    ours_s, ours = _timed(lambda: match(weights, allowed, lots), RUNS)
    default_s, default = _timed(lambda: match(weights, allowed, lots, floors), RUNS)
    greedy_s, greedy = _timed(lambda: _greedy(weights, allowed))
    networkx_s, theirs = _networkx(weights, allowed) if n <= LARGEST_FOR_NETWORKX else (None, None)
    people = _people(n)
    solve_s, _ = _timed(lambda: solve(people, Settings(seed=SEED, mode=Mode.TOTAL)))
    solve_default_s, _ = _timed(lambda: solve(people, Settings(seed=SEED)))
    row = {
        "n": n,
        "ours_s": ours_s,
        "networkx_s": networkx_s,
        "greedy_s": greedy_s,
        "ours_weight": total(weights, ours),
        "networkx_weight": None if theirs is None else total(weights, theirs),
        "greedy_weight": total(weights, greedy),
        "default_mode_s": default_s,
        "default_mode_weight": total(weights, default),
        "worst_off_default": min(int(floors[pair]) for pair in default),
        "worst_off_max_weight": min(int(floors[pair]) for pair in ours),
        "solve_s": solve_s,
        "solve_default_s": solve_default_s,
    }
    _check(row, allowed, ours, default)
    return row


def _symmetric(array: Any) -> Any:
    """The upper half, mirrored."""
    upper = np.triu(array, 1)
    return upper + upper.T


def _timed(work: Callable[[], Any], times: int = 1) -> tuple[float, Any]:
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - started)
    return round(statistics.median(seconds), 5), found


def _greedy(weights: Ints, allowed: Truths) -> Pairs:
    """The best pair, then the best of whoever remains, and so on."""
    i, j = np.nonzero(np.triu(allowed))
    best_first = np.argsort(-weights[i, j], kind="stable")
    found: Pairs = []
    taken: set[int] = set()
    for pair in zip(i[best_first].tolist(), j[best_first].tolist(), strict=True):
        if taken.isdisjoint(pair):
            taken.update(pair)
            found.append(pair)
    return found


def _networkx(weights: Ints, allowed: Truths) -> tuple[float, Pairs]:
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(weights)))
    i, j = np.nonzero(np.triu(allowed))
    graph.add_weighted_edges_from(zip(i.tolist(), j.tolist(), weights[i, j].tolist(), strict=True))
    seconds, found = _timed(lambda: networkx.max_weight_matching(graph, maxcardinality=True))
    return seconds, sorted(found)


def _people(n: int) -> list[Candidate]:
    """Students as they are: most name a few others, tick some topics and some hours of each day."""
    chance = random.Random(SEED)
    return [
        Candidate(
            key=key,
            section=chance.choice(["01", "02", "03"]),
            choices=tuple(chance.sample(range(n), 4)) if chance.random() < 0.7 else (),
            topics=frozenset(chance.sample([f"topic {number}" for number in range(16)], chance.randrange(6))),
            hours=frozenset(day * 24 + chance.randrange(8, 22) for day in range(7) for _ in range(4)),
            vetoes=frozenset({chance.randrange(n)} - {key}) if chance.random() < 0.3 else frozenset(),
        )
        for key in range(n)
    ]


def _check(row: dict[str, Any], allowed: Truths, ours: Pairs, default: Pairs) -> None:
    for pairs in (ours, default):
        if not all(allowed[pair] for pair in pairs) or 2 * len(pairs) != row["n"]:
            raise Problem(f"With {row['n']} people somebody is left, or a veto was broken.")
    if row["networkx_weight"] not in (None, row["ours_weight"]):
        raise Problem(f"With {row['n']} people we reach {row['ours_weight']}, networkx {row['networkx_weight']}.")
    if row["worst_off_default"] < row["worst_off_max_weight"]:
        raise Problem(f"With {row['n']} people the fair mode is not fair.")
    if max(row["ours_s"], row["default_mode_s"], row["solve_s"], row["solve_default_s"]) > LIMIT_S:
        raise Problem(f"{row['n']} people take more than {LIMIT_S} s.")


if __name__ == "__main__":
    main(measure)
