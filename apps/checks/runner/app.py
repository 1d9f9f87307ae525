"""The runner's Celery app: one queue in, one queue out, JSON only, and a log without jobs or passwords."""

import logging
from typing import Any

from celery import Celery
from celery.exceptions import Reject
from kombu import Queue

from apps.checks.runner import protocol
from apps.checks.runner.config import Config

PUBLISH_RETRIES = {"max_retries": 5, "interval_start": 0.1, "interval_step": 0.5, "interval_max": 2}


def make_app(config: Config) -> Celery:
    """A Celery app that takes checks one by one and keeps a message until its report is sent."""
    app = Celery("checks-runner", broker=config.redis_url, set_as_current=False)
    transport = {
        "visibility_timeout": protocol.VISIBILITY_TIMEOUT_S,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
    }
    app.conf.update(
        accept_content=["json"],
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=transport,
        result_backend=None,
        task_acks_late=True,
        task_acks_on_failure_or_timeout=False,
        task_create_missing_queues=False,
        task_default_queue=protocol.CHECKS_QUEUE,
        task_ignore_result=True,
        task_publish_retry_policy=PUBLISH_RETRIES,
        task_queues=[Queue(protocol.CHECKS_QUEUE), Queue(protocol.REPORTS_QUEUE)],
        task_reject_on_worker_lost=True,
        task_serializer="json",
        timezone="UTC",
        visibility_timeout=protocol.VISIBILITY_TIMEOUT_S,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
        worker_redirect_stdouts=False,
    )
    return app


def send(app: Celery, name: str, *arguments: Any) -> None:
    """Tell the web something. The arguments are not written into the message's headers, which tools like to print."""
    app.send_task(
        name, args=arguments, queue=protocol.REPORTS_QUEUE, argsrepr="(…)", kwargsrepr="{}", ignore_result=True
    )


class Discretion(logging.Filter):
    """Celery prints the body of a message it cannot read, and a traceback for a message that goes back to the queue.

    A student's program is nothing for a log, and giving back is no error.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten such records to one line; all pass."""
        if record.name.startswith("celery.worker.consumer") and "body" in str(record.msg).lower():
            record.msg, record.args = "A message that is no check was thrown away.", ()
            record.exc_info = record.exc_text = None
        if record.exc_info and isinstance(record.exc_info[1], Reject):
            record.exc_info = record.exc_text = None
        return True


def set_up_log() -> None:
    """One line per event on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("{asctime} {levelname} {name}: {message}", style="{"))
    handler.addFilter(Discretion())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("kombu").setLevel(logging.WARNING)
