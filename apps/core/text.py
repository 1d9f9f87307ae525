"""Text as people paste it, made fit to be kept: without NUL, and with direction marks that end where they began."""

import re

# Controls that reorder what stands around them; in a one-line field they would reorder the page's own words.
_direction = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_words = re.compile(r"\w+(?:['’.\-/]\w+)*")


def plain(text: str) -> str:
    """`text` with newlines as \\n, without NUL characters and lone surrogates. Nothing a person can see is changed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-8", "ignore").decode()


def one_line(text: str) -> str:
    """`text` on one line, trimmed, and without marks that change the direction of writing."""
    return " ".join(_direction.sub("", plain(text)).split())


def count_words(text: str) -> int:
    """How many words a reader would count; Markdown's marks are none."""
    return len(_words.findall(text))
