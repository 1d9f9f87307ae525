"""What students' programs do with nnsight, run for real on the miniatures."""

import base64
import json
from typing import Any

import pytest

from apps.checks.sandbox.job import Job, Limits
from apps.checks.sandbox.pool import Pool
from tests.checks.untrusted.sandboxes import DATA

pytestmark = [pytest.mark.sandbox, pytest.mark.xdist_group("sandbox")]

GPT2 = 'from nnsight import LanguageModel\nmodel = LanguageModel("gpt2", device_map="auto")\n'


def run(pool: Pool, filename: str, *cells: str, **limits: int) -> dict[str, Any]:
    numbered = tuple(enumerate(cells, start=1))
    return pool.take(120).run(Job(filename, numbered, Limits(**{"wall_s": 40, **limits})))


def notebook_cells(name: str) -> tuple[tuple[int, str], ...]:
    cells = json.loads((DATA / name).read_text())["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    return tuple((number, "".join(cell["source"])) for number, cell in enumerate(code, start=1))


def assert_is_logit_lens(report: dict[str, Any], cell: int) -> None:
    assert report["outcome"] == "finished", report["error"]
    (trace,) = report["traces"]
    assert (trace["model"], trace["cell"], trace["prompt_tokens"], trace["remote"]) == (
        "openai-community/gpt2",
        cell,
        8,
        False,
    )
    saved = {one["name"]: one for one in trace["saved"]}
    assert {name: one["shape"] for name, one in saved.items()} == {
        "residual": [12, 8, 60],
        "lens": [12, 50257],
        "final": [50257],
    }
    assert all(one["finite"] and one["dtype"] == "float32" and one["kind"] == "tensor" for one in saved.values())
    (figure,) = report["figures"]
    assert base64.b64decode(figure["png_base64"]).startswith(b"\x89PNG")
    assert "layer  token" in report["log"]
    assert report["environment"]["nnsight"] == "0.8.1"


def test_logit_lens_as_a_script(pool: Pool) -> None:
    report = run(pool, "logit_lens.py", (DATA / "logit_lens.py").read_text())
    assert_is_logit_lens(report, cell=1)
    assert report["traces"][0]["line"] == 15
    assert report["usage"]["wall_s"] < 20
    assert report["usage"]["max_rss_mb"] > 100


def test_logit_lens_as_a_notebook(pool: Pool) -> None:
    report = pool.take(120).run(Job("logit_lens.ipynb", notebook_cells("logit_lens.ipynb"), Limits()))
    assert_is_logit_lens(report, cell=3)
    assert report["figures"][0]["cell"] == 5


def test_an_error_names_the_cell_and_the_line(pool: Pool) -> None:
    late = (
        "with model.trace('a b'):\n    one = model.transformer.h[0].output.save()\n    model.transformer.h[40].output"
    )
    report = run(pool, "notes.ipynb", GPT2, "def helper(x):\n    return x", late)
    assert report["outcome"] == "failed"
    error = report["error"]
    assert (error["cell"], error["line"]) == (3, 3)
    assert "cell 3, line 3" in error["traceback"]
    assert "site-packages" not in error["traceback"]
    assert "/box" not in error["traceback"]


def test_a_script_that_raises_in_a_trace(pool: Pool) -> None:
    report = run(pool, "raises.py", (DATA / "raises.py").read_text())
    assert report["outcome"] == "failed"
    assert (report["error"]["cell"], report["error"]["line"]) == (1, 9)
    assert "raises.py, line 9" in report["error"]["traceback"]


def test_remote_is_run_as_a_local_rehearsal(pool: Pool) -> None:
    source = GPT2 + (
        "import torch\n"
        "with model.trace('a b c', remote=True):\n    bad = (model.output.logits * float('nan')).save()\n"
        "with model.session(remote=True):\n    with model.trace('d e'):\n        inner = model.lm_head.output.save()\n"
        "with model.trace() as tracer:\n"
        "    with tracer.invoke('one two'):\n        first = model.transformer.h[0].output.save()\n"
        "    with tracer.invoke('three'):\n        second = model.transformer.h[0].output.save()\n"
        "with model.trace('a b'):\n    many = [layer.output for layer in model.transformer.h].save()\n"
        "print(bad.shape, inner.shape, first.shape, second.shape, len(many))\n"
    )
    report = run(pool, "remote.py", source)
    assert report["outcome"] == "finished", report["error"]
    nan, session, batch, listed = report["traces"]
    assert nan["remote"]
    assert nan["saved"][0]["finite"] is False
    assert session["remote"]
    assert [one["name"] for one in session["saved"]] == ["inner"]
    assert not batch["remote"]
    assert [(one["name"], one["shape"][0]) for one in batch["saved"]] == [("first", 1), ("second", 1)]
    assert listed["saved"][0]["kind"] == "list"
    assert listed["saved"][0]["shape"][0] == 12
    assert report["notes"] == ["remote=True was run as a local serialise–deserialise run"]


def test_a_model_that_is_not_on_the_shelf_is_named_with_those_that_are(pool: Pool) -> None:
    report = run(
        pool, "missing.py", "from nnsight import LanguageModel\nmodel = LanguageModel('mistralai/Mistral-7B-v0.1')"
    )
    assert report["outcome"] == "failed"
    assert report["error"]["line"] == 2
    assert "mistralai/Mistral-7B-v0.1 is not on this runner's shelf" in report["error"]["message"]
    assert "openai-community/gpt2" in report["error"]["message"]


def test_a_torch_memory_bomb_is_named_as_such(pool: Pool) -> None:
    source = "import torch\nhoard = []\nwhile True:\n    hoard.append(torch.ones(10_000_000))"
    report = run(pool, "bomb.py", source, memory_mb=400)
    assert report["outcome"] == "out_of_memory"
    assert report["error"]["line"] == 4


def test_harness_internals_cannot_be_patched_into_a_pass(pool: Pool) -> None:
    source = (
        "import json, os, sys, atexit\n"
        "for module in list(sys.modules.values()):\n"
        "    for name in ('write_frame', 'read_frame', 'describe', 'judge', 'run'):\n"
        "        if getattr(module, '__name__', '').startswith('checkharness') and hasattr(module, name):\n"
        "            setattr(module, name, lambda *a, **k: None)\n"
        "atexit.register(print, 'late')\nraise SystemExit(3)\n"
    )
    report = run(pool, "patch.py", source)
    assert report["outcome"] in {"no_result", "failed"}
    assert report["traces"] == []
