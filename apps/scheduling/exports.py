"""The agenda as a spreadsheet."""

from apps.core import spreadsheets
from apps.scheduling.models import Event
from apps.scheduling.queries import draft_slots, pair_name, public_titles
from apps.scheduling.times import clock

HEADER = ["Date", "Start", "End", "Time zone", "Room", "Pair", "Proposal", "Locked"]


def to_csv(event: Event) -> str:
    """The draft, one row per slot, free ones too, in the course's time zone."""
    zone = event.course.zone
    titles = public_titles(event.course)
    rows = (
        [
            f"{slot.starts_at.astimezone(zone):%Y-%m-%d}",
            clock(slot.starts_at, zone),
            clock(slot.ends_at, zone),
            zone.key,
            slot.room.name,
            pair_name(slot.pair) if slot.pair else "",
            titles.get(slot.pair.pk, "") if slot.pair else "",
            "yes" if slot.is_locked else "",
        ]
        for slot in draft_slots(event)
    )
    return spreadsheets.to_csv(HEADER, rows)
