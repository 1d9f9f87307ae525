"""Who should work with whom, from what students told: plain values in, plain values out. Knows nothing of the site."""

from apps.pairs.matching.solving import assess, solve
from apps.pairs.matching.terms import (
    Candidate,
    Group,
    Impossible,
    Left,
    Mode,
    OddOne,
    Result,
    Settings,
    Weights,
    blocked,
)

__all__ = [
    "Candidate",
    "Group",
    "Impossible",
    "Left",
    "Mode",
    "OddOne",
    "Result",
    "Settings",
    "Weights",
    "assess",
    "blocked",
    "solve",
]
