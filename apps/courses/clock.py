"""From what a form says, a day and a time in a zone, to a moment."""

import datetime as dt
import zoneinfo

from apps.core.errors import Refused

END_OF_DAY = dt.time(23, 59)


def moment(day: dt.date, time: dt.time, zone: str, *, field: str | None = None) -> dt.datetime:
    """The moment meant by `day` and `time` in `zone`, in UTC; the first one when clocks pass it twice.

    Refused when the clocks skip that time.
    """
    local = dt.datetime.combine(day, time, tzinfo=zoneinfo.ZoneInfo(zone))
    utc = local.astimezone(dt.UTC)
    if utc.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Refused(f"The clocks in {zone} skip {time:%H:%M} on that day.", field=field)
    return utc


def zone_choices(*current: str) -> list[tuple[str, str]]:
    """The zones people live in, for a select; `current` ones are always among them."""
    places = {name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/")}
    return [(name, name.replace("_", " ")) for name in sorted(places | {"UTC"} | set(current))]
