"""The sandbox without torch: runs a job's cells and nothing else. The canary uses it: it starts at once."""

import os
import sys
from typing import Any

from . import frames, limits
from .cells import fresh_main, run_cell, write_cells


def main(result_fd: int) -> None:
    """Speak the same messages as the real harness."""
    limits.apply_at_start()
    frames.write_frame(result_fd, {"kind": "ready", "environment": {"name": "bare", "python": sys.version.split()[0]}})
    job = frames.read_frame(0)
    if job is None:
        os._exit(0)
    still_there = os.dup(0)
    limits.apply_at_dispatch(job["limits"])
    error: dict[str, Any] | None = None
    cells = write_cells(job["filename"], job["cells"])
    module = fresh_main(cells, is_notebook=False)
    cell = cells[0]
    try:
        for cell in cells:
            run_cell(cell, module, echo=False)
    except Exception as raised:
        error = {
            "type": type(raised).__name__,
            "message": str(raised)[:1000],
            "cell": cell.number,
            "line": None,
            "traceback": "",
        }
    sys.stdout.flush()
    result = {"outcome": "failed" if error else "finished", "error": error, "traces": [], "figures": [], "notes": []}
    frames.write_frame(result_fd, {"kind": "result", "nonce": job["nonce"], **result})
    os.read(still_there, 1)
    os._exit(0)
