"""The answer to "what next, and who waits for whom": a list of steps, each somebody's turn."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Turn(StrEnum):
    """Whose turn a step is, as the kinds of shape that the `state` tag draws."""

    YOURS = "active"
    THEIRS = "waiting"
    DONE = "done"
    TROUBLE = "warning"


WORDS = {Turn.YOURS: "your turn", Turn.THEIRS: "waiting", Turn.DONE: "done", Turn.TROUBLE: "needs attention"}


@dataclass(frozen=True)
class Step:
    """One line of a dashboard: what is to be done or waited for, by whom, where, and until when."""

    turn: Turn
    room: str
    text: str
    url: str
    due: dt.datetime | None = None
    waits_for: str = ""

    @property
    def word(self) -> str:
        return WORDS[self.turn]


def next_step(steps: list[Step]) -> Step | None:
    """The step to show first: somebody's own trouble or turn, the earliest deadline first."""
    mine = [step for step in steps if step.turn in {Turn.YOURS, Turn.TROUBLE}]
    return min(mine, key=lambda step: step.due.timestamp() if step.due else float("inf"), default=None)
