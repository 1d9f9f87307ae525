"""The models people ask compute for. The list is data (models.json); any other repository can be named too."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

ANY_MODEL = ""
ANY_MODEL_NAME = "any model"
# A repository as the Hugging Face hub names it: owner/name.
REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}", re.ASCII)


@dataclass(frozen=True)
class KnownModel:
    id: str
    size: str
    aliases: tuple[str, ...]


def _load() -> list[KnownModel]:
    rows = json.loads((Path(__file__).parent / "models.json").read_text(encoding="utf-8"))
    return [KnownModel(row["id"], row["size"], tuple(row["aliases"])) for row in rows]


KNOWN_MODELS = _load()
_BY_NAME = {name.lower(): model.id for model in KNOWN_MODELS for name in (model.id, *model.aliases)}


def resolve(text: str) -> str:
    """The repository id somebody means; "" for any model. Raises ValueError when it cannot be one."""
    name = text.strip()
    if name.lower() == ANY_MODEL_NAME:
        return ANY_MODEL
    known = _BY_NAME.get(name.lower())
    if known:
        return known
    if not REPOSITORY.fullmatch(name) or ".." in name or "--" in name:
        raise ValueError(f"“{name[:60]}” names no model.")
    return name


def display(model: str) -> str:
    """A model's name for people."""
    return model or ANY_MODEL_NAME
