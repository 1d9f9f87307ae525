"""Write one miniature: configuration, seeded random weights, and a tokenizer trained on our own text.

Imports torch and transformers; only the shelf builder uses it.
"""

import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.utils.logging import disable_progress_bar

LEARNED_TOKENS = 4000  # more than the text can fill; the rest of the vocabulary is filler


def write(snapshot: Path, recipe: dict[str, Any], text: str) -> None:
    """Fill `snapshot` with config.json, model.safetensors, tokenizer.json and their companions."""
    disable_progress_bar()
    config = AutoConfig.for_model(recipe["architecture"], **recipe["config"])
    torch.manual_seed(recipe["seed"])
    model = AutoModelForCausalLM.from_config(config).to(getattr(torch, recipe["dtype"]))
    model.save_pretrained(snapshot)
    tokenizer = train_tokenizer(text, recipe["config"]["vocab_size"], recipe["tokenizer"])
    tokenizer.save(str(snapshot / "tokenizer.json"))
    special = {
        f"{role}_token": recipe["tokenizer"][role] for role in ("bos", "eos", "unk") if recipe["tokenizer"][role]
    }
    limit = getattr(config, "max_position_embeddings", 1024)
    settings = {
        # Spelt so that transformers 4 can read the shelf too: it does not know the class that 5 writes.
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": limit,
        "clean_up_tokenization_spaces": False,
        **special,
    }
    (snapshot / "tokenizer_config.json").write_text(json.dumps(settings, indent=2), encoding="utf-8")


def train_tokenizer(text: str, vocab_size: int, special: dict[str, Any]) -> Tokenizer:
    """A byte-level BPE with exactly `vocab_size` ids: special tokens at their true places, then bytes, then merges.

    What the text cannot fill is filled with stand-ins such as " ~4711", so that every id a model can put on top decodes
    to something a person can read.
    """
    trainer_vocab, merges = _learn(text)
    places: dict[str, int] = dict(special["ids"])
    taken = set(places.values())
    free = (number for number in range(vocab_size) if number not in taken)
    for token in trainer_vocab:
        places[token] = next(free)
    for number in free:
        places[f"Ġ~{number}"] = number
    tokenizer = _with_bytes(models.BPE(vocab=places, merges=merges))
    tokenizer.add_special_tokens(list(special["ids"]))
    if special["starts_with_bos"]:
        bos = special["bos"]
        tokenizer.post_processor = processors.Sequence(
            [
                processors.ByteLevel(trim_offsets=False),
                processors.TemplateProcessing(
                    single=f"{bos} $A", pair=f"{bos} $A {bos} $B", special_tokens=[(bos, special["ids"][bos])]
                ),
            ]
        )
    return tokenizer


def _with_bytes(model: models.BPE) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def _learn(text: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The tokens in order of their ids, and the merges, that a BPE learns from the text."""
    learner = _with_bytes(models.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=LEARNED_TOKENS,
        min_frequency=1,
        show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )
    learner.train_from_iterator(text.splitlines(keepends=True), trainer)
    learned = json.loads(learner.to_str())["model"]
    tokens = sorted(learned["vocab"], key=learned["vocab"].__getitem__)
    return tokens, [tuple(pair) for pair in learned["merges"]]
