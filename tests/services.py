"""A pytest plugin: PostgreSQL and Redis for one run of the suite, and a loud word on tests that could not run.

DATABASE_URL and REDIS_URL in the environment win over both servers.
"""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tools import environment
from tools.paths import CHECK_ENV, SHELF, VAR
from tools.services import Postgres, Redis, Server

RUNNING: list[Server] = []
NOT_RUN = "not run: "
# Tests that start processes of their own share one worker of xdist: two at once would starve each other.
PROCESSES = {"browser", "sandbox"}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """Before Django reads its settings; workers of xdist inherit the environment and start nothing."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _environment_of_tests()
        _start_servers()
    try:
        return (yield)
    except BaseException:  # settings or models that cannot be loaded: pytest ends here, without unconfiguring
        stop_servers()
        raise


def _environment_of_tests() -> None:
    """Settings that the whole suite has in common; each test changes what it is about."""
    for name in ("EMAIL_URL", "SITE_URL", "ALLOWED_HOSTS", "DEBUG"):
        os.environ.pop(name, None)
    # Nothing is ever collected into it, but a folder that is missing is a warning, and warnings are errors here.
    static = VAR / "static"
    static.mkdir(parents=True, exist_ok=True)
    os.environ["STATIC_ROOT"] = str(static)
    os.environ["DEMO"] = "1"  # static files are served where they are, without collecting them first
    os.environ["SECRET_KEY"] = "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz"


def _start_servers() -> None:
    if "DATABASE_URL" not in os.environ:
        postgres = Postgres()
        RUNNING.append(postgres)
        postgres.start()
        os.environ["DATABASE_URL"] = postgres.url("courseproj")
    if "REDIS_URL" not in os.environ:
        redis = Redis()
        RUNNING.append(redis)
        redis.start()
        os.environ["REDIS_URL"] = redis.url()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Also after Ctrl-C; of a killed run the kernel takes care."""
    stop_servers()


def stop_servers() -> None:
    """Stop what was started here."""
    while RUNNING:
        RUNNING.pop().stop()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """In the controller of xdist: every worker has a Redis database of its own, as it has one of PostgreSQL."""
    number = int(node.workerinput["workerid"].removeprefix("gw")) + 1
    url = os.environ["REDIS_URL"].rsplit("/", 1)[0]
    channel = node.gateway.remote_exec("import os; os.environ['REDIS_URL'] = channel.receive()")
    channel.send(f"{url}/{number}")
    channel.waitclose()


def missing() -> dict[str, str]:
    """For each mark whose tests cannot run on this machine, why not."""
    found = {}
    if not shutil.which("bwrap"):
        found["sandbox"] = "bubblewrap is missing: sudo apt install bubblewrap"
    elif not (CHECK_ENV / ".built-from").is_file() or not (SHELF / "hub").is_dir():
        found["sandbox"] = "the check environment is not built: make setup"
    if environment.browser_path() is None:
        found["browser"] = "there is no Chromium: sudo apt install chromium"
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what cannot run, group what starts processes, and begin with that group, which takes longest.

    Tests of the browser stand together: their site and their browser end with the last of them, and so does the
    event loop of Playwright, beside which Django would refuse to touch the database.
    """
    without = missing()
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        for name in marks & set(without):
            item.add_marker(pytest.mark.skip(reason=NOT_RUN + without[name]))
        if marks & PROCESSES and "xdist_group" not in marks:
            item.add_marker(pytest.mark.xdist_group("sandbox"))
    items.sort(key=lambda item: (not item.get_closest_marker("xdist_group"), not item.get_closest_marker("browser")))


def _not_run(reporter: Any) -> list[str]:
    """The reasons of the tests that could not run, one for each test."""
    reasons = [str(report.longrepr[2]) for report in reporter.stats.get("skipped", []) if report.longrepr]
    return [reason.split(NOT_RUN, 1)[1] for reason in reasons if NOT_RUN in reason]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly what was not run: a green line must not hide it."""
    if reasons := _not_run(terminalreporter):
        terminalreporter.section("NOT RUN", sep="!", red=True, bold=True)
        for reason in sorted(set(reasons)):
            terminalreporter.line(f"Tests NOT RUN: {reasons.count(reason)} ({reason})", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where CI=true, a test that could not run is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI", "").lower() in {"1", "true"} and exitstatus == 0 and reporter and _not_run(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
