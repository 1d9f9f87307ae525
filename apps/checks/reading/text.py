"""Bytes to text: byte order marks, coding cookies, line ends."""

import codecs
import io
import re
import tokenize

from apps.checks.reading.errors import UnreadableError

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
COOKIE = re.compile(r"^([ \t\f]*#.*?coding[:=][ \t]*)[-\w.]+")


def decode_script(data: bytes) -> str:
    """The text of a Python file: UTF-8, or what its byte order mark or coding cookie says."""
    try:
        encoding = _marked(data) or tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    except SyntaxError as error:
        message = str(error)
        known = not message.startswith(("unknown encoding", "encoding problem"))
        raise UnreadableError(_not_text(data, "utf-8") if known else _unknown(message)) from None
    return _without_cookie(_decode(data, encoding))


def decode_json(data: bytes) -> str:
    """The text of a notebook: UTF-8, or what its byte order mark says."""
    return _decode(data, _marked(data) or "utf-8")


def tidy(text: str) -> str:
    """Newlines as \\n; without a byte order mark and without lone surrogates, which no database keeps."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode()


def _without_cookie(text: str) -> str:
    """The text goes on as UTF-8; a cookie that says otherwise would spoil it for whoever reads the file again."""
    first, newline, rest = text.partition("\n")
    second, newline_2, rest = rest.partition("\n")
    head = [COOKIE.sub(r"\1utf-8", line, count=1) for line in (first, second)]
    return head[0] + newline + head[1] + newline_2 + rest


def _marked(data: bytes) -> str | None:
    return next((encoding for mark, encoding in MARKS if data.startswith(mark)), None)


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeError:
        raise UnreadableError(_not_text(data, encoding)) from None
    except LookupError:  # a codec that is not for text, such as hex
        raise UnreadableError(f"The first lines name an encoding that is none: {encoding}.") from None


def _not_text(data: bytes, encoding: str) -> str:
    if b"\0" in data:
        return "This is not a text file. Choose the .py or .ipynb file itself."
    line = _first_bad_line(data, encoding)
    return (
        f"The file is not {encoding.upper()} text{f' (line {line})' if line else ''}. Save it as UTF-8, "
        "or name its encoding in the first line: # -*- coding: latin-1 -*-"
    )


def _first_bad_line(data: bytes, encoding: str) -> int | None:
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return None


def _unknown(message: str) -> str:
    name = message.rpartition(":")[2].strip()
    return f"The first lines name an encoding that Python does not know{f': {name[:60]}' if name else ''}."
