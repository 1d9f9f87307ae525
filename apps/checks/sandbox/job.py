"""What a sandbox is asked to run, and within which limits."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Limits:
    """Limits of one run: seconds, megabytes, kilobytes and counts. Memory comes on top of what the warm-up uses."""

    wall_s: int = 60
    cpu_s: int = 60
    memory_mb: int = 3072
    output_kb: int = 256
    figures: int = 12
    figure_kb: int = 1024

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Limits":
        """Read limits that came over the wire; unknown names are ignored, nonsense raises ValueError."""
        known = {field.name: values[field.name] for field in fields(cls) if field.name in values}
        for name, value in known.items():
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1_000_000:
                raise ValueError(f"The limit {name} must be a whole number.")
        limits = cls(**known)
        if limits.wall_s < 1 or limits.cpu_s < 1 or limits.memory_mb < 64:
            raise ValueError("The limits wall_s and cpu_s must be at least 1, memory_mb at least 64.")
        return limits


@dataclass(frozen=True)
class Job:
    """A program: a file name and its code cells as (number, source)."""

    filename: str
    cells: tuple[tuple[int, str], ...]
    limits: Limits = Limits()

    def message(self, nonce: str) -> dict[str, Any]:
        """What the harness is told. The nonce comes back with the result, so that only it can have written it."""
        return {
            "nonce": nonce,
            "filename": self.filename,
            "cells": [{"number": number, "source": source} for number, source in self.cells],
            "limits": {field.name: getattr(self.limits, field.name) for field in fields(Limits)},
        }
