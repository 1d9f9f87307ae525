"""Ringing a worker without depending on it."""

import logging
from typing import Any

from celery import Task
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def ring(task: Task, *args: Any) -> None:
    """Send a task whose work also stands in a row; a broker that is down costs time, not work.

    The row was committed and a sweeper comes by, so the person who saved something must not see an error.
    """
    try:
        task.apply_async(args=args, retry=False)
    except (OperationalError, OSError):
        logger.warning("The broker did not take %s%s; the sweeper will.", task.name, args)
