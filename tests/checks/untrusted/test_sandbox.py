"""A sandbox is used once, obeys cancel, and is refused where it would not hold."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from apps.checks.sandbox import canary, cgroups, command, seccomp
from apps.checks.sandbox.errors import SandboxUnavailableError
from apps.checks.sandbox.job import Job, Limits
from apps.checks.sandbox.sandbox import Sandbox
from tests.checks.untrusted import sandboxes

pytestmark = [pytest.mark.sandbox, pytest.mark.xdist_group("sandbox")]


def test_the_canary_lives() -> None:
    assert canary.failures(sandboxes.place()) == []


def test_the_canary_lives_where_no_cgroup_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroups, "create", lambda: None)
    assert canary.failures(sandboxes.place()) == []


def test_the_canary_dies_when_a_wall_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "program", lambda: seccomp._return(seccomp.ALLOW))
    told = " ".join(canary.failures(sandboxes.place()))
    assert "can open network sockets" in told
    assert "can trace processes" in told


def test_the_canary_sees_what_is_bound_by_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    real = command._base
    monkeypatch.setattr(command, "_base", lambda place: [*real(place), "--ro-bind", "/etc", "/etc"])
    assert any("can read /etc/passwd" in told for told in canary.failures(sandboxes.place()))


def test_the_canary_sees_secrets_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(command.ENVIRONMENT, "PATH", "/usr/bin")  # a copy of the module's table stays what is allowed
    allowed = dict(command.ENVIRONMENT)
    monkeypatch.setattr(canary, "ENVIRONMENT", allowed)
    monkeypatch.setitem(command.ENVIRONMENT, "REDIS_URL", "redis://:secret@127.0.0.1/0")
    assert any("REDIS_URL" in told for told in canary.failures(sandboxes.place()))


def test_without_bubblewrap_nothing_runs(tmp_path: Path) -> None:
    place = command.Place(sandboxes.CHECK_ENV, sandboxes.SHELF, path=str(tmp_path))
    with pytest.raises(SandboxUnavailableError, match="apt install bubblewrap"):
        Sandbox.start(place, "bare")


def test_where_namespaces_are_denied_nothing_runs(tmp_path: Path) -> None:
    denied = tmp_path / "bwrap"
    denied.write_text(
        '#!/bin/sh\n[ "$1" = --help ] || { echo "bwrap: No permissions to create a new namespace" >&2; exit 1; }\n'
    )
    denied.chmod(0o755)
    place = command.Place(sandboxes.CHECK_ENV, sandboxes.SHELF, path=f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(SandboxUnavailableError, match="refuses user namespaces"):
        Sandbox.start(place, "bare")


def test_a_missing_environment_or_shelf_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SandboxUnavailableError, match="CHECK_ENV"):
        Sandbox.start(command.Place(tmp_path, sandboxes.SHELF), "bare")
    with pytest.raises(SandboxUnavailableError, match="CHECK_SHELF"):
        Sandbox.start(command.Place(sandboxes.CHECK_ENV, tmp_path), "bare")


def test_an_unknown_processor_is_refused() -> None:
    with pytest.raises(SandboxUnavailableError, match="riscv64"):
        seccomp.program("riscv64")
    assert len(seccomp.program("aarch64")) % 8 == 0


def test_cancelled_ends_at_once() -> None:
    cancelled = threading.Event()
    sandbox = Sandbox.start(sandboxes.place(), "bare")
    timer = threading.Timer(0.3, cancelled.set)
    timer.start()
    started = time.monotonic()
    endless = (sandboxes.DATA / "endless.py").read_text()
    report = sandbox.run(Job("endless.py", ((1, endless),), Limits(wall_s=30)), is_cancelled=cancelled.is_set)
    assert report["outcome"] == "cancelled"
    assert report["error"] is None
    assert report["log"] == "started\n"
    assert time.monotonic() - started < 2
    sandboxes.assert_gone(sandbox)


def test_usage_is_measured_from_outside() -> None:
    report = sandboxes.run_bare(
        "import time\nx = bytearray(b'x') * 100_000_000\n"
        "t = time.process_time()\nwhile time.process_time() < t + 0.6: pass"
    )
    usage = report["usage"]
    assert 0.4 <= usage["cpu_s"] <= 2
    assert usage["wall_s"] >= 0.5
    assert 100 <= usage["max_rss_mb"] <= 200


def test_output_before_a_stop_is_kept() -> None:
    report = sandboxes.run_bare("import time\nprint('so far')\ntime.sleep(60)", wall_s=1)
    assert (report["outcome"], report["log"], report["log_truncated"]) == ("timeout", "so far\n", False)
    assert "1 seconds" in report["error"]["message"]


def test_the_log_is_cut_where_it_was_too_long() -> None:
    report = sandboxes.run_bare("while True: print('é' * 100)", output_kb=8)
    assert report["outcome"] == "too_much_output"
    assert report["log_truncated"]
    assert len(report["log"].encode()) <= 8 * 1024 + 3


def test_a_sandbox_goes_with_its_maker() -> None:
    code = (
        f"import os, sys; sys.path.insert(0, {str(sandboxes.CHECKOUT)!r})\n"
        "from tests.checks.untrusted import sandboxes\n"
        "from apps.checks.sandbox.sandbox import Sandbox\n"
        "print(Sandbox.start(sandboxes.place(), 'bare').init_pid, flush=True)\nos.kill(os.getpid(), 9)\n"
    )
    maker = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, timeout=30, check=False)
    pid = int(maker.stdout)
    deadline = time.monotonic() + 3
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    """Whether the process exists and is not merely unburied."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_descriptors_are_given_back() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        sandboxes.run_bare("pass")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
