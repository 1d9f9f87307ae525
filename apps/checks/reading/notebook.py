"""The code cells of a notebook, nbformat 3 and 4."""

import json
import sys
from typing import Any

from apps.checks.reading.errors import UnreadableError

MOST_CELLS = 2000
DAMAGED = "This notebook is damaged: {reason}. Open it in Jupyter or Colab, save it again, and upload the new file."


def code_cells(text: str) -> list[tuple[int, str]]:
    """(number, source) of each code cell that holds something; cells are numbered among the code cells, from 1."""
    book = _load(text)
    if not isinstance(book, dict):
        raise UnreadableError(DAMAGED.format(reason="it is JSON, but no notebook"))
    _check_language(book)
    found = [_source(cell) for cell in _cells(book) if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    if len(found) > MOST_CELLS:
        raise UnreadableError(f"This notebook has {len(found):,} code cells; a check takes at most {MOST_CELLS:,}.")
    numbered = [(number, source) for number, source in enumerate(found, start=1) if source.strip()]
    if not numbered:
        raise UnreadableError("This notebook has no code in it.")
    return numbered


def _load(text: str) -> Any:
    if not text.strip():
        raise UnreadableError("The file is empty.")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(DAMAGED.format(reason=f"it stops making sense in line {error.lineno}")) from None
    except RecursionError:
        raise UnreadableError(DAMAGED.format(reason="it is nested too deeply")) from None
    except ValueError:
        digits = sys.get_int_max_str_digits()
        raise UnreadableError(DAMAGED.format(reason=f"it has a number of more than {digits} digits")) from None


def _check_language(book: dict[str, Any]) -> None:
    metadata = book.get("metadata")
    kernel = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    language = kernel.get("language") if isinstance(kernel, dict) else None
    if isinstance(language, str) and language and not language.lower().startswith("python"):
        raise UnreadableError(f"This notebook is written in {language[:40]}; checks run Python.")


def _cells(book: dict[str, Any]) -> list[Any]:
    """nbformat 4 has cells, nbformat 3 has them in worksheets."""
    cells = book.get("cells")
    if isinstance(cells, list):
        return cells
    sheets = book.get("worksheets")
    if isinstance(sheets, list):
        nested = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        return [cell for cells in nested if isinstance(cells, list) for cell in cells]
    raise UnreadableError(DAMAGED.format(reason="it has no cells"))


def _source(cell: dict[str, Any]) -> str:
    """The text of a code cell: `source` in nbformat 4, `input` in 3; a text or a list of lines."""
    value = cell.get("source", cell.get("input", ""))
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    raise UnreadableError(DAMAGED.format(reason="a code cell holds something that is no text"))
