"""Uploaded bytes as text, whatever program wrote them."""

import codecs
import re

from charset_normalizer import from_bytes

from apps.core.errors import Refused

# Encodings a person may name when the guess was wrong, the likeliest first: the encoding and what people call it.
ENCODINGS = [
    ("utf-8-sig", "Unicode (UTF-8)"),
    ("utf-16", "Unicode (UTF-16)"),
    ("cp1252", "Windows, Western Europe"),
    ("cp1250", "Windows, Central Europe"),
    ("cp1251", "Windows, Cyrillic"),
    ("mac_roman", "Mac, Western Europe"),
    ("gb18030", "Chinese, simplified"),
    ("big5", "Chinese, traditional"),
    ("shift_jis", "Japanese"),
    ("euc_kr", "Korean"),
]
# A letter of Windows-1252 that no name has there: a capital or a symbol in the middle of a word.
_IMPLAUSIBLE = re.compile(r"[a-zß-ÿ][A-ZÀ-ÞŠŒŽŸ](?![a-z])|[^\x00-\x7fÀ-ÖØ-öø-ÿŠšŒœŽžŸ’‘“”–—…·ºª€\xa0]")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_BOMS = [(codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")]


def decode(data: bytes, encoding: str = "") -> tuple[str, str]:
    """The text in `data` and what its encoding is called. Refused when it is not text.

    Without an `encoding` it is worked out; for short lists without a byte order mark that is a guess, to be shown.
    """
    if data.startswith(b"PK\x03\x04"):
        raise Refused("This is a workbook, not a CSV file. Save it as CSV and upload that.", field="file")
    if data.startswith(b"%PDF") or data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused("This is not a CSV file. Save the table as CSV and upload that.", field="file")
    if not encoding and _is_binary(data):
        raise Refused("This is not a text file. Save the table as CSV or plain text and upload that.", field="file")
    name = encoding or _encoding_of(data)
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" in text:
        raise Refused(
            f"This file cannot be read as {_call(name)}. Save it as “CSV UTF-8” and upload that.", field="file"
        )
    return text, _call(name)


def _is_binary(data: bytes) -> bool:
    """Whether this is a picture, a program or the like: text has few control characters, and UTF-16 shows its zeros
    in every other byte alone."""
    if any(data.startswith(bom) for bom, _ in _BOMS):
        return False
    sample = data[:4000]
    zeros = sorted([sample[::2].count(0), sample[1::2].count(0)])
    if zeros[1]:
        return zeros[0] * 20 > zeros[1] or zeros[1] * 8 < len(sample)
    return len(_CONTROLS.findall(sample)) * 20 > len(sample)


def _encoding_of(data: bytes) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding
    if b"\x00" in data[:200]:
        # UTF-16 without its mark: in Latin text every other byte is zero.
        return "utf-16-be" if data[0] == 0 else "utf-16-le"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _legacy(data)
    return "utf-8-sig"


def _legacy(data: bytes) -> str:
    """Windows-1252 when that gives plausible names, since most such files are; else what the letters look like."""
    try:
        if not _IMPLAUSIBLE.search(data.decode("cp1252")):
            return "cp1252"
    except UnicodeDecodeError:
        pass
    guess = from_bytes(data, cp_isolation=[name for name, _ in ENCODINGS[3:]]).best()
    return guess.encoding if guess else "cp1252"


def _call(encoding: str) -> str:
    return dict(ENCODINGS).get(encoding, "Unicode (UTF-16)" if encoding.startswith("utf-16") else encoding)
