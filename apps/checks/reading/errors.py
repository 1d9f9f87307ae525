"""The one way reading says no."""


class UnreadableError(ValueError):
    """The file cannot be run. `message` is a sentence for its author; `excerpt` the line it is about, or empty.

    `cell` is the number of a notebook's code cell (None for a script), `line` counts from 1 within it.
    """

    def __init__(self, message: str, *, cell: int | None = None, line: int | None = None, excerpt: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cell = cell
        self.line = line
        self.excerpt = excerpt[:300]


def place(cell: int | None, line: int | None) -> str:
    """Where something is, in words: "line 7", "code cell 3, line 7", or "" when nothing is known."""
    words = [f"code cell {cell}"] if cell is not None else []
    words += [f"line {line}"] if line is not None else []
    return ", ".join(words)
