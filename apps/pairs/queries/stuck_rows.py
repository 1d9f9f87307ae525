"""What the stuck board is made of."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from apps.core.models import AuditEvent
from apps.courses.models import Membership
from apps.pairs.queries.nudges import About


@dataclass
class Row:
    """One thing that is stuck: whom it is about, since when, and why. A nudge would go to those in `reach`."""

    thing: Any
    people: list[Membership]
    since: dt.datetime
    why: str
    reach: list[Membership] = field(default_factory=list)
    nudge: AuditEvent | None = None

    @property
    def reach_keys(self) -> str:
        """The keys of whom a nudge would go to, as one value of a form."""
        return ",".join(str(member.pk) for member in self.reach)


@dataclass(frozen=True)
class Section:
    """Rows of one kind, the longest stuck first. `about` is what a nudge would be about, if one can help."""

    key: str
    title: str
    rows: list[Row]
    about: About | None = None
    is_stuck: bool = True  # False: told for the record, there is nothing to do

    @property
    def reach(self) -> list[Membership]:
        """Everybody whom a nudge of the whole section would go to, each once."""
        return list({member.pk: member for row in self.rows for member in row.reach}.values())
