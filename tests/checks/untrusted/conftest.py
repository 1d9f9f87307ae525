"""Warm sandboxes for the tests of this folder."""

from collections.abc import Iterator

import pytest

from apps.checks.sandbox.pool import Pool
from tests.checks.untrusted import sandboxes


@pytest.fixture(scope="session", autouse=True)
def shelf() -> None:
    """The miniature GPT-2."""
    sandboxes.build_shelf()


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """Two warm sandboxes with torch; taken ones are replaced in the background."""
    pool = Pool(sandboxes.place(), 2)
    yield pool
    pool.close()
