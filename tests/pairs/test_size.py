"""Three hundred students: every page of pairs asks the same number of questions as for a handful, and under fifteen."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.access import STAFF, Row
from tests.factories.crowd import crowd
from tests.pairs.access import ROWS

MOST = 14
CASES = [
    pytest.param(row, role, id=f"{row.url_name}-{role}")
    for row in ROWS
    if row.method == "get" and 200 in row.status
    for role in dict.fromkeys([row.ok[0], *(name for name in row.ok if name in STAFF)][:2])
]


@pytest.mark.django_db
@pytest.mark.parametrize(("row", "role"), CASES)
def test_a_page_asks_as_much_for_three_hundred_as_for_a_few(row: Row, role: str, world: Any, as_user: Any) -> None:
    client = as_user(getattr(world, role))
    url = reverse(row.url_name, args=row.args(world))
    crowd(world.course, size=60)
    few = _queries(client, url, row.data(world))
    crowd(world.course, size=240)
    many = _queries(client, url, row.data(world))
    assert len(many) == len(few), "\n".join(query["sql"][:300] for query in many)
    assert len(many) <= MOST, "\n".join(query["sql"][:300] for query in many)


def _queries(client: Any, url: str, data: dict[str, Any]) -> list[dict[str, str]]:
    client.get(url, data)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url, data).status_code == 200
    return list(queries)
