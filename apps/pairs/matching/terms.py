"""What goes into a matching and what comes out: plain values, written to and read from JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

CHOICES_COUNTED = 5
LARGEST_GROUP = 3


class Mode(StrEnum):
    """What is made best among all arrangements that leave the fewest without a partner."""

    FAIR = "fair"  # first what the worst-off student gets, then the sum
    TOTAL = "total"  # the sum alone


class OddOne(StrEnum):
    """What becomes of whoever is left when everybody else has a partner."""

    TRIO = "trio"  # the third of a pair
    SOLO = "solo"  # a group of one; one in a run at most
    LEAVE = "leave"  # stays on the list of those left


@dataclass(frozen=True)
class Candidate:
    """One student who needs a partner. `key` is any stable number; names never come in here."""

    key: int
    section: str = ""
    choices: tuple[int, ...] = ()  # the most wanted first; the first five count
    topics: frozenset[str] = frozenset()  # compared letter by letter
    hours: frozenset[int] = frozenset()  # 0..167, Monday 00:00 is 0
    vetoes: frozenset[int] = frozenset()
    has_project: bool = False  # what remains of a pair: it may be joined, but not by another such

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "section": self.section,
            "choices": list(self.choices),
            "topics": sorted(self.topics),
            "hours": sorted(self.hours),
            "vetoes": sorted(self.vetoes),
            "has_project": self.has_project,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            key=data["key"],
            section=data["section"],
            choices=tuple(data["choices"]),
            topics=frozenset(data["topics"]),
            hours=frozenset(data["hours"]),
            vetoes=frozenset(data["vetoes"]),
            has_project=data["has_project"],
        )


@dataclass(frozen=True)
class Weights:
    """How much each thing counts beside the others; only their proportions matter, 0 is not at all."""

    choice: int = 6
    topics: int = 3
    hours: int = 3
    section: int = 1

    def __post_init__(self) -> None:
        if min(self.choice, self.topics, self.hours, self.section) < 0:
            raise ValueError("A weight cannot be below 0.")


@dataclass(frozen=True)
class Settings:
    """How a run is made. The same candidates and settings give the same result, in any order and on any machine."""

    seed: int
    weights: Weights = field(default_factory=Weights)
    mode: Mode = Mode.FAIR
    odd: OddOne = OddOne.TRIO

    def to_json(self) -> dict[str, Any]:
        return {"seed": self.seed, "weights": vars(self.weights), "mode": self.mode.value, "odd": self.odd.value}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            seed=data["seed"], weights=Weights(**data["weights"]), mode=Mode(data["mode"]), odd=OddOne(data["odd"])
        )


@dataclass(frozen=True)
class Group:
    """One, two or three who work together; `len(members)` says which.

    `members`: keys, the smallest first.
    `satisfaction`: of each member, 0..1000: with the partner, or the mean of both others in a trio, rounded down.
        Empty for one alone, who has nobody to be content with.
    `score`: the sum of it.
    `reasons`: why, as templates: `reason.format(*names)` with the names in the order of `members`. One that begins with
        a placeholder tells a wish of one person, which the others must not read.
    """

    members: tuple[int, ...]
    score: int
    satisfaction: dict[int, int]
    reasons: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "members": list(self.members),
            "score": self.score,
            "satisfaction": {str(key): value for key, value in self.satisfaction.items()},
            "reasons": list(self.reasons),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            members=tuple(data["members"]),
            score=data["score"],
            satisfaction={int(key): value for key, value in data["satisfaction"].items()},
            reasons=tuple(data["reasons"]),
        )


@dataclass(frozen=True)
class Left:
    """Somebody in no group, and why: `reason.format(name)`. It never says whose a veto is."""

    key: int
    reason: str

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "reason": self.reason}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(key=data["key"], reason=data["reason"])


@dataclass(frozen=True)
class Result:
    """An arrangement of all candidates: each is in one group or left.

    `groups` and `left` go by their (first) key. `total` is the sum of the groups' scores; `worst_off` and `mean` are
    over the members of pairs and trios, both 0 when there are none.
    """

    groups: tuple[Group, ...]
    left: tuple[Left, ...]
    total: int
    worst_off: int
    mean: float

    def to_json(self) -> dict[str, Any]:
        return {
            "groups": [group.to_json() for group in self.groups],
            "left": [left.to_json() for left in self.left],
            "total": self.total,
            "worst_off": self.worst_off,
            "mean": self.mean,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            groups=tuple(Group.from_json(group) for group in data["groups"]),
            left=tuple(Left.from_json(left) for left in data["left"]),
            total=data["total"],
            worst_off=data["worst_off"],
            mean=data["mean"],
        )


class Impossible(Exception):
    """An arrangement that cannot be: `message.format(*names)` with the names of `keys` in their order."""

    def __init__(self, message: str, keys: Sequence[int]) -> None:
        super().__init__(message)
        self.message = message
        self.keys = tuple(keys)


def blocked(a: Candidate, b: Candidate) -> bool:
    """Whether these two can never be in one group: a veto by either, or a project on both sides."""
    return b.key in a.vetoes or a.key in b.vetoes or (a.has_project and b.has_project)
