"""The shelf: miniatures under true names, built once."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from tests.checks.untrusted.sandboxes import CHECK_ENV, CHECKOUT, SHELF

pytestmark = [pytest.mark.sandbox, pytest.mark.xdist_group("sandbox")]

RECIPES = json.loads((CHECKOUT / "apps/checks/harness/models.json").read_text())


def build(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [CHECK_ENV / "bin" / "python", "-m", "apps.checks.harness.shelf", *map(str, arguments)]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=120, check=False)


def weights(shelf: Path) -> bytes:
    (file,) = (shelf / "hub/models--openai-community--gpt2").glob("snapshots/*/model.safetensors")
    return file.read_bytes()


def test_what_is_built_is_built_once_and_always_the_same(tmp_path: Path) -> None:
    first = build(tmp_path, "--model", "openai-community/gpt2")
    assert (first.returncode, first.stdout) == (0, "built openai-community/gpt2\n"), first.stderr
    assert weights(tmp_path) == weights(SHELF)
    (snapshot,) = (tmp_path / "hub/models--gpt2/snapshots").iterdir()
    assert len(snapshot.name) == 40
    assert (snapshot / "tokenizer.json").is_file()
    started = time.monotonic()
    second = build(tmp_path, "--model", "openai-community/gpt2")
    assert (second.returncode, second.stdout) == (0, "")
    assert time.monotonic() - started < 1.5  # torch alone takes longer to import


def test_an_unknown_model_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    refused = build(tmp_path, "--model", "nobody/nothing")
    assert refused.returncode == 2
    assert "There is no recipe for nobody/nothing" in refused.stderr
    assert "meta-llama/Llama-3.1-70B" in refused.stderr


def test_a_width_names_its_model() -> None:
    widths = [recipe["config"].get("n_embd") or recipe["config"]["hidden_size"] for recipe in RECIPES.values()]
    inner = [recipe["config"].get("n_inner") or recipe["config"]["intermediate_size"] for recipe in RECIPES.values()]
    assert len({*widths, *inner}) == 2 * len(RECIPES)


def test_no_two_models_share_a_spelling() -> None:
    spellings = [name for model, recipe in RECIPES.items() for name in (model, *recipe["aliases"])]
    assert len(set(spellings)) == len(spellings)
