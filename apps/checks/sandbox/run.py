"""Watch one job from dispatch to its end. Everything in it that came from inside is checked by `claims`."""

import json
import os
import select
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from apps.checks.sandbox import cgroups, claims, processes, strict
from apps.checks.sandbox.job import Job
from apps.checks.sandbox.pipes import frame, write_some

if TYPE_CHECKING:
    from apps.checks.sandbox.sandbox import Sandbox

TICK_S = 0.1
FRAME_BYTES = 4 * 1024 * 1024  # traces, error and notes; figures come on top
TASKS = 200  # processes and threads, where no cgroup counts them
MEGABYTE = 1024 * 1024
KILLED, OUT_OF_TIME = 137, 152  # 128 + SIGKILL, 128 + SIGXCPU

Verdict = tuple[str, dict[str, Any] | None]


class Run:
    """One job in one warm sandbox."""

    def __init__(self, sandbox: "Sandbox", job: Job, nonce: str, is_cancelled: Callable[[], bool]) -> None:
        self.sandbox = sandbox
        self.job = job
        self.limits = job.limits
        self.nonce = nonce
        self.is_cancelled = is_cancelled
        self.claim: dict[str, Any] | None = None
        self.notes: list[str] = []
        self.peak_bytes = 0
        self.cpu_s = 0.0
        self._unsent = memoryview(frame(json.dumps(job.message(nonce)).encode()))

    def report(self) -> dict[str, Any]:
        """Run to the end and say how it ended."""
        sandbox, limits = self.sandbox, self.limits
        sandbox.log.most = limits.output_kb * 1024
        sandbox.frames.most = FRAME_BYTES + limits.figures * limits.figure_kb * 1024 * 4 // 3
        if sandbox.cgroup is not None:
            sandbox.cgroup.allow_memory(limits.memory_mb)
        before = processes.sample(sandbox.init_pid)
        self.peak_bytes = self._first_bytes = before.rss_bytes
        self._first_cpu = before.cpu_s
        started = time.monotonic()
        outcome = self._watch(started + limits.wall_s)
        wall = time.monotonic() - started
        self._sample(is_last=True)
        sandbox.log.drain()
        if outcome == "finished" and self.claim is not None:
            outcome = self.claim["outcome"]
        kept = self.claim or {}
        return {
            "outcome": outcome,
            "traces": kept.get("traces", []),
            "error": kept.get("error") or self._error(outcome),
            "log": strict.clean(sandbox.log.text()),
            "log_truncated": sandbox.log.is_full,
            "figures": kept.get("figures", []),
            "usage": {
                "wall_s": round(wall, 3),
                "cpu_s": round(self.cpu_s, 3),
                "max_rss_mb": round(self.peak_bytes / MEGABYTE, 1),
            },
            "environment": sandbox.environment,
            "notes": [*kept.get("notes", []), *self.notes],
        }

    def _watch(self, deadline: float) -> str:
        """Move bytes until something ends the run; returns the outcome, "finished" when a result came."""
        sandbox = self.sandbox
        os.set_blocking(sandbox.job_fd, False)
        next_look = 0.0
        while True:
            now = time.monotonic()
            if now >= deadline:
                return "timeout"
            if now >= next_look:
                next_look = now + TICK_S
                if self.is_cancelled():
                    return "cancelled"
                if (trouble := self._trouble()) is not None:
                    return trouble
            self._move(min(TICK_S, deadline - now))
            if sandbox.log.is_full:
                return "too_much_output"
            if (ended := self._take_result()) is not None:
                return ended

    def _move(self, patience: float) -> None:
        """Wait for bytes and move them."""
        sandbox = self.sandbox
        read = [tail.descriptor for tail in (sandbox.log, sandbox.frames, sandbox.status) if not tail.has_ended]
        write = [sandbox.job_fd] if self._unsent else []
        readable, writable, _ = select.select(read, write, [], patience)
        if writable:
            self._unsent = write_some(sandbox.job_fd, self._unsent)
        if sandbox.log.descriptor in readable:
            sandbox.log.read()
        if sandbox.frames.descriptor in readable:
            sandbox.frames.read()

    def _take_result(self) -> str | None:
        """ "finished" with a valid claim, the outcome of a death without one, None while it runs."""
        sandbox = self.sandbox
        payload = sandbox.frames.take()
        if payload is None and not sandbox.frames.is_garbage:
            code = sandbox.exit_code()
            if code is None and sandbox.process.poll() is None:
                return None
            sandbox.frames.read()  # written just before the end
            payload = sandbox.frames.take()
            if payload is None and not sandbox.frames.is_garbage:
                return self._cause_of_death(code)
        try:
            if payload is None:
                raise strict.ClaimError("not a message")
            claim = strict.read(payload)
            if claim.get("kind") != "result" or claim.get("nonce") != self.nonce:
                raise strict.ClaimError("not written by the harness")
            claim = claims.check(claim, self.limits)
            if sandbox.frames.has_more:
                raise strict.ClaimError("more than one result")
        except strict.ClaimError as error:
            self.notes.append(f"The program wrote into the channel of the result: {error}.")
            return "no_result"
        self.claim = claim
        return "finished"

    def _cause_of_death(self, code: int | None) -> str:
        """The outcome of a program that is gone without a result."""
        sandbox = self.sandbox
        if sandbox.cgroup is not None and sandbox.cgroup.was_out_of_memory():
            return "out_of_memory"
        self._sample()
        if code == OUT_OF_TIME or (code == KILLED and self.cpu_s >= self.limits.cpu_s):
            self.notes.append(f"The program used its {self.limits.cpu_s} seconds of processor time.")
            return "timeout"
        if code is not None and code > 128:
            self.notes.append(f"The program was ended by signal {code - 128} before it could report.")
        else:
            self.notes.append("The program ended its own process before it could report.")
        return "no_result"

    def _trouble(self) -> str | None:
        """The watchdog: too much memory or too many processes, seen from outside."""
        seen = self._sample()
        if self.sandbox.cgroup is not None:
            return None
        if seen.tasks > TASKS:
            self.notes.append(f"The program started more than {TASKS} processes and threads.")
            return "out_of_memory"
        most = self._first_bytes + (self.limits.memory_mb + cgroups.SLACK_MB) * MEGABYTE
        if seen.rss_bytes > most and processes.proportional_bytes(seen.pids) > most:
            return "out_of_memory"
        return None

    def _sample(self, *, is_last: bool = False) -> processes.Sample:
        seen = processes.sample(self.sandbox.init_pid)
        peak = processes.high_water_bytes(seen.pids) if is_last else 0
        self.peak_bytes = max(self.peak_bytes, seen.rss_bytes, peak)
        self.cpu_s = max(self.cpu_s, seen.cpu_s - self._first_cpu)
        return seen

    def _error(self, outcome: str) -> dict[str, Any] | None:
        """A sentence for outcomes that no exception in the program explains."""
        limits = self.limits
        messages = {
            "timeout": f"The program was stopped after {limits.wall_s} seconds.",
            "out_of_memory": f"The program needed more than the {limits.memory_mb} MB of memory it may use.",
            "too_much_output": f"The program printed more than {limits.output_kb} KB and was stopped.",
            "no_result": "The program ended before it had a result.",
        }
        if outcome not in messages:
            return None
        return {"type": outcome, "message": messages[outcome], "cell": None, "line": None, "traceback": ""}
