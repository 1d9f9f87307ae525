"""What moving a pair by hand would do: the same code tells it beforehand and does it."""

import zoneinfo
from dataclasses import dataclass

from apps.core.errors import Refused
from apps.pairs.models import Pair
from apps.scheduling.models import Event, Slot
from apps.scheduling.queries import draft_slots, pair_name, participants
from apps.scheduling.times import in_words


@dataclass(frozen=True)
class Move:
    """`pair` goes to `target`; `source` is the slot it has now, `other` the pair that is in the target."""

    pair: Pair
    source: Slot | None
    target: Slot
    other: Pair | None
    other_takes_part: bool

    @property
    def is_swap(self) -> bool:
        return self.other is not None and self.other_takes_part and self.source is not None

    def sentence(self, zone: zoneinfo.ZoneInfo) -> str:
        """What will happen, to be read before saying yes."""
        there = _place(self.target, zone)
        if self.source is None:
            text = f"{self.pair}, who have no slot yet, get {there}."
        else:
            text = f"{self.pair} move from {_place(self.source, zone)} to {there}."
        if self.other is None:
            return text
        if self.is_swap and self.source:
            return f"{text} {self.other}, who are there, move to {_place(self.source, zone)}."
        return f"{text} {pair_name(self.other)}, who are there, will have no slot."

    def phrase(self, zone: zoneinfo.ZoneInfo) -> str:
        """The same, after it was done and somebody's name."""
        text = f"moved {self.pair} to {_place(self.target, zone)}"
        if self.other is None:
            return text
        return f"{text} and {self.other} {'to their old slot' if self.is_swap else 'out of it'}"


def plan(event: Event, *, pair_id: int, slot_id: int) -> Move:
    """The move as things stand now; raises Refused when it cannot be made."""
    slots = draft_slots(event)
    pairs = {pair.pk: pair for pair in participants(event)}
    pair = pairs.get(pair_id)
    if pair is None:
        raise Refused("This pair takes no part in this day. Choose another.", field="pair")
    target = next((slot for slot in slots if slot.pk == slot_id), None)
    if target is None:
        raise Refused("This slot is not there any more. Choose another.", field="slot")
    source = next((slot for slot in slots if slot.pair_id == pair.pk), None)
    if target == source:
        raise Refused(f"{pair} have this slot already.", field="slot")
    if source is not None and source.is_locked:
        raise Refused(f"The slot of {pair} is locked. Unlock it first.", field="pair")
    if target.is_locked:
        raise Refused(f"This slot is locked for {target.pair}. Unlock it first.", field="slot")
    return Move(pair, source, target, target.pair, target.pair_id in pairs)


def _place(slot: Slot, zone: zoneinfo.ZoneInfo) -> str:
    return f"{in_words(slot.starts_at, slot.ends_at, zone, date=False)} in {slot.room}"
