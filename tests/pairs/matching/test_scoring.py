"""How content one is with another; each example lets one thing count alone."""

import pytest
from hypothesis import given

from apps.pairs.matching import Candidate, Mode, Settings, Weights, assess, blocked
from apps.pairs.matching.scoring import table
from tests.pairs.matching.people import contents, crowds, few_examples, runs

BY_CHOICE = Weights(choice=1, topics=0, hours=0, section=0)
BY_TOPICS = Weights(choice=0, topics=1, hours=0, section=0)
BY_HOURS = Weights(choice=0, topics=0, hours=1, section=0)
BY_SECTION = Weights(choice=0, topics=0, hours=0, section=1)


def content_of(one, other, weights, *others):
    return contents([one, other, *others], Settings(seed=1, weights=weights), one.key, other.key)


@pytest.mark.parametrize(
    ("choices", "content"),
    [
        ((2,), 1000),
        ((3, 2), 850),
        ((3, 9, 4, 2), 550),  # 9 does not take part, and keeps the rank that was given
        ((3, 4, 5, 6, 2), 400),
        ((3, 4, 5, 6, 7, 2), 0),  # the sixth does not count
        ((3, 2, 2), 850),
        ((3,), 0),
        ((), 500),
        ((1,), 500),
        ((9,), 500),  # nobody named takes part: as if nobody had been named
    ],
)
def test_choices(choices, content):
    others = [Candidate(key) for key in (3, 4, 5, 6, 7)]
    assert content_of(Candidate(1, choices=choices), Candidate(2), BY_CHOICE, *others) == [content, 500]


def test_a_choice_that_a_veto_forbids_is_as_none():
    refuses = Candidate(3, vetoes=frozenset({1}))
    assert content_of(Candidate(1, choices=(3,)), Candidate(2), BY_CHOICE, refuses) == [500, 500]
    assert content_of(Candidate(1, choices=(3, 2)), Candidate(2), BY_CHOICE, refuses) == [850, 500]


@pytest.mark.parametrize(
    ("mine", "theirs", "content"),
    [
        ({"probing", "bias"}, {"bias", "probing"}, 1000),
        ({"probing", "bias"}, {"probing", "steering"}, 500),
        ({"probing"}, {"probing", "steering", "bias"}, 500),
        ({"probing"}, {"steering"}, 0),
        ({"probing"}, set(), 500),
        (set(), set(), 500),
    ],
)
def test_topics(mine, theirs, content):
    both = Candidate(1, topics=frozenset(mine)), Candidate(2, topics=frozenset(theirs))
    assert content_of(*both, BY_TOPICS) == [content, content]


@pytest.mark.parametrize(
    ("mine", "theirs", "content"),
    [
        (range(8), range(2, 20), 1000),
        (range(100), range(100), 1000),
        (range(8), range(5, 20), 500),
        (range(8), range(7, 20), 166),
        (range(8), range(10, 20), 0),
        (range(8), (), 500),
    ],
)
def test_hours(mine, theirs, content):
    both = Candidate(1, hours=frozenset(mine)), Candidate(2, hours=frozenset(theirs))
    assert content_of(*both, BY_HOURS) == [content, content]


@pytest.mark.parametrize(
    ("mine", "theirs", "content"), [("01", "01", 1000), ("01", "02", 0), ("01", "", 500), ("", "", 500)]
)
def test_section(mine, theirs, content):
    assert content_of(Candidate(1, section=mine), Candidate(2, section=theirs), BY_SECTION) == [content, content]


def test_weights_are_proportions():
    one = Candidate(1, choices=(2,), section="01", topics=frozenset({"bias"}))
    other = Candidate(2, section="02", topics=frozenset({"bias"}))
    third_each = Weights(choice=2, topics=2, hours=0, section=2)
    assert content_of(one, other, third_each) == [666, 500]
    assert content_of(one, other, Weights(choice=1, topics=1, hours=0, section=1)) == [666, 500]
    assert content_of(one, other, Weights(choice=0, topics=0, hours=0, section=0)) == [500, 500]
    with pytest.raises(ValueError, match="below 0"):
        Weights(choice=-1)


@few_examples
@given(crowds(), runs())
def test_contents_are_from_0_to_1000_and_veto_and_project_keep_apart(candidates, settings):
    made = table(candidates, settings)
    assert ((made.content >= 0) & (made.content <= 1000)).all()
    for one in candidates:
        for other in candidates:
            may = one.key != other.key and not blocked(one, other)
            assert made.allowed[made.numbers[one.key], made.numbers[other.key]] == may
            assert blocked(one, other) == blocked(other, one)


def test_in_a_trio_one_is_as_content_as_with_both_others_on_average():
    candidates = [Candidate(1, choices=(2, 3)), Candidate(2, choices=(3,)), Candidate(3)]
    [group] = assess(candidates, [[1, 2, 3]], Settings(seed=1, weights=BY_CHOICE, mode=Mode.TOTAL)).groups
    assert group.satisfaction == {1: 925, 2: 500, 3: 500}
    assert group.score == 1925
