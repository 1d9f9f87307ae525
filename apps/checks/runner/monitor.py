"""Tell the web how this runner is, and take no checks while its sandboxes do not work."""

import logging
import threading
from typing import Any

from celery import Celery

from apps.checks.runner import protocol
from apps.checks.runner.app import send
from apps.checks.runner.config import Config
from apps.checks.runner.service import Service
from apps.checks.sandbox import canary
from apps.checks.sandbox.command import Place

LOOK_S = 0.5

log = logging.getLogger("checks.runner")


def models_on(config: Config) -> list[str]:
    """The ids of the models on the shelf, aliases left out."""
    folders = (config.shelf / "hub").glob("models--*") if config.shelf.is_dir() else ()
    return sorted(one.name.removeprefix("models--").replace("--", "/") for one in folders if not one.is_symlink())


def status(config: Config, *, reason: str, environment: dict[str, str], warm: int) -> dict[str, Any]:
    """The message for RECORD_RUNNER."""
    return {
        "name": config.name,
        "state": protocol.UNAVAILABLE if reason else protocol.READY,
        "reason": reason,
        "environment": environment,
        "warm": warm,
        "sandboxes": config.sandboxes,
        "models": models_on(config),
    }


def try_to_send(app: Celery, told: dict[str, Any]) -> None:
    """Send a status; a broker that is away is no reason to stop."""
    try:
        send(app, protocol.RECORD_RUNNER, told)
    except Exception as error:  # noqa: BLE001 -- whatever the broker's library raises, the next status comes in seconds
        log.warning("The status could not be sent: %s", type(error).__name__)


class Monitor(threading.Thread):
    """Watches the pool: pauses the queue when sandboxes fail, resumes when the canary lives again, reports both."""

    def __init__(self, service: Service, place: Place) -> None:
        super().__init__(name="monitor", daemon=True)
        self.service = service
        self.place = place
        self.worker: Any = None
        self._wake = threading.Event()
        self._reason = ""
        service.on_trouble = self._wake.set

    def run(self) -> None:
        """Look twice a second, send every STATUS_EVERY_S and on change."""
        service, last, rest = self.service, None, 0.0
        while not service.is_stopping.is_set():
            self._look()
            told = self._status()
            rest -= LOOK_S
            if told != last or rest <= 0:
                try_to_send(service.app, told)
                last, rest = told, float(protocol.STATUS_EVERY_S)
            self._wake.wait(LOOK_S)
            self._wake.clear()

    def last_words(self) -> None:
        """Say that the runner has stopped."""
        told = self._status()
        told.update(state=protocol.UNAVAILABLE, reason="The runner was stopped.", warm=0)
        try_to_send(self.service.app, told)

    def _status(self) -> dict[str, Any]:
        pool = self.service.pool
        return status(self.service.config, reason=self._reason, environment=pool.environment, warm=pool.warm)

    def _look(self) -> None:
        """Keep the queue paused exactly while sandboxes cannot be made."""
        service = self.service
        reason = service.pool.reason
        if not reason and service.is_paused.is_set():
            reason = " ".join(canary.failures(self.place))
        self._reason = reason
        if reason and not service.is_paused.is_set():
            log.error("No checks are taken: %s", reason)
            service.is_paused.set()
            self._tell_consumer("cancel_task_queue")
        elif not reason and service.is_paused.is_set():
            log.info("Checks are taken again")
            service.is_paused.clear()
            self._tell_consumer("add_task_queue")

    def _tell_consumer(self, verb: str) -> None:
        consumer = getattr(self.worker, "consumer", None)
        if consumer is not None:
            consumer.call_soon(getattr(consumer, verb), protocol.CHECKS_QUEUE)
