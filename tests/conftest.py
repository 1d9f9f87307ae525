"""What all tests share: the cast, signed-in clients, and a count of queries that may not grow."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.world import World, build_world


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STATIC_ROOT = str(tmp_path)  # WhiteNoise warns of a folder that is not there
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.DEMO = False  # tests of demo mode turn it on


@pytest.fixture
def world(db: None) -> World:
    """A course with the whole cast and one object of every kind."""
    return build_world()


@pytest.fixture
def as_user() -> Callable[[Any], Client]:
    """`as_user(world.partner)` is a client signed in as that person; `as_user(None)` is a stranger's."""

    def client_of(user: Any) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return client_of


@pytest.fixture
def count_queries() -> Callable[..., int]:
    """`count_queries(client, url)` opens a page that must work and returns how many queries that took."""

    def count(client: Client, url: str) -> int:
        client.get(url)  # fills caches that live longer than a request
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url)
        assert response.status_code == 200, f"{url} answered {response.status_code}"
        return len(queries)

    return count


@pytest.fixture
def on_commit_now(django_capture_on_commit_callbacks: Any) -> Iterator[None]:
    """Runs what operations do after the commit, in a test that never commits."""
    with django_capture_on_commit_callbacks(execute=True):
        yield
