"""Collection pages take the same number of queries, however much they show."""

from typing import Any

import pytest
from django.urls import reverse

from apps.quota import operations
from apps.quota.operations import Ask, Grant
from apps.quota.states import Unit
from tests.factories.courses import MembershipFactory
from tests.factories.pairs import PairFactory
from tests.factories.quota import submitted
from tests.factories.world import World


def decided(world: World, model: str) -> None:
    members = [MembershipFactory(course=world.course) for _ in range(2)]
    pair = PairFactory(course=world.course, of=members)
    request = submitted(pair, Ask(model, Unit.REQUESTS, 5, "Five"), Ask(model, Unit.GPU_SECONDS, 5, "Five"))
    (line, other) = request.lines.all()
    grants = {line.pk: Grant(5), other.pk: Grant(0, "None there")}
    operations.grant_request(request, grants=grants, message="A start.", by=world.ta)
    submitted(pair)


@pytest.mark.parametrize(
    ("more", "name", "queries"), [(0, "index", 16), (2, "index", 16), (0, "pool", 13), (2, "pool", 13)]
)
def test_pages_of_staff(world: World, as_user: Any, count_queries: Any, more: int, name: str, queries: int) -> None:
    for number in range(1 + more):
        decided(world, f"owner/model-{number}")
    url = reverse(f"quota:{name}", args=[world.course.slug])
    assert count_queries(as_user(world.instructor), url) == queries


@pytest.mark.parametrize("more", [0, 2])
def test_page_of_a_student(world: World, as_user: Any, count_queries: Any, more: int) -> None:
    operations.deny_request(world.quota_request, message="No.", by=world.ta)
    for _ in range(more):
        operations.deny_request(submitted(world.pair), message="No.", by=world.ta)
    url = reverse("quota:index", args=[world.course.slug])
    assert count_queries(as_user(world.partner), url) == 15


def test_the_block_for_other_pages_is_a_fragment_and_a_page(world: World, as_user: Any) -> None:
    url = reverse("quota:for_pair", args=[world.course.slug, world.pair.pk])
    client = as_user(world.partner)
    block = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "waits for staff" in block
    assert "<html" not in block
    assert "<html" in client.get(url).content.decode()
