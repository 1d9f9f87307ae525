"""The answer to "what next, and who waits for whom": a list of steps, each somebody's turn."""

import datetime as dt
from dataclasses import dataclass
from enum import Enum

from django.utils import timezone


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


URGENT = dt.timedelta(days=3)


def next_step(steps: list[Step]) -> Step | None:
    """The step to show first: what is due within three days, else the first of one's own in the project's order."""
    mine = [step for step in steps if step.turn in {Turn.YOURS, Turn.TROUBLE}]
    soon = timezone.now() + URGENT
    urgent = [step for step in mine if step.due and step.due < soon]
    return min(urgent, key=lambda step: step.due or soon, default=mine[0] if mine else None)
