"""Lines of a notebook that are for Jupyter and not for Python, made into comments. Every line keeps its number."""

import re
from dataclasses import dataclass

# Cell magics whose cell is Python all the same; any other makes the cell a program in something else.
PYTHON_CELLS = {"time", "timeit", "capture", "prun", "python", "python3"}
LINE_MAGIC = re.compile(r"\s*(?:[%!?]|[\w.]+\s*\?{1,2}\s*$|[/,;]\w)")
ASSIGNED = re.compile(r"\s*([\w.]+(?: ?, ?[\w.]+)*)\s*=\s*[%!](?!=)")
LONGEST = 2000  # no magic is longer, and the patterns must not be tried on a megabyte of blanks
OPENING, CLOSING = "([{", ")]}"


@dataclass(frozen=True)
class Skipped:
    """A line that was not run: its number and its text."""

    line: int
    text: str


def comment_out(source: str) -> tuple[str, list[Skipped]]:
    """`source` with magics, shell commands and help requests as comments, and the list of them.

    An indented one becomes `pass  # …`, so that an `if` with nothing else in it still has a body.
    """
    lines = source.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is not None and lines[first].startswith("%%"):
        words = lines[first][2:].split()
        if not words or words[0] not in PYTHON_CELLS:
            lines[first:] = [f"# {line}" if line.strip() else line for line in lines[first:]]
            return "\n".join(lines), [Skipped(first + 1, f"{source.split(chr(10))[first].strip()} (the whole cell)")]
    skipped: list[Skipped] = []
    state = _State()
    is_continued = False
    for index, line in enumerate(lines):
        if is_continued or (state.is_at_start and _is_magic(line)):
            if not is_continued:
                skipped.append(Skipped(index + 1, line.strip()))
            lines[index] = _as_comment(line, is_continued=is_continued)
            is_continued = line.rstrip().endswith("\\")
        else:
            state.read(line)
    return "\n".join(lines), skipped


def _is_magic(line: str) -> bool:
    return len(line) <= LONGEST and bool(LINE_MAGIC.match(line) or ASSIGNED.match(line))


def _as_comment(line: str, *, is_continued: bool) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    text = line.strip()
    assigned = None if is_continued else ASSIGNED.match(line)
    if assigned:
        # Whatever the command would have printed: nothing.
        return f"{indent}{assigned[1]} = []  # {text}"
    return f"{indent}pass  # {text}" if indent and not is_continued else f"{indent}# {text}"


class _State:
    """Follows strings and brackets from line to line, to know where a statement can begin."""

    def __init__(self) -> None:
        self.depth = 0
        self.quote = ""  # the delimiter of an open triple-quoted string
        self.is_continued = False

    @property
    def is_at_start(self) -> bool:
        return not (self.depth or self.quote or self.is_continued)

    def read(self, line: str) -> None:
        position = 0
        self.is_continued = False
        while position < len(line):
            if self.quote:
                position = self._past_string(line, position, self.quote)
                continue
            letter = line[position]
            if letter == "#":
                return
            if letter in "'\"":
                triple = line[position : position + 3]
                self.quote = triple if triple == letter * 3 else letter
                position = self._past_string(line, position + len(self.quote), self.quote)
                continue
            if letter in OPENING:
                self.depth += 1
            elif letter in CLOSING:
                self.depth = max(0, self.depth - 1)
            position += 1
        self.is_continued = not self.quote and line.endswith("\\")

    def _past_string(self, line: str, position: int, quote: str) -> int:
        """The position after the string's end; the end of the line when it goes on or, single-quoted, is broken off."""
        while position < len(line):
            if line[position] == "\\":
                position += 2
            elif line.startswith(quote, position):
                self.quote = ""
                return position + len(quote)
            else:
                position += 1
        if len(quote) == 1:
            self.quote = ""
        return len(line)
