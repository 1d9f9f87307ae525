"""What becomes of the one who is left by an odd number, or by vetoes."""

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.pairs.matching import Candidate, Mode, OddOne, Settings, Weights, solve
from tests.pairs.matching.people import crowds, few_examples, possible, runs


def arrangements(keys, groups):
    """Every way to put all of `keys` into one trio and pairs, made of these groups."""
    if not keys:
        yield []
        return
    for group in groups:
        if keys[0] in group and set(group) <= set(keys):
            rest = [key for key in keys if key not in group]
            others = groups if len(group) == 2 else [other for other in groups if len(other) == 2]
            yield from ([group, *more] for more in arrangements(rest, others))


@few_examples
@given(crowds(counts=[3, 5, 7]), runs(odd=st.just(OddOne.TRIO)))
def test_the_trio_makes_the_best_of_all_arrangements(candidates, settings):
    groups = possible(candidates, settings, 2) | possible(candidates, settings, 3)
    merits = []
    for arrangement in arrangements([candidate.key for candidate in candidates], list(groups)):
        contents = [content for group in arrangement for content in groups[group]]
        merits.append((min(contents) if settings.mode is Mode.FAIR else 0, sum(contents)))
    result = solve(candidates, settings)
    if merits:
        assert not result.left
        assert (result.worst_off if settings.mode is Mode.FAIR else 0, result.total) == max(merits)
    else:
        assert result.left


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("count", [15, 21])
def test_the_trio_is_no_worse_than_trying_each_student_as_the_one_left(count, mode):
    candidates = [
        Candidate(
            key,
            choices=(key * 5 % count, key * 7 % count, key * 11 % count),
            topics=frozenset({f"{key % 4}", f"{key % 7}"}),
            vetoes=frozenset({key * 3 % count}) - {key},
        )
        for key in range(count)
    ]
    settings = Settings(seed=1, mode=mode)
    trios = possible(candidates, settings, 3)
    all_pairs = possible(candidates, settings, 2)
    graph = networkx.Graph()
    for pair, contents in all_pairs.items():
        graph.add_edge(*pair, weight=sum(contents))
    merits = []
    for left in graph:
        pairs = networkx.max_weight_matching(graph.subgraph(set(graph) - {left}), maxcardinality=True)
        for pair in pairs:
            if (trio := tuple(sorted((*pair, left)))) in trios and 2 * len(pairs) == count - 1:
                groups = [all_pairs[tuple(sorted(other))] for other in pairs - {pair}] + [trios[trio]]
                merits.append((min(map(min, groups)) if mode is Mode.FAIR else 0, sum(map(sum, groups))))
    result = solve(candidates, settings)
    assert sorted(len(group.members) for group in result.groups) == [2] * ((count - 3) // 2) + [3]
    assert (result.worst_off if mode is Mode.FAIR else 0, result.total) >= max(merits)


@few_examples
@given(crowds(), runs(odd=st.just(OddOne.TRIO)))
def test_who_is_left_could_be_the_third_of_no_pair(candidates, settings):
    result = solve(candidates, settings)
    trios = possible(candidates, settings, 3)
    for left in result.left:
        for group in result.groups:
            assert len(group.members) == 3 or not any(set(trio) == {*group.members, left.key} for trio in trios)


@few_examples
@given(crowds(), runs(odd=st.just(OddOne.SOLO)))
def test_one_at_most_works_alone_and_only_when_somebody_is_left_over(candidates, settings):
    result = solve(candidates, settings)
    left = solve(candidates, Settings(settings.seed, settings.weights, settings.mode, OddOne.LEAVE)).left
    alone = [group.members[0] for group in result.groups if len(group.members) == 1]
    assert len(alone) == min(1, len(left))
    assert sorted([*alone, *(one.key for one in result.left)]) == [one.key for one in left]
    assert not any(len(group.members) == 3 for group in result.groups)


@few_examples
@given(crowds(), runs(odd=st.just(OddOne.LEAVE)))
def test_leave_makes_pairs_only(candidates, settings):
    assert all(len(group.members) == 2 for group in solve(candidates, settings).groups)


def test_each_way_with_the_odd_one():
    friends = [Candidate(1, choices=(2,)), Candidate(2, choices=(1,)), Candidate(3, choices=(1,))]

    def groups(odd):
        result = solve(friends, Settings(seed=1, odd=odd))
        return [group.members for group in result.groups], [left.key for left in result.left]

    assert groups(OddOne.TRIO) == ([(1, 2, 3)], [])
    assert groups(OddOne.SOLO) == ([(1, 2), (3,)], [])
    assert groups(OddOne.LEAVE) == ([(1, 2)], [3])


@pytest.mark.parametrize("mode", Mode)
def test_several_who_are_left_each_go_to_another_pair(mode):
    circles = [{1, 2, 3}, {4, 5, 6}, {7, 8, 9, 10}]  # and nobody works with somebody of another circle
    candidates = [
        Candidate(key, vetoes=frozenset(range(1, 11)) - circle, hours=frozenset(range(key)))
        for circle in circles
        for key in circle
    ]
    result = solve(candidates, Settings(seed=1, mode=mode))
    assert [group.members for group in result.groups][:2] == [(1, 2, 3), (4, 5, 6)]
    assert [len(group.members) for group in result.groups] == [3, 3, 2, 2]
    assert not result.left


@pytest.mark.parametrize(("mode", "with_third"), [(Mode.TOTAL, (4, 5, 8)), (Mode.FAIR, (6, 7, 8))])
def test_thirds_go_where_the_mode_wants_them(mode, with_third):
    circles = [{1, 2, 3}, {4, 5, 6, 7, 8}]
    choices = {4: (5,), 5: (91, 92, 93, 4), 6: (7,), 7: (6,), 8: (4, 5, 6, 7)}  # 8 is left, and lowers 5 most
    candidates = [
        Candidate(key, choices=choices.get(key, ()), vetoes=frozenset(range(1, 9)) - circle)
        for circle in circles
        for key in circle
    ]
    by_choice = Weights(choice=1, topics=0, hours=0, section=0)
    result = solve(candidates, Settings(seed=1, weights=by_choice, mode=mode))
    assert [group.members for group in result.groups if len(group.members) == 3] == [(1, 2, 3), with_third]


def test_of_several_who_are_left_the_one_with_a_project_goes_on_alone():
    everybody = {1, 2, 3}
    for has_project in everybody:
        candidates = [
            Candidate(key, vetoes=frozenset(everybody - {key}), has_project=key == has_project) for key in everybody
        ]
        result = solve(candidates, Settings(seed=1, odd=OddOne.SOLO))
        assert [group.members for group in result.groups] == [(has_project,)]
        assert len(result.left) == 2


def test_the_one_left_over_goes_where_no_veto_stands():
    candidates = [
        Candidate(1, choices=(2,)),
        Candidate(2, choices=(1,)),
        Candidate(3, choices=(4,)),
        Candidate(4, choices=(3,)),
        Candidate(5, choices=(1, 2), vetoes=frozenset({4})),
    ]
    against_the_wish = [*candidates[:4], Candidate(5, choices=(1, 2), vetoes=frozenset({1}))]
    assert [group.members for group in solve(candidates, Settings(seed=1)).groups] == [(1, 2, 5), (3, 4)]
    result = solve(against_the_wish, Settings(seed=1))
    assert not result.left
    assert not any({1, 5} <= set(group.members) for group in result.groups)


def test_a_trio_holds_one_project_at_most():
    with_projects = [Candidate(1, has_project=True), Candidate(2), Candidate(3, has_project=True)]
    assert [len(group.members) for group in solve(with_projects, Settings(seed=1)).groups] == [2]
    with_one = [Candidate(1, has_project=True), Candidate(2), Candidate(3)]
    assert [group.members for group in solve(with_one, Settings(seed=1)).groups] == [(1, 2, 3)]
