"""Keys and tokens left in text, made unreadable before anything of it is kept."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"

# (what it opens, pattern with the secret as group "key"). The first that fits names it.
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("NDIF key", re.compile(r"set_default_api_key\(\s*[rfb]{0,2}(['\"])(?P<key>[^'\"\n]{6,200})\1")),
    ("NDIF key", re.compile(rf"(?i:key|token|ndif|secret|auth|credential)[^\n]{{0,120}}?(?P<key>\b{UUID}\b)")),
    ("NDIF key", re.compile(rf"(?P<key>\b{UUID}\b)(?=[^\n]{{0,60}}(?i:key|ndif|token))")),
    ("Hugging Face token", re.compile(r"\b(?P<key>(?:hf|api_org)_[A-Za-z0-9]{20,100})\b")),
    ("Anthropic key", re.compile(r"\b(?P<key>sk-ant-[A-Za-z0-9_-]{16,200})")),
    ("OpenAI key", re.compile(r"\b(?P<key>sk-(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{20,200})")),
    ("GitHub token", re.compile(r"\b(?P<key>(?:gh[pousr]_[A-Za-z0-9]{20,100}|github_pat_[A-Za-z0-9_]{22,100}))\b")),
    ("GitLab token", re.compile(r"\b(?P<key>glpat-[A-Za-z0-9_-]{16,60})")),
    ("AWS key", re.compile(r"\b(?P<key>(?:AKIA|ASIA)[0-9A-Z]{16})\b")),
    ("Google key", re.compile(r"\b(?P<key>AIza[0-9A-Za-z_-]{35})")),
    ("Slack token", re.compile(r"\b(?P<key>xox[abeprs]-[A-Za-z0-9-]{10,100})")),
    ("Weights & Biases key", re.compile(r"wandb[^\n]{0,80}?(['\"])(?P<key>[0-9a-f]{40,100})\1")),
    ("Weights & Biases key", re.compile(r"(?i:WANDB_API_KEY)[^\n]{0,20}?=\s*(?P<key>[0-9a-f]{40,100})\b")),
    (
        "key",
        # A name that says so, and a value without spaces that no English word looks like.
        re.compile(
            r"(?i:api_?key|access_?token|auth_?token|hf_?token|secret(?:_?key)?|passw(?:or)?d)"
            r"['\"]?\]?\s*[=:(]\s*(['\"])(?P<key>(?=[^'\"\n]*[0-9])(?=[^'\"\n]*[A-Za-z])[^\s'\"]{16,300})\1"
        ),
    ),
)
STANDS_FOR_ONE = re.compile(r"(?i)your|example|placeholder|insert|paste|xxxx|\.\.\.|<|\{|masked-")


@dataclass(frozen=True)
class Masked:
    """A key that was made unreadable: what it opens, and the line it stands in."""

    kind: str
    line: int


def mask(text: str) -> tuple[str, list[Masked]]:
    """`text` with every key replaced by a word that says so, and the list of them; lines keep their numbers."""
    found: list[Masked] = []
    for start, end, kind in reversed(list(_spans(text))):
        found.append(Masked(kind, text.count("\n", 0, start) + 1))
        text = f"{text[:start]}masked-{kind.lower().replace(' ', '-')}{text[end:]}"
    return text, found[::-1]


def _spans(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, kind) of each key, from the beginning, none twice and none inside another."""
    matches = [
        (match.start("key"), -match.end("key"), order, kind)
        for order, (kind, pattern) in enumerate(PATTERNS)
        for match in pattern.finditer(text)
        if not STANDS_FOR_ONE.search(match["key"])
    ]
    last = 0
    for start, negative_end, _, kind in sorted(matches, key=lambda one: (one[0], one[1], one[2])):
        if start >= last:
            yield start, -negative_end, kind
            last = -negative_end
