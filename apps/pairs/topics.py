"""The topics that students name: a catalogue to tick, and others in their own words.

Two people share a topic when it reads the same but for capitals. It is kept as the first person wrote it.
"""

from collections.abc import Iterable

from apps.core.errors import Refused
from apps.core.text import one_line

CATALOGUE = (
    "Activation patching",
    "Attention heads",
    "Attribution and gradients",
    "Chain of thought",
    "Circuits",
    "Factual recall",
    "In-context learning",
    "Logit lens",
    "Model editing",
    "Multilingual models",
    "Probing",
    "Safety and deception",
    "Sparse autoencoders",
    "Steering",
    "Superposition",
    "Training dynamics",
    "Vision models",
)
MOST = 12
MAX_LENGTH = 40  # of one topic

_catalogue = {name.casefold(): name for name in CATALOGUE}


def key(topic: str) -> str:
    """What two spellings of one topic have in common."""
    return topic.casefold()


def keys(topics: Iterable[str]) -> frozenset[str]:
    """The topics in the form in which they are compared, here and in matching."""
    return frozenset(key(topic) for topic in topics)


def tidy(topics: Iterable[str], *, field: str) -> list[str]:
    """`topics` each on one line, in the catalogue's spelling where it has them, without doubles, in the order given.

    Refused beside `field` when one is too long or there are too many.
    """
    found: dict[str, str] = {}
    for topic in filter(None, map(one_line, topics)):
        found.setdefault(key(topic), _catalogue.get(key(topic), topic))
    for topic in found.values():
        if len(topic) > MAX_LENGTH:
            words = f"“{topic[:MAX_LENGTH]}…” has {len(topic)} characters; {MAX_LENGTH} is the most for one topic."
            raise Refused(f"{words} Put commas between topics.", field=field)
    if len(found) > MOST:
        raise Refused(f"These are {len(found)} topics; choose the {MOST} that matter most to you.", field=field)
    return list(found.values())


def shared(mine: Iterable[str], theirs: Iterable[str]) -> list[str]:
    """Those of `theirs` that are among `mine` too."""
    wanted = keys(mine)
    return [topic for topic in theirs if key(topic) in wanted]
