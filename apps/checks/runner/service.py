"""What the runner does with one check, and when it takes none."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import redis
from celery import Celery
from celery.exceptions import Reject

from apps.checks.runner import protocol
from apps.checks.runner.app import send
from apps.checks.runner.config import Config
from apps.checks.sandbox.errors import SandboxUnavailableError
from apps.checks.sandbox.job import Job, Limits
from apps.checks.sandbox.pool import Pool

TAKE_S = 240.0
LOOK_FOR_CANCEL_S = 0.2
BACK_OFF_S = 1.0
MOST_CELLS = 2000
MOST_SOURCE = 10 * 1024 * 1024
STOP_S = 2.0
GIVEN_BACK = ("cancelled", "no_result", "system_error")  # what our own stopping may look like

log = logging.getLogger("checks.runner")


class Service:
    """Runs checks in sandboxes of a pool and sends what comes of them."""

    def __init__(self, config: Config, app: Celery, pool: Pool) -> None:
        self.config = config
        self.app = app
        self.pool = pool
        self.is_stopping = threading.Event()
        self.is_paused = threading.Event()
        self.on_trouble: Callable[[], None] = lambda: None
        self._redis = redis.Redis.from_url(config.redis_url, socket_timeout=1, socket_connect_timeout=1)
        self._running = 0
        self._changed = threading.Condition()

    def execute(self, message: Any) -> None:
        """Run one job and send exactly one report, or raise Reject: the message goes back to the queue."""
        with self._changed:
            self._running += 1
        try:
            self._execute(message)
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def stop(self) -> None:
        """Have running jobs killed and given back; waits until they are, for at most STOP_S."""
        self.is_stopping.set()
        self.pool.close_soon()
        with self._changed:
            self._changed.wait_for(lambda: not self._running, STOP_S)

    def _execute(self, message: Any) -> None:
        attempt = str(message.get("attempt", ""))[:100] if isinstance(message, dict) else ""
        try:
            job = read_job(message)
        except (KeyError, TypeError, ValueError) as error:
            log.error("A job could not be read: %s", type(error).__name__)
            self._send_report(
                protocol.empty_report(attempt, "system_error", self.config.name, f"The job could not be read: {error}")
            )
            return
        if self._is_cancelled(attempt):
            self._send_report(protocol.empty_report(attempt, "cancelled", self.config.name, ""))
            return
        report = self._run(attempt, job)
        if self.is_stopping.is_set() and report["outcome"] in GIVEN_BACK:
            raise Reject("the runner is stopping", requeue=True)
        self._send_report(report)
        log.info("Attempt %s: %s in %.1f s", attempt, report["outcome"], report["usage"]["wall_s"])

    def _run(self, attempt: str, job: Job) -> dict[str, Any]:
        """The whole report on a job; gives the message back when there is no sandbox for it."""
        try:
            if self.is_stopping.is_set() or self.is_paused.is_set():
                raise SandboxUnavailableError(self.pool.reason or "The runner takes no checks now.")
            sandbox = self.pool.take(TAKE_S)
        except SandboxUnavailableError as error:
            log.warning("A check goes back to the queue: %s", error)
            self.on_trouble()
            self.is_stopping.wait(BACK_OFF_S)
            raise Reject(str(error), requeue=True) from error
        try:
            send(self.app, protocol.RECORD_PROGRESS, attempt, protocol.RUNNING)
            told = sandbox.run(job, is_cancelled=self._watch_for_cancel(attempt))
        except Exception:
            log.exception("A sandbox failed us")
            sandbox.kill()
            return protocol.empty_report(
                attempt, "system_error", self.config.name, "The sandbox failed; the program is not to blame. Try again."
            )
        return {"attempt": attempt, **told, "runner": self.config.name}

    def _watch_for_cancel(self, attempt: str) -> Callable[[], bool]:
        """A function that is cheap to ask often and asks Redis now and then."""
        next_look = 0.0

        def is_cancelled() -> bool:
            nonlocal next_look
            if self.is_stopping.is_set():
                return True
            now = time.monotonic()
            if now < next_look:
                return False
            next_look = now + LOOK_FOR_CANCEL_S
            return self._is_cancelled(attempt)

        return is_cancelled

    def _is_cancelled(self, attempt: str) -> bool:
        try:
            return bool(self._redis.exists(protocol.cancel_key(attempt)))
        except redis.RedisError:
            return False  # the broker is away: the job goes on, its limits hold anyway

    def _send_report(self, report: dict[str, Any]) -> None:
        try:
            send(self.app, protocol.RECORD_REPORT, report)
        except Exception as error:
            log.error("A report could not be sent (%s); the check goes back to the queue", type(error).__name__)
            raise Reject("the broker took no report", requeue=True) from error


def read_job(message: Any) -> Job:
    """The job in a message; raises KeyError, TypeError or ValueError when it is none."""
    if not isinstance(message["attempt"], str) or not isinstance(message["filename"], str):
        raise TypeError("attempt and filename must be text")
    cells = tuple((int(cell["number"]), str(cell["source"])) for cell in message["cells"])
    if not 1 <= len(cells) <= MOST_CELLS or sum(len(source) for _, source in cells) > MOST_SOURCE:
        raise ValueError("the program has no code cell, or too much of it")
    if not all(0 <= number < 10**6 for number, _ in cells):
        raise ValueError("a cell's number is out of range")
    return Job(message["filename"][:200], cells, Limits.from_dict(message.get("limits") or {}))
