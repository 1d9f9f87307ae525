"""The private address of one's calendar."""

import secrets

from django.db import transaction

from apps.accounts.models import User
from apps.core import audit
from apps.courses.models import Membership
from apps.scheduling.models import CalendarFeed


@transaction.atomic
def open_feed(membership: Membership, *, by: User) -> CalendarFeed:
    """Make the feed's address, or a new one in place of the old, which stops working at once."""
    feed, is_new = CalendarFeed.objects.update_or_create(
        membership=membership, defaults={"token": secrets.token_urlsafe(32)}
    )
    phrase = "made a calendar address" if is_new else "replaced the calendar address"
    audit.record(membership, "scheduling.open_feed", phrase, by=by)
    return feed


@transaction.atomic
def close_feed(membership: Membership, *, by: User) -> None:
    """Make the feed's address stop working."""
    deleted, _ = CalendarFeed.objects.filter(membership=membership).delete()
    if deleted:
        audit.record(membership, "scheduling.close_feed", "removed the calendar address", by=by)
