"""Ringing a worker without depending on it."""

import logging
import time
from typing import Any

from celery import Task
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

# A broker that did not answer is left alone for a moment: an operation with fifty mails waits for it once.
LEFT_ALONE_S = 5.0
_silent_until = 0.0


def ring(task: Task, *args: Any) -> None:
    """Send a task whose work also stands in a row; a broker that is down costs time, not work.

    The row was committed and a sweeper comes by, so the person who saved something must not see an error.
    """
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        task.apply_async(args=args, retry=False)
    except (OperationalError, OSError):
        _silent_until = time.monotonic() + LEFT_ALONE_S
        logger.warning("The broker did not take %s%s; the sweeper will.", task.name, args)
