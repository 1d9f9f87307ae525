"""Reading what a page was asked for."""

from collections.abc import Iterable

from apps.core.text import one_line


def keys(values: Iterable[str]) -> list[int]:
    """What can be the key of a row, each once and in their order; what else was sent is ignored.

    One value may hold several keys, with commas between them.
    """
    parts = (part for value in values for part in value.split(","))
    numbers = (int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19)
    return list(dict.fromkeys(numbers))


def words(search: str) -> str:
    """What somebody typed into a search box."""
    return one_line(search)[:100]
