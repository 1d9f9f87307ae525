"""One sandbox: started, warmed, given one job, and gone. Everything here is bounded in time and size."""

import contextlib
import ctypes
import json
import os
import secrets
import select
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from apps.checks.sandbox import cgroups, command, seccomp
from apps.checks.sandbox.errors import SandboxUnavailableError
from apps.checks.sandbox.job import Job
from apps.checks.sandbox.pipes import FrameReader, Tail, close_all
from apps.checks.sandbox.run import Run

WARM_UP_S = 180
SET_UP_S = 20
REAP_S = 3
PR_SET_CHILD_SUBREAPER = 36


@dataclass
class Sandbox:
    """A process tree under bubblewrap that waits for its one job. Make it with `Sandbox.start`."""

    process: subprocess.Popen[bytes]
    job_fd: int
    block_fd: int
    log: Tail
    frames: FrameReader
    status: Tail
    cgroup: cgroups.Cgroup | None
    init_pid: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    _is_gone: bool = False

    @classmethod
    def start(
        cls, place: command.Place, module: str = "main", *, stop: Callable[[], bool] = lambda: False
    ) -> "Sandbox":
        """Start and warm a sandbox; returns when it is ready for a job.

        Must be called from a thread that outlives the sandbox: the kernel kills it with the thread that made it.
        Raises SandboxUnavailableError with a sentence that says what to do.
        """
        command.find_bwrap(place)
        _adopt_orphans()
        sandbox = _spawn(place, module)
        try:
            sandbox._set_up()
            sandbox._warm_up(stop)
        except BaseException:
            sandbox.kill()
            raise
        return sandbox

    def run(self, job: Job, *, is_cancelled: Callable[[], bool] = lambda: False) -> dict[str, Any]:
        """Run the job and return the report's part that is known here; always within wall_s + 2 seconds."""
        try:
            return Run(self, job, secrets.token_hex(16), is_cancelled).report()
        finally:
            self.kill()

    def is_alive(self) -> bool:
        """Whether the waiting sandbox still stands."""
        return not self._is_gone and self.process.poll() is None

    def exit_code(self) -> int | None:
        """How the program ended, as a shell counts (128 + signal); None when it still runs or was never started."""
        self.status.read()
        for line in self.status.text().splitlines():
            with contextlib.suppress(ValueError):
                if "exit-code" in (told := json.loads(line)):
                    return int(told["exit-code"])
        return None

    def kill(self) -> None:
        """End everything in the sandbox, reap it and give back what it held. Safe to call twice."""
        if self._is_gone:
            return
        self._is_gone = True
        # The namespace's first process dies, the kernel kills all others with it; bubblewrap reaps it and ends.
        if self.init_pid and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.init_pid, signal.SIGKILL)
        try:
            self.process.wait(timeout=1 if self.init_pid else 0.01)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=10)
        self._reap()
        close_all(self.job_fd, self.block_fd, self.log.descriptor, self.frames.descriptor, self.status.descriptor)
        if self.cgroup is not None:
            self.cgroup.remove()

    def _reap(self) -> None:
        """Wait for the first process where bubblewrap left it to us, as it does when the program ended by itself."""
        deadline = time.monotonic() + REAP_S
        while self.init_pid and time.monotonic() < deadline:
            try:
                if os.waitpid(self.init_pid, os.WNOHANG)[0]:
                    return
                os.kill(self.init_pid, signal.SIGKILL)
            except (ChildProcessError, ProcessLookupError):
                return
            time.sleep(0.002)

    def _set_up(self) -> None:
        """Learn the first process's number, put it into its cgroup, let it go on."""
        deadline = time.monotonic() + SET_UP_S
        while not self.init_pid:
            self._wait((self.status.descriptor, self.log.descriptor), deadline)
            self.log.read()
            ended = not self.status.read()
            for line in self.status.text().splitlines():
                with contextlib.suppress(ValueError):
                    self.init_pid = self.init_pid or int(json.loads(line).get("child-pid", 0))
            if ended and not self.init_pid:
                raise SandboxUnavailableError(self._why())
        if self.cgroup is not None:
            try:
                self.cgroup.add(self.init_pid)
            except OSError:
                self.cgroup.remove()
                self.cgroup = None
        with contextlib.suppress(BrokenPipeError):  # it died meanwhile: the warm-up will say why
            os.write(self.block_fd, b".")

    def _warm_up(self, stop: Callable[[], bool]) -> None:
        """Wait for the harness to say that it is ready."""
        deadline = time.monotonic() + WARM_UP_S
        while True:
            self._wait((self.frames.descriptor, self.log.descriptor, self.status.descriptor), deadline)
            self.log.read()
            self.frames.read()
            message = self.frames.take()
            if message is not None:
                break
            if stop():
                raise SandboxUnavailableError("The runner is stopping.")
            if self.frames.has_ended or self.exit_code() is not None:
                raise SandboxUnavailableError(self._why())
        told = json.loads(message)
        self.environment = {str(name): str(value) for name, value in told["environment"].items()}
        self.log.clear()

    def _wait(self, descriptors: tuple[int, ...], deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise SandboxUnavailableError(
                f"A sandbox did not become ready in {WARM_UP_S} seconds: this runner is overloaded."
            )
        select.select(descriptors, [], [], min(left, 0.2))

    def _why(self) -> str:
        """Turn bubblewrap's last words into a sentence a person can act on."""
        self.log.read()
        words = " ".join(self.log.text().split())[-300:]
        lower = words.lower()
        if "namespace" in lower or "uid map" in lower or "operation not permitted" in lower:
            return (
                "This runner's kernel refuses user namespaces, which the sandbox needs: on Ubuntu allow bwrap "
                f"in AppArmor, in a container start it with user namespaces allowed. bubblewrap says: {words}"
            )
        if "seccomp" in lower:
            return f"This runner's kernel refuses the system-call filter (seccomp). bubblewrap says: {words}"
        return f"The sandbox could not be started on this runner: {words or 'it ended without a word'}"


@lru_cache
def _adopt_orphans() -> None:
    """Have what bubblewrap leaves behind become our child: not every PID 1 buries the dead."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _spawn(place: command.Place, module: str) -> Sandbox:
    """Start bubblewrap with pipes for the job, the log, the result and its own status."""
    ours: list[int] = []
    theirs: list[int] = []

    def pipe(*, we_read: bool) -> tuple[int, int]:
        read, write = os.pipe()
        ours.append(read if we_read else write)
        theirs.append(write if we_read else read)
        return ours[-1], theirs[-1]

    try:
        job, stdin = pipe(we_read=False)
        block, block_inside = pipe(we_read=False)
        log, stdout = pipe(we_read=True)
        result, result_inside = pipe(we_read=True)
        status, status_inside = pipe(we_read=True)
        filter_fd = _filter_pipe()
        theirs.append(filter_fd)
        arguments = command.build(
            place,
            module,
            result_fd=result_inside,
            seccomp_fd=filter_fd,
            status_fd=status_inside,
            block_fd=block_inside,
        )
        process = _popen(arguments, stdin, stdout, (result_inside, status_inside, block_inside, filter_fd))
    except BaseException as error:
        close_all(*ours)
        if isinstance(error, OSError):
            raise SandboxUnavailableError(f"bubblewrap cannot be started on this runner: {error}") from error
        raise
    finally:
        close_all(*theirs)
    return Sandbox(process, job, block, Tail(log), FrameReader(result), Tail(status), cgroups.create())


def _popen(arguments: list[str], stdin: int, output: int, passed: tuple[int, ...]) -> subprocess.Popen[bytes]:
    """bubblewrap, in a session of its own so that a Ctrl-C in the terminal is not its business."""
    return subprocess.Popen(
        arguments,
        stdin=stdin,
        stdout=output,
        stderr=output,
        env={},  # --clearenv alone leaves ours to be read in /proc/1/environ
        cwd="/",
        pass_fds=passed,
        start_new_session=True,
    )


def _filter_pipe() -> int:
    """A pipe that holds the system-call filter; every sandbox needs one of its own, since reading empties it."""
    read, write = os.pipe()
    try:
        os.write(write, seccomp.program())
    finally:
        os.close(write)
    return read
