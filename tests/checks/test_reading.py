"""Reading files without running them: what people upload, and what nobody should."""

import json
from pathlib import Path
from typing import Any

import pytest

from apps.checks.reading import UnreadableError, read

DATA = Path(__file__).resolve().parents[1] / "data"
UUID = "1f0c9a2e-5b7d-4c3e-9a10-6d2f8e4b7c55"


def notebook(*cells: str, version: int = 4, **more: Any) -> bytes:
    if version == 3:
        inner = [{"cell_type": "code", "input": cell.splitlines(keepends=True), "language": "python"} for cell in cells]
        return json.dumps({"nbformat": 3, "worksheets": [{"cells": inner}], **more}).encode()
    inner = [{"cell_type": "code", "source": cell} for cell in cells]
    return json.dumps({"nbformat": 4, "cells": inner, **more}).encode()


def sources(data: bytes | str, name: str = "book.ipynb") -> list[str]:
    return [cell["source"] for cell in read(name, data).cells]


def refusal(data: bytes | str, name: str = "program.py") -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        read(name, data)
    return caught.value


def test_a_script_is_one_cell() -> None:
    program = read("logit_lens.py", (DATA / "logit_lens.py").read_bytes())
    assert not program.is_notebook
    assert [cell["number"] for cell in program.cells] == [1]
    assert program.cells[0]["source"] == (DATA / "logit_lens.py").read_text()


def test_a_notebook_is_its_code_cells() -> None:
    program = read("logit_lens.ipynb", (DATA / "logit_lens.ipynb").read_bytes())
    assert program.is_notebook
    assert [cell["number"] for cell in program.cells] == [1, 2, 3, 4, 5]
    assert program.cells[1]["source"].startswith("MODEL = ")


def test_empty_cells_keep_their_number() -> None:
    program = read("book.ipynb", notebook("x = 1", "  ", "y = 2"))
    assert [cell["number"] for cell in program.cells] == [1, 3]


@pytest.mark.parametrize("version", [3, 4])
def test_both_formats_of_notebooks(version: int) -> None:
    assert sources(notebook("x = 1\ny = 2", "z = 3", version=version)) == ["x = 1\ny = 2", "z = 3"]


def test_a_notebook_under_another_name_is_recognised() -> None:
    assert read("book.py", notebook("x = 1")).is_notebook
    assert read("pasted.py", notebook("x = 1").decode()).is_notebook


def test_the_same_code_has_the_same_hash() -> None:
    one = read("a.ipynb", notebook("x = 1", metadata={"a": 1}))
    assert one.sha256 == read("b.ipynb", notebook("x = 1")).sha256
    assert one.sha256 != read("b.ipynb", notebook("x = 2")).sha256


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xef\xbb\xbfx = '\xc3\xa9'", "x = 'é'"),
        ("x = 'é'".encode("utf-16"), "x = 'é'"),
        (b"x = 1\r\ny = 2\r", "x = 1\ny = 2\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'", "# -*- coding: utf-8 -*-\nx = 'é'"),
        (
            b"#!python\n# vim: set fileencoding=cp1252 :\nx = '\x80'",
            "#!python\n# vim: set fileencoding=utf-8 :\nx = '€'",
        ),
        ("\ufeffx = '🙂'", "x = '🙂'"),
    ],
)
def test_encodings(data: bytes | str, expected: str) -> None:
    assert sources(data, "program.py") == [expected]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"x = 1\ny = '\xe9'", "not UTF-8 text (line 2)"),
        (b"# coding: klingon\nx = 1", "klingon"),
        (b"# coding: hex\nx = 1", "hex"),
        (b"x\0 = 1", "NUL"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\xff", "not a text file"),
        (b"x = " + b"(" * 5000, "nested"),
        (b"x = " + b"-" * 100_000 + b"1", "nested too deeply"),
        (b"x = " + b"9" * 5000, "Line 1"),
        (b"x = 1\n" * 200_000, "more than 1 MB"),
    ],
)
def test_scripts_that_cannot_be_read(data: bytes, words: str) -> None:
    assert words in refusal(data).message


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        ((DATA / "corrupt.ipynb").read_bytes(), "stops making sense in line 1"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"cells": ' + b"9" * 5000 + b"}", "4300 digits"),
        (b"[]", "no notebook"),
        (b"{}", "no cells"),
        (b'{"cells": 3, "worksheets": [1, {"cells": 2}]}', "no code"),
        (b'{"cells": [1, null, {"cell_type": "code", "source": {"a": 1}}]}', "no text"),
        (notebook("", " "), "no code"),
        (notebook(*["x = 1"] * 2001), "2,001 code cells"),
        (notebook("x <- 1", metadata={"kernelspec": {"language": "R"}}), "written in R"),
        (b"\xff\xfe\xff", "not UTF-16"),
    ],
)
def test_notebooks_that_cannot_be_read(data: bytes, words: str) -> None:
    assert words in refusal(data, "book.ipynb").message


def test_a_syntax_error_shows_its_line() -> None:
    error = refusal((DATA / "syntax_error.py").read_bytes())
    assert (error.cell, error.line) == (None, 7)
    assert error.message == "Line 7: expected ':'."
    assert error.excerpt == 'with model.trace("The Eiffel Tower is in the city of")'


def test_a_syntax_error_in_a_notebook_names_the_cell() -> None:
    error = refusal(notebook("x = 1", "!ls\nif x\n    y"), "book.ipynb")
    assert (error.cell, error.line, error.excerpt) == (2, 2, "if x")
    assert error.message.startswith("Code cell 2, line 2: ")


def test_odd_escapes_are_no_error() -> None:
    assert sources(rb"x = '\d'", "program.py") == [r"x = '\d'"]


def test_lone_surrogates_become_question_marks() -> None:
    assert sources(b'{"cells": [{"cell_type": "code", "source": "x = \'\\ud800\'"}]}') == ["x = '?'"]


@pytest.mark.parametrize(
    ("written", "run"),
    [
        ("%matplotlib inline", "# %matplotlib inline"),
        ("if colab:\n    !pip install nnsight", "if colab:\n    pass  # !pip install nnsight"),
        ("!pip install a \\\n    b\nx = 1", "# !pip install a \\\n    # b\nx = 1"),
        ("files = !ls", "files = []  # files = !ls"),
        ("model.trace?", "# model.trace?"),
        ("?model", "# ?model"),
        ("%%time\nx = 1", "# %%time\nx = 1"),
        ("%%bash\nfor x\n\nls", "# %%bash\n# for x\n\n# ls"),
    ],
)
def test_magics_become_comments(written: str, run: str) -> None:
    program = read("book.ipynb", notebook(written, "last = 1"))
    assert program.cells[0]["source"] == run
    assert len(program.skipped) == 1
    assert program.skipped[0]["cell"] == 1


@pytest.mark.parametrize(
    "source",
    [
        "x = '''\n!not a command\n%nor this\n'''",
        "x = (7\n    % 2)",
        "x = 7 \\\n    % 2",
        "x = [  # a comment with a ( in it\n    1]\ny = x != 2",
        "x = 'it\\'s (fine'\ny = \"'''\"\nz = 1",
        'f"""\n{x}\n!stay\n"""',
    ],
)
def test_python_is_left_alone(source: str) -> None:
    program = read("book.ipynb", notebook(source))
    assert program.cells[0]["source"] == source
    assert not program.skipped


def test_magics_are_for_notebooks_only() -> None:
    assert refusal(b"!pip install nnsight").line == 1


@pytest.mark.parametrize(
    ("line", "kind", "secret"),
    [
        (f'CONFIG.set_default_api_key("{UUID}")', "NDIF key", UUID),
        (f"os.environ['NDIF_API_KEY'] = '{UUID}'", "NDIF key", UUID),
        (f"api_key = (\n  '{UUID}')  # my ndif key", "NDIF key", UUID),
        ("login(token='hf_aBcDeFgHiJkLmNoPqRsTuVwXyZ01234567')", "Hugging Face token", "hf_aBcDeFgHiJ"),
        ("client = OpenAI('sk-proj-AbCd1234efGh5678ijKl9012')", "OpenAI key", "sk-proj-AbCd"),
        ("x = 'sk-ant-api03-AbCd1234efGh5678'", "Anthropic key", "sk-ant-api03"),
        ("!git clone https://ghp_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789@github.com/a/b", "GitHub token", "ghp_AbCd"),
        ("wandb.login(key='0123456789abcdef0123456789abcdef01234567')", "Weights & Biases key", "0123456789abcdef"),
        ("password = 'correct4horse5battery6'", "key", "correct4horse"),
    ],
)
def test_keys_are_masked(line: str, kind: str, secret: str) -> None:
    program = read("book.ipynb", notebook("x = 1", f"y = 2\n{line}"))
    assert [(one["cell"], one["kind"]) for one in program.masked] == [(2, kind)]
    assert program.masked[0]["line"] in {2, 3}
    assert secret not in json.dumps([program.cells, program.skipped])
    assert "masked-" in program.cells[1]["source"]


def test_several_keys_in_one_line() -> None:
    program = read("a.py", f"keys = ['hf_{'a1' * 12}', 'hf_{'b2' * 12}', '{UUID}']")
    assert [one["kind"] for one in program.masked] == ["Hugging Face token", "Hugging Face token", "NDIF key"]
    assert (
        program.cells[0]["source"]
        == "keys = ['masked-hugging-face-token', 'masked-hugging-face-token', 'masked-ndif-key']"
    )


@pytest.mark.parametrize(
    "source",
    [
        "token = ' Paris'",
        "prompt = 'The secret key = to everything'",
        "api_key = 'YOUR_API_KEY_GOES_HERE_123'",
        "CONFIG.set_default_api_key('<your key>')",
        "from transformers import hf_hub_download_and_something",
        "key = os.environ['NDIF_API_KEY']",
        f"run_id = '{UUID}'",
        "model = 'meta-llama/Llama-3.1-8B'",
        "x = 'risk-adjusted-return-of-2024-and-2025'",
    ],
)
def test_what_is_no_key_stays(source: str) -> None:
    program = read("a.py", source)
    assert program.cells[0]["source"] == source
    assert not program.masked


def test_a_key_does_not_come_back_in_a_message() -> None:
    error = refusal(f"login('hf_{'a1' * 12}'".encode())
    assert "a1a1" not in error.message + error.excerpt
