"""The answer to "what next, and who waits for whom": a list of steps, each somebody's turn."""

import datetime as dt
from dataclasses import dataclass
from enum import Enum


class Turn(Enum):
    """Whose turn a step is: the word that says so, and the kind of state that the `state` tag draws."""

    YOURS = ("your turn", "active")
    THEIRS = ("waiting", "waiting")
    LATER = ("when you are ready", "waiting")
    DONE = ("done", "done")
    TROUBLE = ("needs attention", "warning")


@dataclass(frozen=True)
class Step:
    """One line of an overview: what is to be done or waited for, by whom, where, and until when."""

    turn: Turn
    room: str
    text: str
    url: str
    due: dt.datetime | None = None
    waits_for: str = ""

    @property
    def word(self) -> str:
        return self.turn.value[0]

    @property
    def kind(self) -> str:
        return self.turn.value[1]

    @property
    def is_done(self) -> bool:
        return self.turn is Turn.DONE


def next_step(steps: list[Step]) -> Step | None:
    """The step to show first: trouble or one's own turn, the earliest deadline first."""
    mine = [step for step in steps if step.turn in {Turn.YOURS, Turn.TROUBLE}]
    return min(mine, key=lambda step: step.due.timestamp() if step.due else float("inf"), default=None)
