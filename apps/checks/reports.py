"""A runner's report, made fit to be kept: known fields, bounded in size, text that PostgreSQL takes, real PNGs."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from apps.checks.runner import protocol

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
MOST_JSON = 512 * 1024
MOST_LOG = 300 * 1024
MOST_TEXT, MOST_ITEMS, MOST_DEPTH = 10_000, 500, 6


@dataclass(frozen=True)
class Picture:
    name: str
    cell: int | None
    png: bytes


@dataclass(frozen=True)
class Received:
    """A report split into what is kept as JSON, the log, and the pictures."""

    report: dict[str, Any]
    log: str
    pictures: list[Picture]


def receive(message: dict[str, Any], *, limits: dict[str, int]) -> Received:
    """Clean a report. A field that is missing or of the wrong kind becomes empty; nothing here raises."""
    report = {
        "outcome": _text(message.get("outcome"), 40),
        "traces": [_trace(one) for one in _dicts(message.get("traces"))],
        "error": _error(message.get("error")),
        "log_truncated": message.get("log_truncated") is True,
        "usage": _usage(message.get("usage")),
        "environment": _bounded(message.get("environment")) if isinstance(message.get("environment"), dict) else {},
        "notes": [_text(note, 300) for note in _list(message.get("notes"))],
    }
    if report["outcome"] not in protocol.OUTCOMES:
        report["outcome"] = "system_error"
    while report["traces"] and len(json.dumps(report)) > MOST_JSON:
        del report["traces"][len(report["traces"]) // 2 :]
        report["traces_cut"] = True
    log = plain(message["log"])[:MOST_LOG] if isinstance(message.get("log"), str) else ""
    pictures = [_picture(one, limits) for one in _dicts(message.get("figures"))[: limits["figures"]]]
    return Received(report, log, [picture for picture in pictures if picture])


def plain(text: str) -> str:
    """`text` without NUL characters and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def _trace(value: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": _text(value.get("model"), 200),
        "cell": _number(value.get("cell")),
        "line": _number(value.get("line")),
        "prompt_tokens": _number(value.get("prompt_tokens")),
        "remote": value.get("remote") is True,
        "saved": [_saved(one) for one in _dicts(value.get("saved"))],
    }


def _saved(value: dict[str, Any]) -> dict[str, Any]:
    shape, finite = value.get("shape"), value.get("finite")
    sizes = [_number(one) for one in shape[:16]] if isinstance(shape, list) else None
    return {
        "name": _text(value.get("name"), 100),
        "shape": sizes,
        "dtype": _text(value.get("dtype"), 60),
        "finite": finite if isinstance(finite, bool) else None,
        "kind": _text(value.get("kind"), 40),
    }


def _error(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    return {
        "type": _text(value.get("type"), 200),
        "message": _text(value.get("message"), MOST_TEXT),
        "cell": _number(value.get("cell")),
        "line": _number(value.get("line")),
        "traceback": _text(value.get("traceback"), MOST_TEXT),
    }


def _usage(value: Any) -> dict[str, float]:
    usage = value if isinstance(value, dict) else {}
    return {
        name: float(number)
        for name, number in usage.items()
        if name in {"wall_s", "cpu_s", "max_rss_mb"} and _is_real(number)
    }


def _picture(value: dict[str, Any], limits: dict[str, int]) -> Picture | None:
    encoded = value.get("png_base64")
    if not isinstance(encoded, str) or len(encoded) > limits["figure_kb"] * 1024 * 4 // 3 + 8:
        return None
    try:
        png = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    if not png.startswith(PNG_MAGIC):
        return None
    return Picture(_text(value.get("name"), 80) or "figure", _number(value.get("cell")), png)


def _bounded(value: Any, depth: int = MOST_DEPTH) -> Any:
    """Plain JSON of bounded size; what does not fit becomes None."""
    if isinstance(value, str):
        return _text(value, MOST_TEXT)
    if isinstance(value, dict) and depth:
        return {_text(key, 100): _bounded(one, depth - 1) for key, one in list(value.items())[:MOST_ITEMS]}
    if isinstance(value, list) and depth:
        return [_bounded(one, depth - 1) for one in value[:MOST_ITEMS]]
    return value if isinstance(value, bool) or _is_real(value) else None


def _is_real(value: Any) -> bool:
    # NaN and the infinities fail the comparison too.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


def _text(value: Any, most: int) -> str:
    return plain(value)[:most] if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None


def _list(value: Any) -> list[Any]:
    return value[:MOST_ITEMS] if isinstance(value, list) else []


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in _list(value) if isinstance(one, dict)]
