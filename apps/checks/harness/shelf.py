"""Build the shelf: a read-only Hugging Face cache with miniatures of the models a course works on.

    .check-env/bin/python -m apps.checks.harness.shelf var/shelf [--model openai-community/gpt2]

A miniature has the real architecture, depth, head count and vocabulary of its model, so that student code meets the
same module tree and the same indices, but a tiny width and seeded random weights. Widths are chosen so that no two
miniatures share one: a saved shape names its model. The recipes are in models.json.

A model that is already built from the same recipe is left alone; torch is imported only when something is built.
"""

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from . import fonts

HERE = Path(__file__).resolve().parent
RECIPES = HERE / "models.json"
CORPUS = HERE / "corpus.txt"
FORMAT = 1  # raise when the building code changes what it writes


def recipes() -> dict[str, dict[str, Any]]:
    """All recipes, by model id."""
    return json.loads(RECIPES.read_text(encoding="utf-8"))


def aliases() -> dict[str, str]:
    """Every spelling that the shelf knows, mapped to the model's own id."""
    known = {}
    for model_id, recipe in recipes().items():
        for name in (model_id, *recipe["aliases"]):
            known[name] = model_id
    return known


def models_on(shelf: Path) -> list[str]:
    """The ids of the models that can be loaded from `shelf`, in alphabetical order, aliases left out."""
    found = []
    for folder in (shelf / "hub").glob("models--*"):
        if not folder.is_symlink() and (folder / "refs" / "main").is_file():
            found.append(folder.name.removeprefix("models--").replace("--", "/"))
    return sorted(found)


def build(shelf: Path, only: str | None = None) -> list[str]:
    """Put every missing miniature on the shelf and return the ids of those built now.

    Raises KeyError when `only` names a model without a recipe.
    """
    wanted = recipes()
    if only is not None:
        wanted = {only: wanted[only]}
    hub = shelf / "hub"
    hub.mkdir(parents=True, exist_ok=True)
    built = []
    for model_id, recipe in wanted.items():
        folder = hub / _folder(model_id)
        revision = _revision(model_id, recipe)
        if not (folder / "snapshots" / revision / "config.json").is_file():
            _build_one(hub, folder, revision, recipe)
            built.append(model_id)
        for alias in recipe["aliases"]:
            _link(hub / _folder(alias), folder.name)
    return built


def _folder(model_id: str) -> str:
    return "models--" + model_id.replace("/", "--")


def _revision(model_id: str, recipe: dict[str, Any]) -> str:
    """Forty hexadecimal digits that change with whatever the built files depend on."""
    text = json.dumps([FORMAT, model_id, recipe, CORPUS.read_text(encoding="utf-8")], sort_keys=True)
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _link(alias: Path, target: str) -> None:
    if alias.is_symlink() and alias.readlink() == Path(target):
        return
    alias.unlink(missing_ok=True)
    alias.symlink_to(target)


def _build_one(hub: Path, folder: Path, revision: str, recipe: dict[str, Any]) -> None:
    """Write one model beside the hub and move it into place, so that a half-built model is never seen."""
    # Torch takes seconds to import: a second start, with nothing to build, must not pay for it.
    from . import miniature

    with tempfile.TemporaryDirectory(dir=hub.parent, prefix=".building-") as scratch:
        model = Path(scratch) / "model"
        snapshot = model / "snapshots" / revision
        snapshot.mkdir(parents=True)
        miniature.write(snapshot, recipe, CORPUS.read_text(encoding="utf-8"))
        (model / "refs").mkdir()
        (model / "refs" / "main").write_text(revision, encoding="ascii")
        # TemporaryDirectory is private to its owner; the sandbox reads as somebody else.
        model.chmod(0o755)
        _replace(model, folder, revision)


def _replace(model: Path, folder: Path, revision: str) -> None:
    """Move a model to its place, unless another builder was faster."""
    try:
        if folder.is_dir() and not (folder / "snapshots" / revision).is_dir():
            shutil.rmtree(folder)
        model.rename(folder)
    except OSError:
        if not (folder / "snapshots" / revision / "config.json").is_file():
            raise


def main(arguments: list[str] | None = None) -> int:
    """The command line; 0 when the shelf is complete."""
    parser = argparse.ArgumentParser(
        prog="apps.checks.harness.shelf", description="Build the shelf of miniature models."
    )
    parser.add_argument("destination", type=Path, help="the shelf's folder, which becomes HF_HOME in the sandbox")
    parser.add_argument("--model", help="build this model only")
    options = parser.parse_args(arguments)
    if options.model is not None and options.model not in recipes():
        print(f"There is no recipe for {options.model}. There is one for: {', '.join(recipes())}.", file=sys.stderr)
        return 2
    try:
        built = build(options.destination, options.model)
        fonts.build(options.destination)
    except OSError as error:
        print(f"The shelf at {options.destination} could not be written: {error}", file=sys.stderr)
        return 1
    for model_id in built:
        print(f"built {model_id}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
