"""The course's late policy as code: one day late costs 20%, two days 50%; what comes later is kept, not accepted."""

import datetime as dt
from dataclasses import dataclass

DAY = dt.timedelta(days=1)
# (late by at most, percent taken off)
STEPS = ((DAY, 20), (2 * DAY, 50))


@dataclass(frozen=True)
class Lateness:
    """What being late by some time means. `penalty` is in percent; None: past the last step, not accepted."""

    is_late: bool
    penalty: int | None

    @property
    def word(self) -> str:
        """For tables and histories: "in time", "late, −20%", "too late"."""
        if not self.is_late:
            return "in time"
        return "too late" if self.penalty is None else f"late, −{self.penalty}%"

    @property
    def kind(self) -> str:
        """The kind of shape beside the word."""
        return "warning" if self.is_late else "done"

    @property
    def sentence(self) -> str:
        if not self.is_late:
            return "It is in time."
        if self.penalty is None:
            return "It is more than two days late: the late policy keeps it but does not accept it. Talk to the staff."
        return f"It is late: the late policy takes {self.penalty}% off."


def judge(late_by: dt.timedelta) -> Lateness:
    """What the policy says of something that is `late_by` late; zero or less is in time."""
    if late_by <= dt.timedelta(0):
        return Lateness(is_late=False, penalty=0)
    penalty = next((percent for limit, percent in STEPS if late_by <= limit), None)
    return Lateness(is_late=True, penalty=penalty)
