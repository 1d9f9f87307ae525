"""Run a student's program cell by cell, as real files, so that nnsight and tracebacks can read the source back."""

import ast
import builtins
import re
import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BOX = Path("/box")
ECHO_CHARS = 4000


@dataclass(frozen=True)
class Cell:
    """One cell on disk. `label` is how a traceback names it; `number` is the notebook's own count."""

    number: int
    path: Path
    label: str
    source: str


def write_cells(filename: str, cells: list[dict[str, Any]]) -> list[Cell]:
    """Put the cells into the box; a script keeps its name, a notebook's cells become cell_<number>.py."""
    is_notebook = filename.endswith(".ipynb")
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", Path(filename).name) or "script.py"
    written = []
    for cell in cells:
        number = int(cell["number"])
        path = BOX / (f"cell_{number}.py" if is_notebook else name)
        path.write_text(cell["source"], encoding="utf-8", errors="replace", newline="")
        label = f"cell {number}" if is_notebook else filename
        written.append(Cell(number, path, label, path.read_text(encoding="utf-8")))
    return written


def fresh_main(cells: list[Cell], is_notebook: bool) -> types.ModuleType:
    """A new `__main__`, as a script started by hand or a notebook's kernel would see it."""
    module = types.ModuleType("__main__")
    module.__dict__["__builtins__"] = builtins
    if is_notebook:
        module.__dict__["display"] = _display
    else:
        module.__file__ = str(cells[0].path) if cells else ""
    sys.modules["__main__"] = module
    sys.argv = [str(cells[0].path) if cells else ""]
    sys.path.insert(0, str(BOX))
    return module


def run_cell(cell: Cell, module: types.ModuleType, echo: bool) -> None:
    """Execute one cell in `module`; with `echo` the value of a last expression is shown, as a notebook does."""
    tree = ast.parse(cell.source, filename=str(cell.path))
    last = tree.body.pop() if echo and tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, str(cell.path), "exec"), module.__dict__)
    if last is None or _ends_with_semicolon(cell.source):
        if last is not None:
            exec(compile(ast.Module([last], []), str(cell.path), "exec"), module.__dict__)
        return
    value = eval(compile(ast.Expression(last.value), str(cell.path), "eval"), module.__dict__)
    if value is not None:
        _display(value)


def _ends_with_semicolon(source: str) -> bool:
    return source.rstrip().endswith(";")


def _display(*values: Any, **_options: Any) -> None:
    for value in values:
        text = repr(value)
        print(text if len(text) <= ECHO_CHARS else text[:ECHO_CHARS] + " …")
