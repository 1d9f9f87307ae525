"""The sandbox without torch: runs a job's cells and nothing else. The canary uses it: it starts at once."""

import os
import sys
from typing import Any

from . import failures, frames, limits
from .cells import fresh_main, run_cell, write_cells


def main(result_fd: int) -> None:
    """Speak the same messages as the real harness."""
    limits.apply_at_start()
    sys.stdout.reconfigure(line_buffering=True, errors="replace")
    frames.write_frame(result_fd, {"kind": "ready", "environment": {"name": "bare", "python": sys.version.split()[0]}})
    job = frames.read_frame(0)
    if job is None:
        os._exit(0)
    still_there = os.dup(0)
    limits.apply_at_dispatch(job["limits"])
    cells = write_cells(job["filename"], job["cells"])
    module = fresh_main(cells, is_notebook=False)
    outcome: str = "finished"
    error: dict[str, Any] | None = None
    for cell in cells:
        try:
            run_cell(cell, module, echo=False)
        except BaseException as raised:
            outcome, error = failures.judge(raised, cell, cells, has_traced=False)
            break
    sys.stdout.flush()
    result = {"outcome": outcome, "error": error, "traces": [], "figures": [], "notes": []}
    frames.write_frame(result_fd, {"kind": "result", "nonce": job["nonce"], **result})
    os.read(still_there, 1)
    os._exit(0)
