"""Start a runner: `python -m apps.checks.runner`."""

import logging
import signal
import sys
import time
import warnings
from types import FrameType

from celery import Celery, signals

from apps.checks.runner import protocol
from apps.checks.runner.app import make_app, set_up_log
from apps.checks.runner.config import Config, ConfigError
from apps.checks.runner.monitor import Monitor, status, try_to_send
from apps.checks.runner.service import Service
from apps.checks.sandbox import canary
from apps.checks.sandbox.command import Place
from apps.checks.sandbox.pool import Pool

RETRY_S = 5.0

log = logging.getLogger("checks.runner")


def main() -> int:
    """Prove the sandbox, then take checks until told to stop."""
    try:
        config = Config.from_environment()
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201 -- before there is a log
        return 2
    set_up_log()
    # Nothing is unpickled here and student code runs elsewhere, so root is no worse than anybody.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    place = Place(config.check_env, config.shelf, config.path)
    app = make_app(config)
    wait_for_canary(config, place, app)
    serve(config, place, app)
    return 0


def leave(_number: int, _frame: FrameType | None) -> None:
    """Until Celery listens to signals: unwind, which kills what sandboxes there are, and end well."""
    raise SystemExit(0)


def wait_for_canary(config: Config, place: Place, app: Celery) -> None:
    """Fail closed: return only once the canary lives, and say why it does not."""
    said, said_at = "", 0.0
    while reason := " ".join(canary.failures(place)):
        if reason != said or time.monotonic() - said_at >= protocol.STATUS_EVERY_S:
            log.error("No checks are taken: %s", reason)
            try_to_send(app, status(config, reason=reason, environment={}, warm=0))
            said, said_at = reason, time.monotonic()
        time.sleep(RETRY_S)


def keep_our_log(**_details: object) -> None:
    """Receiving this signal is enough: Celery then leaves logging as `set_up_log` made it."""


def serve(config: Config, place: Place, app: Celery) -> None:
    """Take checks until SIGTERM or SIGINT; leaves no sandbox behind."""
    pool = Pool(place, config.sandboxes)
    service = Service(config, app, pool)
    monitor = Monitor(service, place)
    try:
        take_checks(config, app, service, monitor)
    finally:
        service.stop()
        if monitor.is_alive():
            monitor.join(timeout=2)
            monitor.last_words()
        pool.close()


def take_checks(config: Config, app: Celery, service: Service, monitor: Monitor) -> None:
    """Run Celery's worker; returns after a signal has stopped it."""

    @app.task(name=protocol.EXECUTE)
    def execute(job: object) -> None:
        service.execute(job)

    def shutting_down(**_details: object) -> None:
        # In the signal handler, while the connection to the broker still stands: running jobs are given back on it.
        service.stop()

    signals.worker_shutting_down.connect(shutting_down, weak=False)
    signals.setup_logging.connect(keep_our_log, weak=False)
    worker = app.Worker(
        pool="threads",
        concurrency=config.sandboxes,
        queues=[protocol.CHECKS_QUEUE],
        hostname=f"runner@{config.name}",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    monitor.worker = worker
    monitor.start()
    log.info("Runner %s takes checks, %d at once", config.name, config.sandboxes)
    worker.start()


if __name__ == "__main__":
    sys.exit(main())
