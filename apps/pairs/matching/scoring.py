"""How content each student would be with each other: 0 is the worst, 1000 the best.

Four things count, each from 0 to 1000, in the proportions of `Weights`:

- choice: what rank I gave the other: 1000, 850, 700, 550, 400 for the first five, 0 for anybody else;
- topics: twice the number we share over the numbers of both lists (Dice's coefficient), times 1000;
- hours: those of the week that we share, full from six on;
- section: 1000 in the same one, 0 in another.

Silence counts NEUTRAL, half of the best: it neither draws a partner nor keeps one off. With topics, hours and section
the silence of either is enough. Choices that cannot come true, because the chosen one does not take part or may not be
put together with the chooser, count as not made; who is left with none has been silent.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.pairs.matching.arrays import Ints, Truths
from apps.pairs.matching.graph import LOT_BITS
from apps.pairs.matching.terms import CHOICES_COUNTED, Candidate, Settings, Weights

BEST, NEUTRAL = 1000, 500
LOST_PER_RANK = 150
ENOUGH_HOURS = 6


@dataclass(frozen=True)
class Table:
    """All candidates against all. Rows and columns go in the order of `candidates`."""

    candidates: Sequence[Candidate]
    numbers: dict[int, int]  # the row of each key
    content: Ints  # how content the one of the row is with the one of the column
    allowed: Truths  # who may be put together
    lots: Ints  # what decides between equals

    @property
    def weights(self) -> Ints:
        """What each two are worth together: the sum of both contents."""
        return self.content + self.content.T

    @property
    def floors(self) -> Ints:
        """What the less content of each two gets."""
        return np.minimum(self.content, self.content.T)

    def content_of(self, group: Sequence[int]) -> list[int]:
        """How content each of these rows is with the others of them: the mean, rounded down; nothing for one alone."""
        if len(group) == 1:
            return []
        return [sum(int(self.content[i, j]) for j in group if j != i) // (len(group) - 1) for i in group]

    def contents_of_trios(self, a: Ints, b: Ints, c: Ints) -> Ints:
        """(3, trios): the same for many trios at once, given by the rows of their first, second and third members."""
        of = self.content
        return np.stack([of[a, b] + of[a, c], of[b, a] + of[b, c], of[c, a] + of[c, b]]) // 2


def table(candidates: Sequence[Candidate], settings: Settings) -> Table:
    """Everything the matching needs to know; in the order of the seed, whatever order they came in."""
    drawn = {candidate.key: _draw(settings.seed, candidate.key) for candidate in candidates}
    if len(drawn) != len(candidates):
        raise ValueError("Two candidates have the same key.")
    people = sorted(candidates, key=lambda candidate: (drawn[candidate.key], candidate.key))
    numbers = {candidate.key: number for number, candidate in enumerate(people)}
    allowed = _allowed(people, numbers)
    return Table(
        candidates=people,
        numbers=numbers,
        content=_content(people, numbers, allowed, settings.weights),
        allowed=allowed,
        lots=_lots([drawn[candidate.key] for candidate in people]),
    )


def rank(chooser: Candidate, chosen: Candidate) -> int | None:
    """1 for the first choice and so on, None for somebody who was not chosen."""
    ranked = chooser.choices[:CHOICES_COUNTED]
    return ranked.index(chosen.key) + 1 if chosen.key in ranked else None


def _allowed(people: Sequence[Candidate], numbers: dict[int, int]) -> Truths:
    allowed = ~np.eye(len(people), dtype=bool)
    with_project = np.array([candidate.has_project for candidate in people], dtype=bool)
    allowed &= ~(with_project[:, None] & with_project)
    for row, candidate in enumerate(people):
        for key in candidate.vetoes & numbers.keys():
            allowed[row, numbers[key]] = allowed[numbers[key], row] = False
    return allowed


def _content(people: Sequence[Candidate], numbers: dict[int, int], allowed: Truths, weights: Weights) -> Ints:
    parts = [
        (weights.choice, _by_choice(people, numbers, allowed)),
        (weights.topics, _by_topics(people)),
        (weights.hours, _by_hours(people)),
        (weights.section, _by_section(people)),
    ]
    whole = sum(weight for weight, _ in parts)
    if whole == 0:
        return np.full(allowed.shape, NEUTRAL, dtype=np.int64)
    return sum((weight * part for weight, part in parts), np.zeros(allowed.shape, dtype=np.int64)) // whole


def _by_choice(people: Sequence[Candidate], numbers: dict[int, int], allowed: Truths) -> Ints:
    content = np.full(allowed.shape, NEUTRAL, dtype=np.int64)
    for row, candidate in enumerate(people):
        possible = [numbers[key] for key in candidate.choices[:CHOICES_COUNTED] if key in numbers]
        possible = [column for column in possible if allowed[row, column]]
        if possible:
            content[row] = 0
        for column in possible:
            content[row, column] = BEST - LOST_PER_RANK * ((rank(candidate, people[column]) or 0) - 1)
    return content


def _by_topics(people: Sequence[Candidate]) -> Ints:
    lists = _incidence([candidate.topics for candidate in people])
    sizes = np.diag(_shared(lists))
    dice = 2 * BEST * _shared(lists) // np.maximum(sizes[:, None] + sizes, 1)
    return _where_both(sizes > 0, dice)


def _by_hours(people: Sequence[Candidate]) -> Ints:
    shared = _shared(_incidence([candidate.hours for candidate in people]))
    return _where_both(np.diag(shared) > 0, np.minimum(shared, ENOUGH_HOURS) * BEST // ENOUGH_HOURS)


def _by_section(people: Sequence[Candidate]) -> Ints:
    shared = _shared(_incidence([{candidate.section} - {""} for candidate in people]))
    return _where_both(np.diag(shared) > 0, shared * BEST)


def _incidence(lists: Sequence[Collection[object]]) -> NDArray[np.float64]:
    """(people, things): 1 where the thing is in the person's list."""
    columns = {thing: column for column, thing in enumerate(dict.fromkeys(thing for one in lists for thing in one))}
    found = np.zeros((len(lists), len(columns)))
    for row, things in enumerate(lists):
        found[row, [columns[thing] for thing in things]] = 1
    return found


def _shared(lists: NDArray[np.float64]) -> Ints:
    """(people, people): how many things two lists share. Floats multiply fast, and are exact for such small numbers."""
    return (lists @ lists.T).astype(np.int64)


def _where_both(spoke: NDArray[np.bool_], content: Ints) -> Ints:
    return np.where(spoke[:, None] & spoke, content, NEUTRAL)


def _draw(seed: int, key: int) -> int:
    """A number of 64 bits that only the seed and the key decide, the same on every machine."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{key}".encode()).digest()[:8], "big")


def _lots(drawn: Sequence[int]) -> Ints:
    """(people, people): a random number below 2**LOT_BITS for each two, mixed as in SplitMix64 from what each drew."""
    numbers = np.array(drawn, dtype=np.uint64)
    mixed = numbers[:, None] + numbers
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return (mixed >> np.uint64(64 - LOT_BITS)).astype(np.int64)
