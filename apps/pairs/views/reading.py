"""Reading what a page was asked for."""

from collections.abc import Iterable

from apps.core.text import one_line


def keys(values: Iterable[str]) -> list[int]:
    """Those of `values` that can be the key of a row, each once and in their order; what else was sent is ignored."""
    numbers = (int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19)
    return list(dict.fromkeys(numbers))


def words(search: str) -> str:
    """What somebody typed into a search box."""
    return one_line(search)[:100]
