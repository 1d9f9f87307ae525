"""What must hold for every arrangement, whatever the students told."""

from itertools import combinations

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.pairs.matching import Candidate, Impossible, Mode, OddOne, Settings, Weights, assess, solve
from tests.pairs.matching.people import crowds, everybody_in, few_examples, possible, runs

LEAVE = st.just(OddOne.LEAVE)


def heaviest(pairs, floor=0):
    """(number, weight) of the heaviest of the largest matchings of those of `pairs` that reach `floor`."""
    graph = networkx.Graph()
    for pair, contents in pairs.items():
        if min(contents) >= floor:
            graph.add_edge(*pair, weight=sum(contents))
    found = networkx.max_weight_matching(graph, maxcardinality=True)
    return len(found), sum(graph.edges[pair]["weight"] for pair in found)


@few_examples
@given(crowds(), runs())
def test_nobody_is_in_a_group_with_somebody_they_are_kept_from(candidates, settings):
    by_key = {candidate.key: candidate for candidate in candidates}
    for group in solve(candidates, settings).groups:
        for one, other in combinations([by_key[key] for key in group.members], 2):
            assert other.key not in one.vetoes
            assert one.key not in other.vetoes
            assert not (one.has_project and other.has_project)


@few_examples
@given(crowds(), runs())
def test_everybody_is_in_one_group_or_left_with_a_reason(candidates, settings):
    result = solve(candidates, settings)
    assert sorted(everybody_in(result)) == sorted(candidate.key for candidate in candidates)
    assert all("{0}" in left.reason for left in result.left)
    assert all(1 <= len(group.members) <= 3 and group.reasons for group in result.groups)


@few_examples
@given(crowds(), runs(), st.randoms(use_true_random=False))
def test_order_does_not_matter(candidates, settings, chance):
    shuffled = chance.sample(candidates, len(candidates))
    assert solve(shuffled, settings) == solve(candidates, settings)


@few_examples
@given(crowds(), runs())
def test_assessing_what_was_solved_says_the_same(candidates, settings):
    result = solve(candidates, settings)
    assert assess(candidates, [group.members for group in result.groups], settings) == result


@few_examples
@given(crowds(), runs(mode=st.just(Mode.TOTAL), odd=LEAVE))
def test_the_total_is_that_of_the_heaviest_of_the_largest_matchings(candidates, settings):
    result = solve(candidates, settings)
    assert (len(result.groups), result.total) == heaviest(possible(candidates, settings, 2))


@few_examples
@given(crowds(), runs(mode=st.just(Mode.FAIR), odd=LEAVE))
def test_the_fair_mode_first_raises_what_the_worst_off_gets(candidates, settings):
    pairs = possible(candidates, settings, 2)
    size, _ = heaviest(pairs)
    levels = {min(contents) for contents in pairs.values()}
    floor = max((level for level in levels if heaviest(pairs, level)[0] == size), default=0)
    result = solve(candidates, settings)
    assert result.worst_off == floor
    assert (len(result.groups), result.total) == heaviest(pairs, floor)


def test_fair_costs_some_of_the_total_and_spares_the_worst_off():
    candidates = [  # 90 and 91 do not take part
        Candidate(1, choices=(2, 90, 3)),
        Candidate(2, choices=(1, 90, 4)),
        Candidate(3, choices=(4, 90, 91, 1)),
        Candidate(4, choices=(90, 91, 2)),
    ]
    by_choice = Weights(choice=1, topics=0, hours=0, section=0)
    total = solve(candidates, Settings(seed=1, weights=by_choice, mode=Mode.TOTAL))
    fair = solve(candidates, Settings(seed=1, weights=by_choice, mode=Mode.FAIR))
    assert [group.members for group in total.groups] == [(1, 2), (3, 4)]
    assert (total.total, total.worst_off, total.mean) == (3000, 0, 750.0)
    assert [group.members for group in fair.groups] == [(1, 3), (2, 4)]
    assert (fair.total, fair.worst_off, fair.mean) == (2650, 550, 662.5)


@pytest.mark.parametrize("mode", Mode)
def test_nobody_is_left_alone_so_that_others_are_happier(mode):
    candidates = [
        Candidate(1, choices=(2,)),
        Candidate(2, choices=(1,)),
        Candidate(3, vetoes=frozenset({2, 4})),
        Candidate(4, vetoes=frozenset({1})),
    ]
    result = solve(candidates, Settings(seed=1, mode=mode))
    assert [group.members for group in result.groups] == [(1, 3), (2, 4)]


def test_the_seed_decides_among_equals_and_only_among_them():
    alike = [Candidate(key) for key in range(1, 7)]
    results = [solve(alike, Settings(seed=seed)) for seed in range(20)]
    assert len({tuple(group.members for group in result.groups) for result in results}) > 5
    assert {result.total for result in results} == {3000}
    assert solve(alike, Settings(seed=7)) == results[7]
    friends = [Candidate(1, choices=(2,)), Candidate(2, choices=(1,)), Candidate(3), Candidate(4)]
    assert {solve(friends, Settings(seed=seed)).groups[0].members for seed in range(20)} == {(1, 2)}


@pytest.mark.parametrize(
    ("groups", "message", "keys"),
    [
        ([[1, 2]], "A veto stands between {0} and {1}.", (1, 2)),
        ([[2, 1]], "A veto stands between {0} and {1}.", (2, 1)),
        ([[5, 1, 2]], "A veto stands between {0} and {1}.", (1, 2)),
        ([[3, 4]], "{0} and {1} have a project each: merge the two pairs by hand.", (3, 4)),
        ([[1, 3], [5, 3]], "{0} is there twice.", (3,)),
        ([[1, 1]], "{0} is there twice.", (1,)),
        ([[1, 6]], "{0} does not take part in this matching.", (6,)),
        ([[]], "A group has one to three people, not 0.", ()),
        ([[1, 3, 5, 2]], "A group has one to three people, not 4.", (1, 3, 5, 2)),
    ],
)
def test_a_group_made_by_hand_is_refused_when_it_cannot_be(groups, message, keys):
    candidates = [
        Candidate(1),
        Candidate(2, vetoes=frozenset({1})),
        Candidate(3, has_project=True),
        Candidate(4, has_project=True),
        Candidate(5),
    ]
    with pytest.raises(Impossible) as refused:
        assess(candidates, groups, Settings(seed=1))
    assert (refused.value.message, refused.value.keys) == (message, keys)


def test_a_group_made_by_hand_is_scored():
    candidates = [Candidate(1, choices=(3,)), Candidate(2), Candidate(3), Candidate(4)]
    settings = Settings(seed=1, weights=Weights(choice=1, topics=0, hours=0, section=0))
    result = assess(candidates, [[3, 2, 1]], settings)
    [group] = result.groups
    assert group.members == (1, 2, 3)
    assert group.satisfaction == {1: 500, 2: 500, 3: 500}  # 1 has the first choice and somebody not named
    assert (result.total, result.worst_off, result.mean) == (1500, 500, 500.0)
    assert [left.key for left in result.left] == [4]


def test_two_candidates_with_one_key_are_a_mistake():
    with pytest.raises(ValueError, match="same key"):
        solve([Candidate(1), Candidate(1)], Settings(seed=1))
