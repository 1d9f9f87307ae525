"""The runner's settings, from the environment alone."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

CHECKOUT = Path(__file__).resolve().parents[3]
MOST_SANDBOXES = 64


class ConfigError(ValueError):
    """A setting that cannot be used; the message is one sentence that names it."""


@dataclass(frozen=True)
class Config:
    """Where the broker, the environment and the models are, and how many jobs run at once."""

    redis_url: str
    check_env: Path
    shelf: Path
    sandboxes: int
    name: str
    path: str | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Config":
        """Read REDIS_URL, CHECK_ENV, CHECK_SHELF, RUNNER_SANDBOXES and RUNNER_NAME; raises ConfigError."""
        redis_url = environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
        if urlsplit(redis_url).scheme not in {"redis", "rediss", "unix"}:
            raise ConfigError("REDIS_URL must be the broker's address, such as redis://:password@host:6379/0.")
        sandboxes = environ.get("RUNNER_SANDBOXES", "1")
        if not sandboxes.isascii() or not sandboxes.isdigit() or not 1 <= int(sandboxes) <= MOST_SANDBOXES:
            raise ConfigError(f"RUNNER_SANDBOXES must be a number from 1 to {MOST_SANDBOXES}, not {sandboxes!r}.")
        name = environ.get("RUNNER_NAME") or socket.gethostname()
        if len(name) > 100 or not name.isprintable():
            raise ConfigError("RUNNER_NAME must be a printable name of at most 100 characters.")
        return cls(
            redis_url=redis_url,
            check_env=Path(environ.get("CHECK_ENV") or CHECKOUT / ".check-env").absolute(),
            shelf=Path(environ.get("CHECK_SHELF") or CHECKOUT / "var" / "shelf").absolute(),
            sandboxes=int(sandboxes),
            name=name,
            path=environ.get("PATH"),
        )
