"""Who works with whom: `solve` finds it, `assess` scores what somebody arranged by hand."""

from collections.abc import Sequence

from apps.pairs.matching.terms import Candidate, Result, Settings


def solve(candidates: Sequence[Candidate], settings: Settings) -> Result:
    """The best arrangement of `candidates`."""
    raise NotImplementedError


def assess(candidates: Sequence[Candidate], groups: Sequence[Sequence[int]], settings: Settings) -> Result:
    """The same figures for `groups` made by hand; everybody in none of them is left. Raises Impossible."""
    raise NotImplementedError
