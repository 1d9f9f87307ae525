"""Giving slots to pairs: by lot, by hand, and taking them back."""

from django.db import transaction

from apps.accounts.models import User
from apps.core.errors import Refused, Stale
from apps.pairs.models import Pair
from apps.scheduling import moves, times
from apps.scheduling.drawing import MAX_SEED, draw, new_seed
from apps.scheduling.models import Event, Slot
from apps.scheduling.moves import Move
from apps.scheduling.operations.editing import changed, locked
from apps.scheduling.queries import draft_slots, participants, unplaced
from apps.scheduling.states import PlacedBy


@transaction.atomic
def assign(event: Event, *, redraw: bool = False, seed: int | None = None, revision: int, by: User) -> int:
    """Draw free slots for all pairs without one, earliest slots first; how many got one.

    `redraw` first takes back what an earlier draw gave; slots that are locked or were given by hand stay. The order
    follows from `seed` (0 to 10⁹ - 1), which is kept; without one a new one is made.
    """
    event = locked(event, revision=revision)
    if seed is not None and not 0 <= seed < MAX_SEED:
        raise Refused(f"A seed is a whole number from 0 to {MAX_SEED - 1:,}.", field="seed")
    if redraw:
        event.slots.filter(is_locked=False, placed_by=PlacedBy.DRAW).update(pair=None, placed_by="")
    slots = draft_slots(event)
    pairs = unplaced(participants(event), slots)
    empty = [slot for slot in slots if slot.pair_id is None]
    if not pairs:
        raise Refused("Every pair has a slot already.")
    if len(pairs) > len(empty):
        raise Refused(shortage(event, wanting=len(pairs), free=len(empty)))
    event.seed = new_seed() if seed is None else seed
    for slot, pair_id in zip(empty, draw([pair.pk for pair in pairs], seed=event.seed), strict=False):
        slot.pair_id, slot.placed_by = pair_id, PlacedBy.DRAW
    Slot.objects.bulk_update(empty, ["pair", "placed_by"])
    words = "1 slot" if len(pairs) == 1 else f"{len(pairs)} slots"
    changed(event, "scheduling.assign", f"drew {words} with seed {event.seed}", by=by, redraw=redraw)
    return len(pairs)


def shortage(event: Event, *, wanting: int, free: int) -> str:
    """The counting check in words: how many slots are missing and what would make room."""
    taken = event.slots.filter(pair__isnull=False).count()
    ways = times.ways_out(event.shape, wanted=taken + wanting, zone=event.course.zone)
    missing = wanting - free
    text = f"{wanting} pairs need a slot and {free} are free: {missing} {'is' if missing == 1 else 'are'} missing."
    return " ".join([text, *(f"{sentence}." for sentence, _ in ways)])


@transaction.atomic
def move(event: Event, *, pair_id: int, slot_id: int, revision: int, by: User) -> Move:
    """Put a pair into a slot by hand. Whoever is in it takes the pair's old slot, if it had one."""
    event = locked(event, revision=revision)
    planned = moves.plan(event, pair_id=pair_id, slot_id=slot_id)
    source, target = planned.source, planned.target
    # Both are emptied first: a pair may not be in two slots even for a moment.
    for slot in filter(None, (source, target)):
        Slot.objects.filter(pk=slot.pk).update(pair=None, placed_by="", is_locked=False)
    if source is not None and planned.is_swap:
        Slot.objects.filter(pk=source.pk).update(pair=planned.other, placed_by=target.placed_by)
    Slot.objects.filter(pk=target.pk).update(pair=planned.pair, placed_by=PlacedBy.HAND)
    changed(event, "scheduling.move", planned.phrase(event.course.zone), by=by)
    return planned


@transaction.atomic
def lock(event: Event, *, slot_id: int, revision: int, by: User) -> Slot:
    """Keep a pair where it is, whatever is drawn or moved."""
    event = locked(event, revision=revision)
    slot = _taken(event, slot_id)
    slot.is_locked = True
    slot.save(update_fields=["is_locked"])
    changed(event, "scheduling.lock", f"locked the slot of {slot.pair}", by=by)
    return slot


@transaction.atomic
def unlock(event: Event, *, slot_id: int, revision: int, by: User) -> Slot:
    """Let a pair be moved again."""
    event = locked(event, revision=revision)
    slot = _taken(event, slot_id)
    slot.is_locked = False
    slot.save(update_fields=["is_locked"])
    changed(event, "scheduling.unlock", f"unlocked the slot of {slot.pair}", by=by)
    return slot


@transaction.atomic
def free(event: Event, *, slot_id: int, revision: int, by: User) -> Slot:
    """Take a slot back from the pair that has it."""
    event = locked(event, revision=revision)
    slot = _taken(event, slot_id)
    if slot.is_locked:
        raise Refused(f"The slot of {slot.pair} is locked. Unlock it first.")
    Slot.objects.filter(pk=slot.pk).update(pair=None, placed_by="")
    changed(event, "scheduling.free", f"freed the slot of {slot.pair}", by=by)
    return slot


@transaction.atomic
def excuse(event: Event, *, pair: Pair, revision: int, by: User) -> None:
    """Let a pair take no part in a day; its slot, if it had one, is free again."""
    event = locked(event, revision=revision)
    event.excused.add(pair)
    event.slots.filter(pair=pair).update(pair=None, placed_by="", is_locked=False)
    changed(event, "scheduling.excuse", f"noted that {pair} take no part", by=by)


@transaction.atomic
def include(event: Event, *, pair: Pair, revision: int, by: User) -> None:
    """Let an excused pair take part after all."""
    event = locked(event, revision=revision)
    event.excused.remove(pair)
    changed(event, "scheduling.include", f"noted that {pair} take part", by=by)


def _taken(event: Event, slot_id: int) -> Slot:
    slot = event.slots.with_pair().filter(pk=slot_id).first()
    if slot is None or slot.pair is None:
        raise Stale
    return slot
