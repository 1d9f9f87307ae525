"""How every change of a day begins and ends: nobody writes over what they have not seen."""

from typing import Any

from apps.accounts.models import User
from apps.core import audit
from apps.core.errors import Refused, Stale
from apps.scheduling.models import Event


def locked(event: Event, *, revision: int) -> Event:
    """The day as it is now, nobody else changing it; Stale when it is not the one that was looked at."""
    found = Event.objects.select_for_update(of=("self",)).select_related("course").filter(pk=event.pk).first()
    if found is None or found.revision != revision:
        raise Stale
    if found.is_cancelled:
        raise Refused("This day was called off; it cannot be changed any more.")
    return found


def changed(event: Event, verb: str, summary: str, *, by: User, **data: Any) -> None:
    """Write a change of the draft down. Students do not see it: to them a draft does not exist."""
    event.revision += 1
    event.save()
    audit.record(event, verb, summary, by=by, staff_only=True, revision=event.revision, **data)
