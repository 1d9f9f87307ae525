"""Staff decide: capped by the pool, with reasons, told to the pair and to nobody else."""

from typing import Any

import pytest
from django.urls import reverse

from apps.core.models import OutgoingMail
from apps.quota import operations, queries
from apps.quota.operations import Ask
from apps.quota.states import Unit
from tests.factories.quota import GPT2, LLAMA, fill_pool, submitted
from tests.factories.world import World


@pytest.fixture
def review_url(world: World) -> str:
    OutgoingMail.objects.all().delete()  # what was said while the world was made
    return reverse("quota:review", args=[world.course.slug, world.quota_request.pk])


def decision(world: World, granted: str, reason: str = "", press: str = "grant", message: str = "") -> dict[str, str]:
    line = world.quota_request.lines.get()
    return {f"line-{line.pk}-granted": granted, f"line-{line.pk}-reason": reason, "press": press, "message": message}


def mails() -> list[str]:
    return sorted(OutgoingMail.objects.values_list("to", flat=True))


def test_a_partial_grant_with_its_reason_reaches_the_pair(world: World, as_user: Any, review_url: str) -> None:
    response = as_user(world.ta).post(review_url, decision(world, "40", "Start with a pilot", message="Good plan."))
    assert response["Location"] == reverse("quota:index", args=[world.course.slug])
    world.quota_request.refresh_from_db()
    assert world.quota_request.state == "partly_approved"
    assert mails() == ["partner@example.edu", "second_partner@example.edu"]
    letter = OutgoingMail.objects.first()
    assert letter is not None
    for text in ("40 of 100", "Start with a pilot", "Good plan.", "/quota/requests/"):
        assert text in letter.body
    page = as_user(world.partner).get(reverse("quota:index", args=[world.course.slug])).content.decode()
    for text in ("partly granted", "Start with a pilot", "Good plan.", "not reported yet"):
        assert text in page


def test_a_whole_grant_needs_no_reason(world: World, as_user: Any, review_url: str) -> None:
    as_user(world.instructor).post(review_url, decision(world, "100"))
    world.quota_request.refresh_from_db()
    assert world.quota_request.state == "approved"


def test_whoever_wants_no_mail_gets_none(world: World, as_user: Any, review_url: str) -> None:
    world.partner.mails_about_projects = False
    world.partner.save()
    as_user(world.ta).post(review_url, decision(world, "100"))
    assert mails() == ["second_partner@example.edu"]


BAD_DECISIONS = [
    ("40", "", "grant", "Say why this is less than was asked."),
    ("101", "", "grant", "Grant between 0 and the 100 that were asked."),
    ("0", "Nothing", "grant", "This grants nothing."),
    ("-1", "x", "grant", "Write a whole number from 0"),
    ("1.5", "x", "grant", "Write a whole number from 0"),
    ("NaN", "x", "grant", "Write a whole number from 0"),
    ("9" * 40, "x", "grant", "Write a whole number from 0"),
    ("", "x", "grant", "This field is required."),
    ("rubbish", "", "deny", "Say why: the pair reads it and can ask again."),
]


def test_a_decision_that_cannot_be_gets_a_sentence(world: World, as_user: Any, review_url: str, subtests: Any) -> None:
    client = as_user(world.ta)
    for granted, reason, press, sentence in BAD_DECISIONS:
        with subtests.test(granted=granted, reason=reason, press=press):
            page = client.post(review_url, decision(world, granted, reason, press)).content.decode()
            assert sentence in page
            assert f'value="{granted}"' in page or not granted
            assert reason in page
            world.quota_request.refresh_from_db()
            assert world.quota_request.state == "submitted"
            assert (queries.balance_of(world.pair), mails()) == ([], [])


def test_denying_needs_a_message_and_no_numbers(world: World, as_user: Any, review_url: str) -> None:
    as_user(world.ta).post(review_url, decision(world, "", press="deny", message="Not this term."))
    world.quota_request.refresh_from_db()
    assert (world.quota_request.state, world.quota_request.message) == ("denied", "Not this term.")
    assert mails() == ["partner@example.edu", "second_partner@example.edu"]


def test_the_form_offers_no_more_than_is_left(world: World, as_user: Any) -> None:
    operations.withdraw_request(world.quota_request, by=world.partner)
    request = submitted(world.pair, Ask(GPT2, Unit.REQUESTS, 1500, "Much"), Ask(LLAMA, Unit.GPU_SECONDS, 9, "None"))
    url = reverse("quota:review", args=[world.course.slug, request.pk])
    page = as_user(world.ta).get(url).content.decode()
    assert 'value="1,000"' in page
    assert 'value="0"' in page


def test_lines_that_together_pass_the_pool_are_refused_whole(world: World, as_user: Any) -> None:
    operations.withdraw_request(world.quota_request, by=world.partner)
    request = submitted(world.pair, Ask(GPT2, Unit.REQUESTS, 600, "Half"), Ask(LLAMA, Unit.REQUESTS, 600, "Half"))
    data = {f"line-{line.pk}-granted": "600" for line in request.lines.all()}
    url = reverse("quota:review", args=[world.course.slug, request.pk])
    page = as_user(world.ta).post(url, {**data, "press": "grant"}).content.decode()
    assert "Only 400 requests are left in the pool" in page
    assert queries.pool_of(world.course)[0].left == 1000
    assert queries.balance_of(world.pair) == []


def test_a_request_that_was_decided_meanwhile_says_so(world: World, as_user: Any, review_url: str) -> None:
    operations.deny_request(world.quota_request, message="No.", by=world.instructor)
    response = as_user(world.ta).post(review_url, decision(world, "100"), follow=True)
    assert "This changed while you were looking" in response.content.decode()
    assert queries.balance_of(world.pair) == []


def test_nobody_grants_to_their_own_pair(world: World, as_user: Any, review_url: str) -> None:
    world.partner.is_superuser = True
    world.partner.save()
    assert as_user(world.partner).post(review_url, decision(world, "100")).status_code == 403
    assert as_user(world.partner).get(review_url).status_code == 403


def test_the_pool_is_filled_once_however_often_it_is_pressed(world: World, as_user: Any) -> None:
    url = reverse("quota:pool", args=[world.course.slug])
    data = {
        "action": "add",
        "model": "gpt2",
        "unit": "gpu_seconds",
        "amount": "3,600",
        "note": "Mail of 1 October",
        "key": "7f6e6a5e-5cf4-4c3c-8a3f-2f1d4a3b9c10",
    }
    for _ in range(2):
        as_user(world.instructor).post(url, data)
    page = as_user(world.ta).get(url).content.decode()
    assert "3,600" in page
    assert "Mail of 1 October" in page
    assert {(row.model, row.size) for row in queries.pool_of(world.course)} == {("", 1000), (GPT2, 3600)}


BAD_CHANGES = [
    ({"action": "reduce", "amount": "1001"}, "Only 1,000 of this are left"),
    ({"amount": "1000000000000000"}, "The pool can hold at most"),
    ({"amount": "-1"}, "Write a whole number"),
    ({"model": "no model"}, "names no model"),
    ({"note": ""}, "This field is required."),
    ({"key": "mine"}, "did not arrive whole"),
]


def test_a_bad_change_of_the_pool_gets_its_sentence(world: World, as_user: Any, subtests: Any) -> None:
    data = {"action": "add", "model": "any model", "unit": "requests", "amount": "5", "note": "x"}
    data["key"] = "7f6e6a5e-5cf4-4c3c-8a3f-2f1d4a3b9c10"
    url = reverse("quota:pool", args=[world.course.slug])
    client = as_user(world.instructor)
    for change, sentence in BAD_CHANGES:
        with subtests.test(change=change):
            assert sentence in client.post(url, data | change).content.decode()
            assert queries.pool_of(world.course)[0].size == 1000


def test_courses_keep_their_own_pools(world: World, as_user: Any) -> None:
    fill_pool(world.other_course, world.guest, model=LLAMA, amount=77_777)
    other = reverse("quota:pool", args=[world.other_course.slug])
    assert "77,777" in as_user(world.guest).get(other).content.decode()
    for url in ("quota:pool", "quota:index"):
        page = as_user(world.instructor).get(reverse(url, args=[world.course.slug])).content.decode()
        assert "77,777" not in page
    crossed = reverse("quota:detail", args=[world.other_course.slug, world.quota_request.pk])
    assert as_user(world.guest).get(crossed).status_code == 404
