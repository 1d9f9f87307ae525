"""The runner as a process of its own, between a real Redis and the real sandbox."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import Celery
from kombu import Connection

from apps.checks.runner import protocol
from apps.checks.runner.config import Config, ConfigError
from apps.checks.sandbox.processes import sample
from tests.checks.untrusted import sandboxes
from tools.services import Redis

pytestmark = [pytest.mark.sandbox, pytest.mark.xdist_group("sandbox")]

ENDLESS = "import time\nprint('started', flush=True)\nwhile True: time.sleep(0.1)"


class Web:
    """The other side of the protocol: sends jobs, keeps what comes back in order."""

    def __init__(self, url: str) -> None:
        self.app = Celery("web", broker=url, set_as_current=False)
        self.redis = redis.Redis.from_url(url)
        self.connection = Connection(url)
        self.reports = self.connection.SimpleQueue(protocol.REPORTS_QUEUE)

    def close(self) -> None:
        self.reports.close()
        self.connection.close()
        self.app.close()
        self.redis.close()

    def send(self, attempt: str, source: str, **limits: int) -> None:
        job = {"attempt": attempt, "filename": "a.py", "cells": [{"number": 1, "source": source}], "limits": limits}
        self.send_raw(job)

    def send_raw(self, job: Any) -> None:
        self.app.send_task(protocol.EXECUTE, args=[job], queue=protocol.CHECKS_QUEUE, ignore_result=True)

    def next(self, task: str, seconds: float = 60, **fields: Any) -> Any:
        """The arguments of the next such message; those before it are dropped."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                message = self.reports.get(timeout=left)
            except self.reports.Empty:
                break
            message.ack()
            told = message.payload[0]
            if message.headers["task"] != task:
                continue
            if not fields or all(told[0].get(name) == value for name, value in fields.items()):
                return told if task == protocol.RECORD_PROGRESS else told[0]
        raise AssertionError(f"no {task} {fields} within {seconds} s")

    def waiting(self) -> int:
        return int(self.redis.llen(protocol.CHECKS_QUEUE))


class Runner:
    """`python -m apps.checks.runner`, with its log in a file and nothing else in its environment."""

    def __init__(self, url: str, log: Path, **environ: str) -> None:
        self.log = log
        known = {"PATH": os.environ["PATH"], "REDIS_URL": url, "RUNNER_NAME": "tested"}
        known |= {"CHECK_ENV": str(sandboxes.CHECK_ENV), "CHECK_SHELF": str(sandboxes.SHELF)}
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "apps.checks.runner"],
                cwd=sandboxes.CHECKOUT,
                env=known | environ,
                stdout=out,
                stderr=out,
            )

    def stop(self) -> float:
        """SIGTERM; returns the seconds it took to end."""
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return time.monotonic() - started


@pytest.fixture(scope="module")
def broker() -> Iterator[Redis]:
    with Redis() as server:
        yield server


@pytest.fixture(scope="module")
def shared(broker: Redis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Web, Runner]]:
    """One runner for the tests that leave it whole."""
    web = Web(broker.url(1))
    runner = Runner(broker.url(1), tmp_path_factory.mktemp("runner") / "log", RUNNER_SANDBOXES="2")
    yield web, runner
    took = runner.stop()
    web.close()
    assert took < 3
    assert runner.process.returncode == 0


@pytest.fixture
def web(broker: Redis) -> Iterator[Web]:
    """A broker's database of one's own."""
    web = Web(broker.url(2))
    web.redis.flushdb()
    yield web
    web.close()


def test_a_check_from_the_queue_to_its_report(shared: tuple[Web, Runner], broker: Redis) -> None:
    web, runner = shared
    source = (sandboxes.DATA / "logit_lens.py").read_text()
    web.send("token-1", source, wall_s=60)
    assert web.next(protocol.RECORD_PROGRESS) == ["token-1", "running"]
    report = web.next(protocol.RECORD_REPORT)
    assert set(report) == set(protocol.Report.__annotations__)
    assert (report["attempt"], report["outcome"], report["runner"]) == ("token-1", "finished", "tested")
    assert report["traces"][0]["model"] == "openai-community/gpt2"
    status = web.next(protocol.RECORD_RUNNER, state="ready", warm=2)
    assert set(status) == set(protocol.RunnerStatus.__annotations__)
    assert "openai-community/gpt2" in status["models"]
    assert status["environment"]["nnsight"] == "0.8.1"
    log = runner.log.read_text()
    assert "Attempt token-1: finished" in log
    assert "Eiffel" not in log
    assert broker.password not in log


def test_a_check_can_be_cancelled_before_and_while_it_runs(shared: tuple[Web, Runner]) -> None:
    web, _ = shared
    web.redis.set(protocol.cancel_key("early"), 1, ex=60)
    web.send("early", ENDLESS)
    assert web.next(protocol.RECORD_REPORT, attempt="early")["outcome"] == "cancelled"
    web.send("late", ENDLESS)
    assert web.next(protocol.RECORD_PROGRESS) == ["late", "running"]
    web.redis.set(protocol.cancel_key("late"), 1, ex=60)
    assert web.next(protocol.RECORD_REPORT, 3, attempt="late")["outcome"] == "cancelled"


def test_a_message_that_comes_twice_has_two_reports_of_one_attempt(shared: tuple[Web, Runner]) -> None:
    web, _ = shared
    for _ in range(2):
        web.send("twice", "print('once more')")
    for _ in range(2):
        report = web.next(protocol.RECORD_REPORT, attempt="twice")
        assert (report["outcome"], report["log"]) == ("finished", "once more\n")


@pytest.mark.parametrize(
    "job",
    [
        {"attempt": "odd", "filename": "a.py", "cells": []},
        {"attempt": "odd", "filename": 7, "cells": [{"number": 1, "source": ""}]},
        {"attempt": "odd", "filename": "a.py", "cells": [{"number": 1, "source": ""}], "limits": {"wall_s": "long"}},
        {"attempt": "odd"},
    ],
)
def test_a_job_that_cannot_be_read_is_reported_so(shared: tuple[Web, Runner], job: Any) -> None:
    web, _ = shared
    web.send_raw(job)
    report = web.next(protocol.RECORD_REPORT, attempt="odd")
    assert report["outcome"] == "system_error"
    assert report["error"]["message"].startswith("The job could not be read")


def test_without_bubblewrap_the_job_waits_and_the_status_says_why(web: Web, broker: Redis, tmp_path: Path) -> None:
    web.send("waits", "print(1)")
    runner = Runner(broker.url(2), tmp_path / "log", PATH=str(tmp_path))
    try:
        status = web.next(protocol.RECORD_RUNNER, 15)
        assert (status["state"], status["warm"]) == ("unavailable", 0)
        assert status["reason"] == "bubblewrap is not installed on this runner: apt install bubblewrap"
        assert web.waiting() == 1
    finally:
        assert runner.stop() < 3
    assert runner.process.returncode == 0


def test_when_bubblewrap_goes_jobs_wait_and_when_the_runner_goes_they_are_given_back(
    web: Web, broker: Redis, tmp_path: Path
) -> None:
    bwrap = tmp_path / "bwrap"
    bwrap.symlink_to("/usr/bin/bwrap")
    runner = Runner(broker.url(2), tmp_path / "log", PATH=str(tmp_path))
    try:
        web.next(protocol.RECORD_RUNNER, state="ready", warm=1)
        bwrap.unlink()
        web.send("served", "print('by the warm one')")
        assert web.next(protocol.RECORD_REPORT, attempt="served")["outcome"] == "finished"
        web.next(protocol.RECORD_RUNNER, state="unavailable", warm=0)
        web.send("waits", ENDLESS)
        time.sleep(2)
        assert web.waiting() + int(web.redis.hlen("unacked")) == 1
        bwrap.symlink_to("/usr/bin/bwrap")
        web.next(protocol.RECORD_RUNNER, state="ready")
        assert web.next(protocol.RECORD_PROGRESS) == ["waits", "running"]
        family = sample(runner.process.pid).pids
        assert len(family) >= 3
    finally:
        took = runner.stop()
    assert took < 3
    assert web.waiting() == 1
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("REDIS_URL", "amqp://x"), ("RUNNER_SANDBOXES", "0"), ("RUNNER_SANDBOXES", "two"), ("RUNNER_NAME", "a\nb")],
)
def test_a_bad_setting_stops_the_start_with_one_sentence(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        Config.from_environment({name: value})
