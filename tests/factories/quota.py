"""Requests for compute, made the way people make them."""

import uuid
from typing import Any

from apps.courses.models import Course
from apps.pairs.models import Pair
from apps.quota import operations
from apps.quota.models import QuotaRequest
from apps.quota.operations import Ask
from apps.quota.states import Unit

GPT2 = "openai-community/gpt2"
LLAMA = "meta-llama/Llama-3.1-70B"


def fill_pool(course: Course, by: Any, *, model: str = "", unit: str = Unit.REQUESTS, amount: int = 1000) -> None:
    operations.add_to_pool(
        course, model=model, unit=unit, amount=amount, note="The course's share", key=str(uuid.uuid4()), by=by
    )


def draft(pair: Pair, *asks: Ask) -> QuotaRequest:
    lines = asks or (Ask(GPT2, Unit.REQUESTS, 100, "A logit lens on 100 prompts"),)
    return operations.draft_request(pair, asks=lines, by=pair.users[0])


def submitted(pair: Pair, *asks: Ask) -> QuotaRequest:
    return operations.submit_request(draft(pair, *asks), by=pair.users[0])


def build(world: Any) -> None:
    """A pool of 1,000 requests on any model; the pair's request for 100 waits, the other pair has a draft."""
    fill_pool(world.course, world.instructor)
    world.quota_request = submitted(world.pair)
    world.quota_draft = draft(world.other_pair)
