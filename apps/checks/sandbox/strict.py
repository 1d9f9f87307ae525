"""A JSON reader for text from an enemy: bounded, without duplicate keys, NaN, infinities or endless numbers."""

import json
import math
import re
from typing import Any, NoReturn

DIGITS = 18
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class ClaimError(ValueError):
    """What came out of the sandbox is no result."""


def read(payload: bytes) -> dict[str, Any]:
    """The one JSON object in `payload`; raises ClaimError."""
    try:
        value = json.loads(
            payload.decode("utf-8"),
            object_pairs_hook=_without_duplicates,
            parse_constant=_refuse,
            parse_int=_integer,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        raise ClaimError(f"not strict JSON ({type(error).__name__})") from error
    if not isinstance(value, dict):
        raise ClaimError("not an object")
    return value


def clean(text: str) -> str:
    """Text that a database and a page can hold: no NUL, no lone surrogates, no terminal control."""
    return _FORBIDDEN.sub("", _ANSI.sub("", text))


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ClaimError("a key twice in one object")
    return found


def _refuse(word: str) -> NoReturn:
    raise ClaimError(f"{word} is not JSON")


def _integer(text: str) -> int:
    if len(text) > DIGITS:
        raise ClaimError("a number with too many digits")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if len(text) > 40 or not math.isfinite(value):
        raise ClaimError("a number out of range")
    return value
