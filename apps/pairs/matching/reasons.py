"""Why people are in a group, or in none: templates for `str.format` with the names of those concerned.

What one person wished begins with a placeholder: staff may read it, the others of the group must not. Reasons speak
only of what counts in the run. None says whose a veto is.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

from apps.pairs.matching.arrays import Groups
from apps.pairs.matching.scoring import Table, rank
from apps.pairs.matching.terms import Candidate, OddOne, Settings, Weights

ORDINALS = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 5: "5th"}
MOST_TOPICS = 5
TOGETHER = {2: "both", 3: "all three"}
NOTHING = "nothing they told brings them together or keeps them apart"


def why_together(members: Sequence[Candidate], weights: Weights, *, is_odd: bool) -> tuple[str, ...]:
    """Why these are a group; `is_odd`: somebody had to be alone or third, because the number of candidates is odd."""
    if len(members) == 1:
        return tuple(_alone(members[0], is_odd=is_odd))
    told = [
        *(_choices(members) if weights.choice else ()),
        *(_topics(members) if weights.topics else ()),
        *(_hours(members) if weights.hours else ()),
        *(_section(members) if weights.section else ()),
    ]
    told = told or [NOTHING]
    if len(members) > 2:
        because = "the number of students is odd" if is_odd else "so nobody is left alone"
        told.append(f"a group of three: {because}")
    return tuple(told)


def _alone(member: Candidate, *, is_odd: bool) -> Iterator[str]:
    yield "alone: the number of students is odd" if is_odd else "alone: nobody was left to be put with"
    if member.has_project:
        yield "goes on with the project of the former pair"


def _choices(members: Sequence[Candidate]) -> Iterator[str]:
    for (i, one), (j, other) in combinations(enumerate(members), 2):
        there, back = rank(one, other), rank(other, one)
        if there and back:
            who = "both" if len(members) == 2 else f"{{{i}}} and {{{j}}}"
            yield f"{who} named each other ({ORDINALS[there]} and {ORDINALS[back]} choice)"
        elif there:
            yield f"{{{i}}} named {{{j}}} ({ORDINALS[there]} choice)"
        elif back:
            yield f"{{{j}}} named {{{i}}} ({ORDINALS[back]} choice)"


def _topics(members: Sequence[Candidate]) -> Iterator[str]:
    shared = sorted(frozenset.intersection(*(member.topics for member in members)))
    if shared:
        named = ", ".join(_plain(topic) for topic in shared[:MOST_TOPICS])
        more = f" and {len(shared) - MOST_TOPICS} more" if len(shared) > MOST_TOPICS else ""
        yield f"{_shared(shared, 'topic', members)}: {named}{more}"


def _hours(members: Sequence[Candidate]) -> Iterator[str]:
    shared = frozenset.intersection(*(member.hours for member in members))
    if shared:
        yield f"{_shared(shared, 'hour', members)} a week"


def _section(members: Sequence[Candidate]) -> Iterator[str]:
    sections = {member.section for member in members}
    if len(sections) == 1 and (section := sections.pop()):
        yield f"{TOGETHER[len(members)]} in the same section: {_plain(section)}"


def _shared(things: Collection[object], noun: str, members: Sequence[Candidate]) -> str:
    whole = f"{len(things)} shared {noun}{'' if len(things) == 1 else 's'}"
    return whole if len(members) == 2 else f"{whole} of all three"


def _plain(text: str) -> str:
    """Text that `str.format` leaves as it is."""
    return text.replace("{", "{{").replace("}", "}}")


def why_left(table: Table, row: int, left: Sequence[int], groups: Groups, settings: Settings) -> str:
    """Why the one of this row is in no group, when all of `left` are in none."""
    others = [other for other in left if other != row]
    if len(table.candidates) == 1:
        return "{0} is the only one who needs a partner."
    free = sum(bool(table.allowed[row, other]) for other in others)
    if free:
        return f"{{0}} is in no group yet: {free} of the others who are left could be put with them."
    if others:
        reason = f"{{0}} cannot be put with any of the others who are left: {_between(table, row, others)}"
    elif not table.allowed[row].any():
        everybody = [other for other in range(len(table.candidates)) if other != row]
        return f"{{0}} cannot be put with anybody: {_between(table, row, everybody)}."
    else:
        reason = "{0} is the one left over: everybody else is in a group"
    if settings.odd is OddOne.TRIO:
        return f"{reason}{_as_third(table, row, groups)}."
    return f"{reason}."


def _between(table: Table, row: int, others: Sequence[int]) -> str:
    both_have_project = [table.candidates[row].has_project and table.candidates[other].has_project for other in others]
    if all(both_have_project):
        return "all of them have a project already, as they do"
    if any(both_have_project):
        return "a veto or a second project stands between them and each one"
    return "a veto stands between them and each one"


def _as_third(table: Table, row: int, groups: Groups) -> str:
    pairs = [group for group in groups if len(group) == 2]
    able = sum(bool(table.allowed[row, one] and table.allowed[row, other]) for one, other in pairs)
    if able:
        return (
            f"; {able} of the pairs could take a third" if able > 1 else "; one of the pairs could take them as a third"
        )
    return ", and no pair can take them as a third" if pairs else ""
