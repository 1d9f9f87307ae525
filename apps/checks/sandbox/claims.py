"""Check what a sandbox claims, field by field, before any of it goes into a report.

The harness shares its process with the student's code, so its result may be forged. Form and size are checked here; the
report calls them claims because their truth cannot be.
"""

import base64
import binascii
import struct
from collections.abc import Callable
from typing import Any

from apps.checks.sandbox.job import Limits
from apps.checks.sandbox.strict import ClaimError, clean

OUTCOMES = ("finished", "failed", "no_result", "out_of_memory")
KINDS = ("tensor", "list", "tuple", "dict", "number", "text", "none", "other")
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
PNG_END = b"IEND\xaeB`\x82"
PIXELS = 12_000
TRACES, SAVED, DIMENSIONS, NOTES = 500, 50, 16, 20


def check(claim: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """A copy of a result with only what was expected in it; raises ClaimError."""
    _keys(claim, {"kind", "nonce", "outcome", "error", "traces", "figures", "notes"})
    outcome = _choice(claim["outcome"], OUTCOMES)
    error = None if claim["error"] is None else _error(claim["error"])
    if (outcome == "finished") != (error is None):
        raise ClaimError("an outcome that does not fit its error")
    return {
        "outcome": outcome,
        "error": error,
        "traces": _list(claim["traces"], _trace, TRACES),
        "figures": _list(claim["figures"], lambda one: _figure(one, limits), limits.figures),
        "notes": _list(claim["notes"], lambda one: _text(one, 300), NOTES),
    }


def _error(value: Any) -> dict[str, Any]:
    _keys(value, {"type", "message", "cell", "line", "traceback"})
    return {
        "type": _text(value["type"], 200),
        "message": _text(value["message"], 8000),
        "cell": _number(value["cell"]),
        "line": _optional(value["line"], _number),
        "traceback": _text(value["traceback"], 10_000),
    }


def _trace(value: Any) -> dict[str, Any]:
    _keys(value, {"model", "cell", "line", "prompt_tokens", "remote", "saved"})
    return {
        "model": _text(value["model"], 200),
        "cell": _optional(value["cell"], _number),
        "line": _optional(value["line"], _number),
        "prompt_tokens": _optional(value["prompt_tokens"], _number),
        "remote": _boolean(value["remote"]),
        "saved": _list(value["saved"], _saved, SAVED),
    }


def _saved(value: Any) -> dict[str, Any]:
    _keys(value, {"name", "shape", "dtype", "finite", "kind"})
    return {
        "name": _text(value["name"], 100),
        "shape": _optional(value["shape"], lambda shape: _list(shape, _number, DIMENSIONS)),
        "dtype": _text(value["dtype"], 60),
        "finite": _optional(value["finite"], _boolean),
        "kind": _choice(value["kind"], KINDS),
    }


def _figure(value: Any, limits: Limits) -> dict[str, Any]:
    _keys(value, {"name", "cell", "png_base64"})
    encoded = value["png_base64"]
    if not isinstance(encoded, str) or len(encoded) > limits.figure_kb * 1024 * 4 // 3 + 4:
        raise ClaimError("a figure that is too large")
    try:
        png = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ClaimError("a figure that is not base64") from error
    if not png.startswith(PNG_MAGIC + b"\x00\x00\x00\rIHDR") or not png.endswith(PNG_END) or len(png) < 45:
        raise ClaimError("a figure that is not a PNG image")
    width, height = struct.unpack(">II", png[16:24])
    if not (0 < width <= PIXELS and 0 < height <= PIXELS):
        raise ClaimError("a figure of impossible size")
    name = "".join(letter if letter.isalnum() or letter in " ._-" else "_" for letter in _text(value["name"], 80))
    return {"name": name.strip(" .") or "figure", "cell": _number(value["cell"]), "png_base64": encoded}


def _keys(value: Any, expected: set[str]) -> None:
    if not isinstance(value, dict) or set(value) != expected:
        raise ClaimError("missing or unexpected fields")


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str) or len(value) > most + 10:
        raise ClaimError("a text that is missing or too long")
    return clean(value)


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**12:
        raise ClaimError("a number that is missing or out of range")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ClaimError("neither true nor false")
    return value


def _choice(value: Any, allowed: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise ClaimError("an unknown word")
    return value


def _optional(value: Any, check_one: Callable[[Any], Any]) -> Any:
    return None if value is None else check_one(value)


def _list(value: Any, check_one: Callable[[Any], Any], most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ClaimError("a list that is missing or too long")
    return [check_one(one) for one in value]
