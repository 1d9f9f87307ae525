"""From an uploaded file to the cells that are run."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from apps.checks.reading import magics, notebook, syntax
from apps.checks.reading.errors import UnreadableError
from apps.checks.reading.text import decode_json, decode_script, tidy
from apps.core import keys

MOST_CODE = 1024 * 1024


@dataclass(frozen=True)
class Program:
    """What can be run. `cells` are {"number", "source"}; `masked` and `skipped` say what was changed, and where."""

    is_notebook: bool
    cells: list[dict[str, Any]]
    masked: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        """The same for the same code, whatever the file's name, metadata and outputs."""
        return hashlib.sha256(json.dumps(self.cells, sort_keys=True).encode()).hexdigest()


def read(filename: str, data: bytes | str) -> Program:
    """The program in an uploaded file (bytes) or in pasted text (str). Raises UnreadableError."""
    if not data.strip():
        raise UnreadableError("There is no code in it: the file is empty.")
    is_notebook = filename.lower().endswith(".ipynb") or _looks_like_notebook(data)
    if is_notebook:
        text = data if isinstance(data, str) else decode_json(data)
        cells = notebook.code_cells(text.removeprefix("\ufeff"))
    else:
        cells = [(1, data if isinstance(data, str) else decode_script(data))]
    if sum(len(source) for _, source in cells) > MOST_CODE:
        raise UnreadableError("This is more than 1 MB of code. Leave data out of the program, and load or compute it.")
    return _program(cells, is_notebook=is_notebook)


def _program(cells: list[tuple[int, str]], *, is_notebook: bool) -> Program:
    program = Program(is_notebook, [])
    for number, raw in cells:
        source, masked = keys.mask(tidy(raw))
        program.masked.extend({"cell": number, "line": one.line, "kind": one.kind} for one in masked)
        if is_notebook:
            source, skipped = magics.comment_out(source)
            program.skipped.extend({"cell": number, "line": one.line, "text": one.text[:200]} for one in skipped)
        syntax.check(source, cell=number if is_notebook else None)
        program.cells.append({"number": number, "source": source})
    return program


def _looks_like_notebook(data: bytes | str) -> bool:
    """A notebook under another name, or pasted whole: JSON that names cells at its beginning."""
    start = data[:4096].decode("utf-8", "ignore") if isinstance(data, bytes) else data[:4096]
    return start.lstrip("\ufeff \t\r\n").startswith("{") and any(
        word in start for word in ('"cells"', '"nbformat"', '"worksheets"')
    )
