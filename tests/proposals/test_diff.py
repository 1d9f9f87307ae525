"""What changed between two texts: right for every text, and quick for the worst."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.proposals.diff import Piece, compare, compare_contents
from tests.factories.proposals import content

texts = st.lists(st.sampled_from(["the", "tense", " ", "  ", "\n", ".", "verb’s", "語"]), max_size=60).map("".join)


def joined(pieces: list[Piece], *kinds: str) -> str:
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


@given(texts, texts)
def test_the_new_text_can_be_read_from_the_pieces(old: str, new: str) -> None:
    pieces = compare(old, new)
    assert joined(pieces, "same", "new") == new
    assert "".join(joined(pieces, "same", "gone").split()) == "".join(old.split())
    assert compare(old, old) == ([Piece("same", old)] if old else [])


def test_only_the_changed_words_are_marked() -> None:
    assert compare("We look for tense.\nSecond line.", "We look for mood.\nSecond line. More.") == [
        Piece("same", "We look for "),
        Piece("gone", "tense"),
        Piece("new", "mood"),
        Piece("same", ".\nSecond line"),
        Piece("new", ". More"),
        Piece("same", "."),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a b " * 15_000, "b a " * 15_000),
        ("a\n" * 30_000, "b\na\n" * 15_000),
        (" ".join("ab"[i * i % 7 % 2] for i in range(9_000)), " ".join("ab"[i % 3 % 2] for i in range(9_000))),
        ("\n" * 60_000, "x" * 60_000),
    ],
)
def test_the_worst_texts_are_compared_in_bounded_time(old: str, new: str) -> None:
    start = time.monotonic()
    assert joined(compare(old, new), "same", "new") == new
    assert time.monotonic() - start < 5


def test_sections_that_come_and_go() -> None:
    old = content(title="T", concept="Same", timeline="Dropped")
    new = {**content(title="T", concept="Same", impact="Added"), "has_no_sources": False}
    new["sources"] = [{"kind": "language_model", "reference": "A model", "used_for": "style"}]
    found = {section.title: section for section in compare_contents(old, new)}
    assert list(found) == ["Title", "Concept", "Impact", "Sources consulted", "Timeline"]
    assert [title for title, section in found.items() if section.is_changed] == [
        "Impact", "Sources consulted", "Timeline",
    ]  # fmt: skip
    assert found["Timeline"].pieces == [Piece("gone", "Dropped")]
