"""What runs inside the sandbox: warm up, wait for one job, run it, write one result, vanish.

Started as `python -I -B -c ...` with the number of the result pipe's descriptor; the job comes on standard input.
"""

import gc
import importlib.metadata
import os
import platform
import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

from . import frames, limits

SHELF = Path("/shelf")
EXIT = os._exit  # bound now: Python's normal exit takes a second with torch loaded, and runs a student's atexit
WARM_SOURCE = """\
with model.trace("one two three"):
    saved = model.lm_head.output.save()
with model.trace("one two three", remote="local"):
    saved = model.lm_head.output.save()
"""


def main(result_fd: int) -> None:
    """The whole life of a sandbox."""
    limits.apply_at_start()
    sys.stdout.reconfigure(line_buffering=True, errors="replace")
    sys.stderr.reconfigure(line_buffering=True, errors="replace")
    tools = warm_up()
    frames.write_frame(result_fd, {"kind": "ready", "environment": environment()})
    job = frames.read_frame(0)
    if job is None:
        EXIT(0)
    still_there = os.dup(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.set_inheritable(result_fd, False)
    nonce = job.pop("nonce")
    limits.apply_at_dispatch(job["limits"])
    result = run(job, *tools)
    sys.stdout.flush()
    sys.stderr.flush()
    frames.write_frame(result_fd, {"kind": "result", "nonce": nonce, **result})
    # The runner reads time and memory from outside, while there is something to read, and then ends us.
    os.read(still_there, 1)
    EXIT(0)


def environment() -> dict[str, str]:
    """The versions a student needs to know to have the same at home."""
    versions = {name: importlib.metadata.version(name) for name in ("torch", "nnsight", "transformers")}
    return {"name": f"nnsight {versions['nnsight']}", "python": platform.python_version(), **versions}


def warm_up() -> tuple[Any, Any]:
    """Import everything slow and run one trace, so that a job finds a process that has done it all before."""
    _warm_fonts()
    import torch

    from . import shelf
    from .figures import Figures
    from .recorder import Recorder

    torch.set_num_threads(1)
    on_shelf = shelf.models_on(SHELF)
    random = torch.get_rng_state()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _warm_trace(on_shelf)
    torch.set_rng_state(random)
    recorder = Recorder(shelf.aliases(), on_shelf)
    recorder.install()
    figures = Figures()
    gc.collect()
    gc.freeze()
    return recorder, figures


def _warm_fonts() -> None:
    """Take the font list from the shelf: making it afresh costs a second in every sandbox."""
    target = Path(os.environ["MPLCONFIGDIR"])
    target.mkdir(exist_ok=True)
    for cached in (SHELF / "fonts").glob("fontlist-*.json"):
        shutil.copy(cached, target)


def _warm_trace(on_shelf: list[str]) -> None:
    import linecache

    import nnsight
    from nnsight import LanguageModel
    from nnsight.tracing import globals as caches

    model_id = "openai-community/gpt2"
    if model_id not in on_shelf:
        return
    name = "<warm-up>"
    linecache.cache[name] = (len(WARM_SOURCE), None, WARM_SOURCE.splitlines(keepends=True), name)
    exec(compile(WARM_SOURCE, name, "exec"), {"model": LanguageModel(model_id, device_map="auto")})
    # Nothing of the rehearsal may be left for the performance.
    linecache.cache.pop(name, None)
    caches.SOURCES.clear()
    caches.BLOCKS.clear()
    nnsight.ndif._PULLED_ENV = False


def run(job: dict[str, Any], recorder: Any, figures: Any) -> dict[str, Any]:
    """Run the job's cells and return the claims about what happened."""
    from . import cells as programs
    from . import failures

    wanted = job["limits"]
    is_notebook = job["filename"].endswith(".ipynb")
    cells = programs.write_cells(job["filename"], job["cells"])
    recorder.cells = {str(cell.path): cell for cell in cells}
    figures.install(int(wanted["figures"]), int(wanted["figure_kb"]))
    module = programs.fresh_main(cells, is_notebook)
    outcome, error = "finished", None
    for cell in cells:
        figures.cell = cell.number
        try:
            programs.run_cell(cell, module, echo=is_notebook)
            figures.keep_open()
        except BaseException as raised:
            outcome, error = failures.judge(raised, cell, cells, has_traced=bool(recorder.traces))
            break
    return {
        "outcome": outcome,
        "error": error,
        "traces": recorder.traces,
        "figures": figures.kept,
        "notes": recorder.notes + figures.notes,
    }
