"""A look into the real broker."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings

from apps.checks.models import Run
from apps.checks.runner import protocol


class Broker:
    """The jobs that wait for runners, and the attempts that were called back."""

    def __init__(self, client: redis.Redis) -> None:
        self.client = client

    def jobs(self) -> list[dict[str, Any]]:
        """Oldest first."""
        messages = [json.loads(raw) for raw in reversed(self.client.lrange(protocol.CHECKS_QUEUE, 0, -1))]
        return [json.loads(base64.b64decode(message["body"]))[0][0] for message in messages]

    def headers(self) -> str:
        return json.dumps([json.loads(raw)["headers"] for raw in self.client.lrange(protocol.CHECKS_QUEUE, 0, -1)])

    def lose_everything(self) -> None:
        self.client.delete(protocol.CHECKS_QUEUE, "unacked")

    def take(self) -> None:
        """What kombu does when a runner takes the oldest message: out of the list, into the hash."""
        self.client.hset("unacked", "tag", self.client.rpop(protocol.CHECKS_QUEUE))

    def is_called_back(self, run: Run) -> bool:
        return bool(self.client.exists(protocol.cancel_key(str(run.attempt))))


@pytest.fixture
def broker() -> Iterator[Broker]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        broker = Broker(client)
        broker.lose_everything()
        yield broker
        broker.lose_everything()
