"""Keep warm sandboxes ready: one is taken, used once and thrown away, and a thread of the pool's own makes the next."""

import logging
import threading
import time
from collections import deque

from apps.checks.sandbox.command import Place
from apps.checks.sandbox.errors import SandboxUnavailableError
from apps.checks.sandbox.sandbox import Sandbox

RETRY_S = 5.0
LOOK_S = 2.0
OUTLIVE_S = 3.0

log = logging.getLogger(__name__)


class Pool:
    """`size` warm sandboxes. One thread makes them all, as long as the pool lives: sandboxes die with their maker."""

    def __init__(self, place: Place, size: int) -> None:
        self.place = place
        self.size = size
        self.reason = ""
        self.environment: dict[str, str] = {}
        self._out: list[Sandbox] = []
        self._ready: deque[Sandbox] = deque()
        self._changed = threading.Condition()
        self._is_closing = False
        self._maker = threading.Thread(target=self._keep_warm, name="sandbox maker", daemon=True)
        self._maker.start()

    def take(self, timeout: float) -> Sandbox:
        """A warm sandbox, which the caller runs or kills. Raises SandboxUnavailableError when none can be had."""
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self.reason or self._is_closing, timeout)
            while self._ready:
                sandbox = self._ready.popleft()
                self._changed.notify_all()
                if sandbox.is_alive():
                    self._out = [one for one in self._out if one.is_alive()] + [sandbox]
                    return sandbox
                sandbox.kill()
        raise SandboxUnavailableError(self.reason or "No sandbox became ready in time: this runner is overloaded.")

    @property
    def warm(self) -> int:
        """How many sandboxes wait for a job."""
        return len(self._ready)

    def close_soon(self) -> None:
        """Stop making sandboxes and let nobody wait for one; `close` then kills those that are left."""
        self._is_closing = True
        # Not a must to get the lock: this is called in a signal handler, and the one who has it looks by itself.
        if self._changed.acquire(timeout=0.1):
            self._changed.notify_all()
            self._changed.release()

    def close(self) -> None:
        """Kill every waiting sandbox and stop making new ones."""
        self.close_soon()
        self._maker.join(timeout=5)
        while self._ready:
            self._ready.popleft().kill()

    def _keep_warm(self) -> None:
        while not self._is_closing:
            with self._changed:
                self._throw_out_the_dead()
                if len(self._ready) >= self.size or self._is_closing:
                    self._changed.wait(LOOK_S)
                    continue
            try:
                sandbox = Sandbox.start(self.place, stop=lambda: self._is_closing)
            except SandboxUnavailableError as error:
                self._fail(str(error))
                continue
            except Exception as error:  # the maker must outlive whatever happens to one sandbox
                log.exception("A sandbox could not be made")
                self._fail(f"A sandbox could not be made: {type(error).__name__}.")
                continue
            with self._changed:
                self.reason = ""
                self.environment = sandbox.environment
                self._ready.append(sandbox)
                self._changed.notify_all()
        self._outlive()

    def _outlive(self) -> None:
        """Stay until those who took sandboxes have ended them: with this thread the kernel would end them first."""
        patience = OUTLIVE_S
        while patience > 0 and any(one.is_alive() for one in self._out):
            time.sleep(0.02)
            patience -= 0.02

    def _throw_out_the_dead(self) -> None:
        for sandbox in [one for one in self._ready if not one.is_alive()]:
            self._ready.remove(sandbox)
            sandbox.kill()

    def _fail(self, reason: str) -> None:
        with self._changed:
            if self._is_closing:
                return
            self.reason = reason
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_closing, RETRY_S)
