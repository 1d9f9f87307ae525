"""Everything that changes a schedule."""

from apps.scheduling.operations.agenda import assign, excuse, free, include, lock, move, unlock
from apps.scheduling.operations.days import change_day, create_day, delete_day
from apps.scheduling.operations.feeds import close_feed, open_feed
from apps.scheduling.operations.publishing import cancel, publish

__all__ = [
    "assign",
    "cancel",
    "change_day",
    "close_feed",
    "create_day",
    "delete_day",
    "excuse",
    "free",
    "include",
    "lock",
    "move",
    "open_feed",
    "publish",
    "unlock",
]
