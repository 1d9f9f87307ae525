"""Two runs of matching side by side."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from apps.courses.models import Membership
from apps.pairs.arrangement import assessed, settings_of
from apps.pairs.matching import Mode, OddOne, Result, Settings
from apps.pairs.models import MatchingRun
from apps.pairs.queries.runs import percent, percent_in

MODES = {Mode.FAIR: "nobody is left far behind", Mode.TOTAL: "most satisfaction in total"}
ODD = {OddOne.TRIO: "a third in a pair", OddOne.SOLO: "alone", OddOne.LEAVE: "stays left over"}
NOT_THERE = "not in this run"
LEFT_OVER = "left over"
ALONE = "alone"


@dataclass(frozen=True)
class Fact:
    """One line of the table: what, in the first run, in the second, and how much more the second has."""

    label: str
    first: str
    second: str
    difference: str = ""

    @property
    def differs(self) -> bool:
        return self.first != self.second


@dataclass(frozen=True)
class Place:
    """Where a student is in one run: with whom, and how well that suits them in per cent."""

    partners: str
    percent: int | None = None


@dataclass(frozen=True)
class Changed:
    name: str
    first: Place
    second: Place


@dataclass
class Comparison:
    settings: list[Fact]
    figures: list[Fact]
    same: list[str] = field(default_factory=list)  # groups of both runs
    only_first: list[str] = field(default_factory=list)
    only_second: list[str] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)  # whose partner is another, by name
    edited: list[str] = field(default_factory=list)  # runs that were changed by hand
    said_otherwise: int = 0  # students of both runs who had said something else by the other

    @property
    def weighs_alike(self) -> bool:
        """Whether satisfaction means the same in both runs."""
        return not any(fact.differs for fact in self.settings if fact.label.startswith("Weight"))


def compare_runs(first: MatchingRun, second: MatchingRun) -> Comparison:
    """Two solved runs of one course, as their groups stand now."""
    keys = {one["key"] for run in (first, second) for one in run.inputs}
    people = Membership.objects.select_related("user").in_bulk(list(keys))
    names = {key: str(member) for key, member in people.items()}
    results = assessed(first), assessed(second)
    one, other = ({group.members for group in result.groups} for result in results)
    places = [_places(result, names) for result in results]
    nowhere = Place(NOT_THERE)
    found = Comparison(_settings(first, second), _figures(first, second))
    found.same, found.only_first, found.only_second = (
        _labels(groups, names) for groups in (one & other, one - other, other - one)
    )
    found.edited = [str(run) for run in (first, second) if run.revision]
    said = [{one["key"]: one for one in run.inputs} for run in (first, second)]
    found.said_otherwise = sum(said[0][key] != said[1][key] for key in said[0].keys() & said[1].keys())
    for key in sorted(keys, key=lambda key: names[key].casefold()):
        here, there = places[0].get(key, nowhere), places[1].get(key, nowhere)
        if here.partners != there.partners:
            found.changed.append(Changed(names[key], here, there))
    return found


def described(settings: Settings) -> list[tuple[str, str]]:
    """The settings of a run in words."""
    weights = settings.weights
    return [
        ("Aim", MODES[settings.mode]),
        ("Who is left by an odd number", ODD[settings.odd]),
        ("Weight of named classmates", str(weights.choice)),
        ("Weight of shared topics", str(weights.topics)),
        ("Weight of shared hours", str(weights.hours)),
        ("Weight of the same section", str(weights.section)),
        ("Seed", str(settings.seed)),
    ]


def _settings(first: MatchingRun, second: MatchingRun) -> list[Fact]:
    both = zip(described(settings_of(first)), described(settings_of(second)), strict=True)
    return [Fact(label, one, other) for (label, one), (_, other) in both]


def _figures(first: MatchingRun, second: MatchingRun) -> list[Fact]:
    facts = []
    for label, key, is_percent in (
        ("Students", "students", False),
        ("Pairs", "pairs", False),
        ("Groups of three", "trios", False),
        ("Alone", "alone", False),
        ("Left over", "left", False),
        ("Total satisfaction", "total", False),
        ("Satisfaction on average", "mean", True),
        ("Worst off", "worst_off", True),
    ):
        one, other = (percent(run.figures[key]) if is_percent else run.figures[key] for run in (first, second))
        unit = "%" if is_percent else ""
        difference = f"{other - one:+,}".replace("-", "−") if other != one else ""
        facts.append(Fact(label, f"{one:,}{unit}", f"{other:,}{unit}", difference))
    return facts


def _places(result: Result, names: dict[int, str]) -> dict[int, Place]:
    places = {left.key: Place(LEFT_OVER) for left in result.left}
    for group in result.groups:
        for key in group.members:
            others = " & ".join(names[other] for other in group.members if other != key)
            places[key] = Place(others or ALONE, percent_in(group, key))
    return places


def _labels(groups: Iterable[tuple[int, ...]], names: dict[int, str]) -> list[str]:
    labels: Any = (" & ".join(names[key] for key in members) for members in groups)
    return sorted(labels, key=str.casefold)
