"""What is said of each group, and of everybody left."""

from string import Formatter

from hypothesis import given

from apps.pairs.matching import Candidate, OddOne, Settings, Weights, assess, solve
from tests.pairs.matching.people import crowds, few_examples, runs

NAMES = ("Ada {Lovelace}", "{0}", "Cleo}")


def reasons(*candidates, odd=OddOne.TRIO, weights=None):
    """Of the one group that these candidates make."""
    settings = Settings(seed=1, odd=odd, weights=weights or Weights())
    [group] = assess(candidates, [[candidate.key for candidate in candidates]], settings).groups
    return list(group.reasons)


def left(candidates, groups, odd=OddOne.LEAVE):
    return {one.key: one.reason for one in assess(candidates, groups, Settings(seed=1, odd=odd)).left}


@few_examples
@given(crowds(), runs())
def test_reasons_take_the_names_and_nothing_else(candidates, settings):
    result = solve(candidates, settings)
    for group in result.groups:
        for reason in group.reasons:
            fields = [field for _, field, _, _ in Formatter().parse(reason) if field is not None]
            assert all(field.isdecimal() and int(field) < len(group.members) for field in fields)
            told = reason.format(*NAMES)
            assert all(NAMES[int(field)] in told for field in fields)
    for one in result.left:
        assert "Ada {Lovelace}" in one.reason.format(*NAMES[:1])


def test_of_a_pair():
    assert reasons(
        Candidate(1, choices=(2,), topics=frozenset({"steering", "probing", "{x}"}), hours=frozenset(range(14))),
        Candidate(2, choices=(9, 1), topics=frozenset({"{x}", "probing", "bias"}), hours=frozenset(range(20))),
    ) == ["both named each other (1st and 2nd choice)", "2 shared topics: probing, {{x}}", "14 shared hours a week"]
    assert reasons(Candidate(1, section="{02}"), Candidate(2, section="{02}")) == ["both in the same section: {{02}}"]
    assert reasons(Candidate(1), Candidate(2, choices=(7, 8, 1))) == ["{1} named {0} (3rd choice)"]
    assert reasons(Candidate(1, hours=frozenset({5})), Candidate(2, hours=frozenset({5}))) == ["1 shared hour a week"]


def test_of_a_pair_that_nothing_brings_together():
    assert reasons(Candidate(1, section="01"), Candidate(2, section="02")) == [
        "nothing they told brings them together or keeps them apart"
    ]


def test_many_topics_are_counted_and_some_are_named():
    topics = frozenset("abcdefgh")
    assert reasons(Candidate(1, topics=topics), Candidate(2, topics=topics)) == [
        "8 shared topics: a, b, c, d, e and 3 more"
    ]


def test_what_does_not_count_is_no_reason():
    pair = Candidate(1, choices=(2,), section="01"), Candidate(2, section="01")
    assert reasons(*pair, weights=Weights(choice=0)) == ["both in the same section: 01"]


def test_a_wish_of_one_begins_with_a_name_and_nothing_else_does():
    trio = [
        Candidate(1, choices=(2, 3), section="01", topics=frozenset({"bias"}), hours=frozenset({1, 2})),
        Candidate(2, choices=(1,), section="01", topics=frozenset({"bias"}), hours=frozenset({1, 2})),
        Candidate(3, section="01", topics=frozenset({"bias"}), hours=frozenset({1, 2})),
    ]
    assert reasons(*trio) == [
        "{0} and {1} named each other (1st and 1st choice)",
        "{0} named {2} (2nd choice)",
        "1 shared topic of all three: bias",
        "2 shared hours of all three a week",
        "all three in the same section: 01",
        "a group of three: the number of students is odd",
    ]


def test_of_one_alone():
    assert reasons(Candidate(1)) == ["alone: the number of students is odd"]
    assert reasons(Candidate(1, has_project=True)) == [
        "alone: the number of students is odd",
        "goes on with the project of the former pair",
    ]


def test_of_the_odd_one_left():
    three = [Candidate(1), Candidate(2), Candidate(3)]
    assert left(three, [[1, 2]]) == {3: "{0} is the one left over: everybody else is in a group."}
    assert left(three, [[1, 2]], OddOne.TRIO) == {
        3: "{0} is the one left over: everybody else is in a group; one of the pairs could take them as a third."
    }
    with_projects = [Candidate(1, has_project=True), Candidate(2, has_project=True), Candidate(3)]
    assert left(with_projects, [[1, 3]], OddOne.TRIO) == {
        2: "{0} is the one left over: everybody else is in a group, and no pair can take them as a third."
    }


def test_of_those_who_could_still_be_put_together():
    five = [Candidate(1), Candidate(2, vetoes=frozenset({3})), Candidate(3), Candidate(4), Candidate(5)]
    assert left(five, [[1, 2], [4, 5]], OddOne.TRIO)[3].endswith("; one of the pairs could take them as a third.")
    assert left(five, [[1, 2]])[3] == "{0} is in no group yet: 2 of the others who are left could be put with them."


def test_of_those_between_whom_something_stands():
    def reason(what):
        return f"{{0}} cannot be put with any of the others who are left: {what}."

    pair = [Candidate(4), Candidate(5)]
    apart = [Candidate(1, vetoes=frozenset({2, 3})), Candidate(2, vetoes=frozenset({3})), Candidate(3)]
    by_veto = reason("a veto stands between them and each one")
    assert left([*apart, *pair], [[4, 5]]) == {1: by_veto, 2: by_veto, 3: by_veto}
    projects = [Candidate(1, has_project=True), Candidate(2, has_project=True)]
    by_project = reason("all of them have a project already, as they do")
    assert left([*projects, *pair], [[4, 5]]) == {1: by_project, 2: by_project}
    mixed = [*projects, Candidate(3, vetoes=frozenset({1}))]
    assert left(mixed, [])[1] == reason("a veto or a second project stands between them and each one")


def test_of_one_whom_nobody_can_be_put_with():
    outcast = Candidate(1, vetoes=frozenset({2, 3}))
    assert left([outcast, Candidate(2), Candidate(3)], [[2, 3]], OddOne.TRIO) == {
        1: "{0} cannot be put with anybody: a veto stands between them and each one."
    }


def test_nobody_reads_whose_the_veto_is():
    mine = [Candidate(1, vetoes=frozenset({2})), Candidate(2)]
    theirs = [Candidate(1), Candidate(2, vetoes=frozenset({1}))]
    assert solve(mine, Settings(seed=1)) == solve(theirs, Settings(seed=1))


def test_of_the_only_one():
    assert left([Candidate(1)], []) == {1: "{0} is the only one who needs a partner."}
