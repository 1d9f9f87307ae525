"""What changed between two versions, word by word, in bounded time."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

# The matcher looks at every pair of equal tokens, and again for every match. A stretch with more such pairs is shown as
# replaced as a whole; real prose of ten pages stays far below, a pasted "a a a a" does not.
MAX_EQUAL_PAIRS = 80_000

# A word or sign with the space after it: as tokens of their own, spaces would be equal to each other everywhere.
_tokens = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")


@dataclass(frozen=True)
class Piece:
    """A stretch of text: "same", "gone" (only in the old one) or "new" (only in the new one)."""

    kind: str
    text: str


@dataclass(frozen=True)
class SectionDiff:
    """One heading of two versions; the pieces without the gone ones are the new text, without the new the old."""

    title: str
    pieces: list[Piece]

    @property
    def is_changed(self) -> bool:
        return any(piece.kind != "same" for piece in self.pieces)


def compare(old: str, new: str) -> list[Piece]:
    """The pieces that lead from `old` to `new`: lines first, then the words of changed lines."""
    pieces: list[Piece] = []
    for is_same, before, after in _matched(old.splitlines(True), new.splitlines(True)):
        if is_same:
            pieces.append(Piece("same", after))
        else:
            pieces += _words(before, after)
    return _joined(pieces)


def compare_contents(old: dict[str, Any], new: dict[str, Any]) -> list[SectionDiff]:
    """The title, each section and the sources of two contents of versions, in the order of the new one."""
    before, after = _texts(old), _texts(new)
    titles = {key: title for key, (title, _) in (before | after).items()}
    order = [*after, *(key for key in before if key not in after)]
    nothing = ("", "")
    return [SectionDiff(titles[key], compare(before.get(key, nothing)[1], after.get(key, nothing)[1])) for key in order]


def _texts(content: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Key → (title, text) of everything in a content that can change."""
    sources = [f"{row['reference']}: {row['used_for']} ({row['kind'].replace('_', ' ')})" for row in content["sources"]]
    if content["has_no_sources"]:
        sources.append("Nothing was consulted.")
    sections = {f"section:{part['key']}": (part["title"], part["text"]) for part in content["sections"]}
    return {"title": ("Title", content["title"]), **sections, "sources": ("Sources consulted", "\n".join(sources))}


def _words(old: str, new: str) -> Iterator[Piece]:
    for is_same, before, after in _matched(_tokens.findall(old), _tokens.findall(new)):
        if is_same:
            yield Piece("same", after)
        else:
            yield Piece("gone", before)
            yield Piece("new", after)


def _matched(old: list[str], new: list[str]) -> Iterator[tuple[bool, str, str]]:
    """(is the same, old text, new text) of each stretch; what both begin or end with is found without the matcher."""
    start = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    rest = min(len(old), len(new)) - start
    end = next((at for at in range(rest) if old[-1 - at] != new[-1 - at]), rest)
    head, tail = "".join(old[:start]), "".join(old[len(old) - end :])
    yield True, head, head
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    # Compared without the space after them, so that the last word of a line stays the same when more follows.
    old_keys, new_keys = [token.strip() for token in old], [token.strip() for token in new]
    in_old, in_new = Counter(old_keys), Counter(new_keys)
    if sum(count * in_new[token] for token, count in in_old.items()) > MAX_EQUAL_PAIRS:
        yield False, "".join(old), "".join(new)
    else:
        for tag, a, b, c, d in SequenceMatcher(None, old_keys, new_keys, autojunk=False).get_opcodes():
            yield tag == "equal", "".join(old[a:b]), "".join(new[c:d])
    yield True, tail, tail


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Without empty pieces, and neighbours of one kind as one."""
    joined: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if joined and joined[-1].kind == piece.kind:
            joined[-1] = Piece(piece.kind, joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return joined
