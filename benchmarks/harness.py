"""What all benchmarks share: the real processes on fresh data, and one JSON line at the end."""

import json
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence

from tools.problems import Problem
from tools.running import RunningSite, running_site

__all__ = ["RunningSite", "main", "median", "running_site"]


def median(seconds: Sequence[float]) -> float:
    """The middle of some measured seconds, to a millisecond."""
    return round(statistics.median(seconds), 3)


def main(measure: Callable[[], Mapping[str, object]]) -> None:
    """Print what `measure` found as the last line, as JSON; exit non-zero when it raised."""
    try:
        found = measure()
    except Problem as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
    print(json.dumps(found), flush=True)
