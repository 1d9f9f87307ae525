"""A pair asks: every bad input gets its sentence, and nothing typed is lost."""

import html
from typing import Any

import pytest
from django.urls import reverse

from apps.quota import operations
from apps.quota.models import QuotaRequest
from tests.factories.quota import GPT2, LLAMA
from tests.factories.world import World

ROW = {"model": "gpt2", "unit": "requests", "amount": "1,200", "why": "60 prompts × 20 layers"}


def form(*rows: dict[str, str], press: str = "send") -> dict[str, str]:
    data = {"press": press, "form-TOTAL_FORMS": str(len(rows)), "form-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        data |= {f"form-{number}-{name}": value for name, value in row.items()}
    return data


@pytest.fixture
def asker(world: World, as_user: Any) -> Any:
    operations.withdraw_request(world.quota_request, by=world.partner)
    return as_user(world.partner)


@pytest.fixture
def ask_url(world: World) -> str:
    return reverse("quota:ask", args=[world.course.slug])


def newest(world: World) -> QuotaRequest:
    return QuotaRequest.objects.filter(pair=world.pair).latest("pk")


def test_a_sent_request_waits_and_both_partners_and_staff_see_it(
    world: World, as_user: Any, asker: Any, ask_url: str
) -> None:
    bytes_row = {"model": LLAMA, "unit": "result_bytes", "amount": "2000000", "why": "Saved logits"}
    response = asker.post(ask_url, form(ROW, {"model": "", "unit": "gpu_seconds", "amount": "", "why": ""}, bytes_row))
    request = newest(world)
    assert response["Location"] == reverse("quota:detail", args=[world.course.slug, request.pk])
    lines = [(line.model, line.unit, line.amount) for line in request.lines.all()]
    assert lines == [(GPT2, "requests", 1200), (LLAMA, "result_bytes", 2_000_000)]
    for person in (world.second_partner, world.ta):
        page = as_user(person).get(response["Location"]).content.decode()
        assert "waits for staff" in page
        assert "2,000,000 (2 MB)" in page
        assert "sent the request to staff" in page


def test_a_draft_is_the_pairs_own_until_it_is_sent(world: World, as_user: Any, asker: Any, ask_url: str) -> None:
    asker.post(ask_url, form(ROW, press="draft"))
    request = newest(world)
    page = reverse("quota:detail", args=[world.course.slug, request.pk])
    assert as_user(world.instructor).get(page).status_code == 404
    edit = reverse("quota:edit", args=[world.course.slug, request.pk])
    assert 'value="1,200"' in as_user(world.second_partner).get(edit).content.decode()
    as_user(world.second_partner).post(edit, form({**ROW, "amount": "7"}))
    request.refresh_from_db()
    assert (request.state, request.lines.get().amount) == ("submitted", 7)
    assert as_user(world.instructor).get(page).status_code == 200


NO_AMOUNTS = ["-5", "0", "1.5", "1,5", "NaN", "inf", "1e3", "ten", "٣", "1" * 20, "9" * 100_000]
NO_MODELS = ["a new one", "owner/", "/name", "../../etc/passwd", "a/b/c", "<b>/x", "x" * 300]
BAD_LINES = [
    ([{"model": "", "unit": "requests", "amount": "", "why": ""}], "fill in at least one line"),
    ([{**ROW, "why": " "}], "This field is required."),
    ([ROW, {**ROW, "model": GPT2}], "Another line asks for this model and unit already"),
    ([{**ROW, "unit": "dollars"}], "Select a valid choice"),
    ([{**ROW, "why": "a\0b"}], "Null characters are not allowed"),
    ([{**ROW, "model": f"a/m{number}"} for number in range(13)], "at most 12 forms"),
    *(([{**ROW, "amount": amount}], "Write a whole number from 1 to 1,000,000,000,000,000.") for amount in NO_AMOUNTS),
    *(([{**ROW, "model": model}], "names no model") for model in NO_MODELS[:-1]),
    ([{**ROW, "model": NO_MODELS[-1]}], "at most 200 characters"),
]


def test_bad_lines_get_their_sentence_and_lose_nothing(asker: Any, ask_url: str, subtests: Any) -> None:
    before = QuotaRequest.objects.count()
    for rows, sentence in BAD_LINES:
        with subtests.test(row=str(rows[-1])[:100]):
            page = html.unescape(asker.post(ask_url, form(*rows)).content.decode())
            assert sentence in page
            for text in rows[0].values():
                assert text.strip().replace("\0", "") in page.replace("\0", "")
            assert QuotaRequest.objects.count() == before


def test_a_form_that_was_tampered_with_is_no_error_of_ours(asker: Any, ask_url: str) -> None:
    for data in ({}, {"press": "send"}, {"form-TOTAL_FORMS": "x", "form-INITIAL_FORMS": "-1"}):
        assert asker.post(ask_url, data).status_code == 200


def test_lines_come_and_go_without_losing_text(asker: Any, ask_url: str) -> None:
    more = asker.post(ask_url, form(ROW, press="add"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in more
    assert ROW["why"] in more
    assert 'name="form-1-model"' in more
    second = {**ROW, "why": "The second"}
    fewer = asker.post(ask_url, form(ROW, second, press="remove-0")).content.decode()
    assert "<html" in fewer
    assert "The second" in fewer
    assert ROW["why"] not in fewer


def test_a_second_request_is_refused_with_the_text_kept(world: World, as_user: Any, ask_url: str) -> None:
    page = as_user(world.partner).post(ask_url, form(ROW)).content.decode()
    assert "Your pair has a request open already" in page
    assert ROW["why"] in page


def test_a_denied_request_and_its_message_stay_and_can_be_asked_again(world: World, as_user: Any, ask_url: str) -> None:
    operations.deny_request(world.quota_request, message="Ask for **less**.", by=world.ta)
    page = as_user(world.second_partner).get(reverse("quota:index", args=[world.course.slug])).content.decode()
    assert "denied" in page
    assert "<strong>less</strong>" in page
    again = as_user(world.second_partner).get(ask_url, {"like": world.quota_request.pk}).content.decode()
    assert "A logit lens on 100 prompts" in again


def test_another_pairs_lines_cannot_be_copied(world: World, as_user: Any, asker: Any, ask_url: str) -> None:
    other = operations.change_request(
        world.quota_draft, asks=[operations.Ask(LLAMA, "requests", 5, "Our secret plan")], by=world.other_student
    )
    assert "Our secret plan" in as_user(world.other_student).get(ask_url, {"like": other.pk}).content.decode()
    for like in (str(other.pk), "9" * 30, "x"):
        assert "Our secret plan" not in asker.get(ask_url, {"like": like}).content.decode()


def test_a_student_without_a_pair_is_sent_to_find_one(world: World, as_user: Any, ask_url: str) -> None:
    world.pair.members.update(is_active=False)
    alone = as_user(world.partner)
    assert "Find a partner" in alone.get(reverse("quota:index", args=[world.course.slug])).content.decode()
    assert alone.get(ask_url)["Location"] == reverse("pairs:index", args=[world.course.slug])


def test_whoever_has_a_request_open_is_led_to_it_before_writing_another(world: Any, as_user: Any) -> None:
    ask_url = reverse("quota:ask", args=[world.course.slug])
    page = as_user(world.partner).get(ask_url, follow=True)
    assert page.redirect_chain, "the form was shown although it could not be sent"
    assert "Your pair has this request open" in page.content.decode()
