"""Drawing an order by lot: the same seed and the same pairs give the same order, on any machine."""

import hashlib
import secrets
from collections.abc import Iterable

MAX_SEED = 10**9


def new_seed() -> int:
    """A seed that nobody chose."""
    return secrets.randbelow(MAX_SEED)


def draw(pairs: Iterable[int], *, seed: int) -> list[int]:
    """`pairs` in the order of the hashes of "seed:pair"; anybody can check it with any SHA-256."""
    return sorted(pairs, key=lambda pair: hashlib.sha256(f"{seed}:{pair}".encode()).digest())
