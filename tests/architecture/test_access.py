"""Every URL × every role, from the URLconf itself."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access import Row
from tests.factories.world import CAST, World

APPS = sorted(file.parent.name for file in Path(__file__).parent.parent.glob("*/access.py"))
ROWS: list[Row] = [row for app in APPS for row in importlib.import_module(f"tests.{app}.access").ROWS]


def named_urls(resolver: URLResolver, space: tuple[str, ...] = ()) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from named_urls(pattern, (*space, pattern.namespace) if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern.pattern} has no name"
            yield ":".join((*space, pattern.name))


def test_every_url_is_in_the_table() -> None:
    missing = set(named_urls(get_resolver())) - {row.url_name for row in ROWS}
    assert not missing, f"Say in tests/<app>/access.py who may open: {sorted(missing)}"


def test_every_row_names_people_of_the_cast() -> None:
    for row in ROWS:
        assert set(row.ok) | set(row.forbidden) <= set(CAST), row.label


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.label)
def test_each_role_gets_what_the_table_says(row: Row, world: World, as_user: Any, subtests: Any) -> None:
    url = reverse(row.url_name, args=row.args(world))
    # Those who are refused go first: whoever gets in may change what is there.
    for role in sorted(CAST, key=lambda role: role in row.ok):
        with subtests.test(role=role):
            client = as_user(None if role == "anonymous" else getattr(world, role))
            response = getattr(client, row.method)(url, row.data(world))
            assert response.status_code in row.expected(role), (
                f"{role}: {response.status_code}, not {row.expected(role)}"
            )
            if role == "anonymous" and not row.public:
                assert "/account/" in response["Location"], response["Location"]
