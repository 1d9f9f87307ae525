"""The agenda as a spreadsheet."""

import csv
import io

from apps.scheduling.models import Event
from apps.scheduling.queries import draft_slots, pair_name, public_titles
from apps.scheduling.times import clock

HEADER = ["Date", "Start", "End", "Time zone", "Room", "Pair", "Proposal", "Locked"]
# Spreadsheets run what begins like this; names and titles are written by students.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def to_csv(event: Event) -> str:
    """The draft, one row per slot, free ones too, in the course's time zone."""
    zone = event.course.zone
    titles = public_titles(event.course)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for slot in draft_slots(event):
        row = [
            f"{slot.starts_at.astimezone(zone):%Y-%m-%d}",
            clock(slot.starts_at, zone),
            clock(slot.ends_at, zone),
            zone.key,
            slot.room.name,
            pair_name(slot.pair) if slot.pair else "",
            titles.get(slot.pair.pk, "") if slot.pair else "",
            "yes" if slot.is_locked else "",
        ]
        writer.writerow([harmless(cell) for cell in row])
    return out.getvalue()


def harmless(cell: str) -> str:
    """`cell` so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA_STARTS) else cell
