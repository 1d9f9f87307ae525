"""Students to be matched, as hypothesis draws them: few, close together, with all that can stand between them."""

from collections.abc import Sequence
from itertools import combinations

from hypothesis import settings as limits
from hypothesis import strategies as st

from apps.pairs.matching import Candidate, Mode, OddOne, Result, Settings, Weights, assess, blocked

MOST = 9
TOPICS = ["probing", "steering", "bias", "{curly}", "{0}", "}"]
few_examples = limits(max_examples=60, deadline=None)

keys = st.integers(1, 10**9)
weights = st.builds(Weights, *[st.integers(0, 10)] * 4)
modes, odd_ones = st.sampled_from(Mode), st.sampled_from(OddOne)


@st.composite
def crowds(draw: st.DrawFn, counts: Sequence[int] = range(MOST + 1)) -> list[Candidate]:
    """Candidates who name, veto and resemble each other; some name people who are not there."""
    count = draw(st.sampled_from(counts))
    everybody = draw(st.lists(keys, min_size=count, max_size=count, unique=True))
    choosable = st.sampled_from([*everybody, 0])
    vetoes = draw(st.sampled_from([0, 1, 3]))
    return [
        Candidate(
            key=key,
            section=draw(st.sampled_from(["", "01", "{02}"])),
            choices=tuple(draw(st.lists(choosable, max_size=6))),
            topics=draw(st.frozensets(st.sampled_from(TOPICS), max_size=4)),
            hours=draw(st.frozensets(st.integers(0, 20), max_size=9)),
            vetoes=draw(st.frozensets(choosable, max_size=vetoes)) - {key},
            has_project=draw(st.integers(0, 5)) == 0,
        )
        for key in everybody
    ]


def runs(mode: st.SearchStrategy = modes, odd: st.SearchStrategy = odd_ones) -> st.SearchStrategy[Settings]:
    return st.builds(Settings, seed=st.integers(0, 2**32), weights=weights, mode=mode, odd=odd)


def possible(candidates: Sequence[Candidate], settings: Settings, size: int) -> dict[tuple[int, ...], list[int]]:
    """The groups of this size that may be, with how content each member is; from the public interface alone."""
    return {
        tuple(one.key for one in group): contents(candidates, settings, *(one.key for one in group))
        for group in combinations(candidates, size)
        if not any(blocked(one, other) for one, other in combinations(group, 2))
    }


def contents(candidates: Sequence[Candidate], settings: Settings, *group: int) -> list[int]:
    return list(assess(candidates, [group], settings).groups[0].satisfaction.values())


def everybody_in(result: Result) -> list[int]:
    """The keys of all groups and of those left."""
    return [key for group in result.groups for key in group.members] + [left.key for left in result.left]
