"""What comes out of a sandbox is a claim: read strictly, bounded, cleaned."""

import base64
import copy
import json
import struct
import zlib
from typing import Any

import pytest

from apps.checks.sandbox import claims, strict
from apps.checks.sandbox.job import Limits

LIMITS = Limits(figures=2, figure_kb=4)


def png(width: int = 2, height: int = 2) -> str:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0\0\0" * 2)
    image = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return base64.b64encode(image).decode()


def good() -> dict[str, Any]:
    saved = {"name": "hidden", "shape": [1, 8, 60], "dtype": "float32", "finite": True, "kind": "tensor"}
    trace = {"model": "gpt2", "cell": 1, "line": 4, "prompt_tokens": 8, "remote": False, "saved": [saved]}
    figure = {"name": "lens", "cell": 1, "png_base64": png()}
    return {
        "kind": "result",
        "nonce": "x",
        "outcome": "finished",
        "error": None,
        "traces": [trace],
        "figures": [figure],
        "notes": ["a remark"],
    }


def test_a_good_claim_passes_unchanged() -> None:
    claim = good()
    checked = claims.check(copy.deepcopy(claim), LIMITS)
    assert checked == {name: value for name, value in claim.items() if name not in {"kind", "nonce"}}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("outcome",), "passed"),
        (("outcome",), "timeout"),
        (("outcome",), "failed"),
        (("error",), {"type": "X", "message": "", "cell": 1, "line": 1, "traceback": ""}),
        (("verdict",), "passed"),
        (("traces",), {}),
        (("traces",), [good()["traces"][0]] * 501),
        (("traces", 0, "model"), "m" * 300),
        (("traces", 0, "line"), -1),
        (("traces", 0, "line"), True),
        (("traces", 0, "line"), 1.5),
        (("traces", 0, "remote"), 1),
        (("traces", 0, "saved", 0, "shape"), [1] * 40),
        (("traces", 0, "saved", 0, "shape"), ["8"]),
        (("traces", 0, "saved", 0, "finite"), "yes"),
        (("traces", 0, "saved", 0, "kind"), "pickle"),
        (("figures",), [good()["figures"][0]] * 3),
        (("figures", 0, "png_base64"), "gASVAAAAAAAAAA=="),
        (("figures", 0, "png_base64"), "not base64!"),
        (("figures", 0, "png_base64"), png(60_000, 60_000)),
        (("figures", 0, "png_base64"), "A" * 8000),
        (("notes",), ["x" * 1000]),
    ],
)
def test_what_was_not_expected_is_refused(path: tuple[Any, ...], value: Any) -> None:
    claim = good()
    target: Any = claim
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    with pytest.raises(strict.ClaimError):
        claims.check(claim, LIMITS)


def test_a_figures_name_cannot_be_a_path() -> None:
    claim = good()
    claim["figures"][0]["name"] = "../../etc/passwd\x00<b>"
    assert claims.check(claim, LIMITS)["figures"][0]["name"] == "_.._etc_passwd_b_"


@pytest.mark.parametrize(
    "payload",
    [
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": 1, "a": 2}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"a": "\xff"}',
        b"[]",
        b"",
    ],
    ids=["nan", "infinity", "overflow", "twice", "digits", "deep", "deep objects", "bytes", "no object", "empty"],
)
def test_only_strict_json_is_read(payload: bytes) -> None:
    with pytest.raises(strict.ClaimError):
        strict.read(payload)


def test_text_is_cleaned_for_a_database_and_a_page() -> None:
    dirty = "a\x00b\ud800c\x1b[31mred\x1b[0m\x07 line\n\ttab"
    assert strict.clean(dirty) == "abcred line\n\ttab"
    assert strict.read(json.dumps({"a": "\ud800"}).encode())["a"] == "\ud800"
