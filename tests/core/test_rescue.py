"""Whoever has lost their session does not lose what they typed."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db
TEXT = "Forty minutes of writing about induction heads. " * 10


def lose_session(client: Client) -> None:
    del client.cookies["sessionid"]


@pytest.fixture
def typed(world: Any, as_user: Any) -> Client:
    """A client of `partner` that sent a form after the session had ended."""
    client = as_user(world.partner)
    client.get(reverse("accounts:profile"))
    lose_session(client)
    answer = client.post(reverse("accounts:profile"), {"name": TEXT, "csrfmiddlewaretoken": "secret-token"})
    assert answer.status_code == 302
    assert answer["Location"].endswith("?next=%2Frescued%2F")
    return client


def test_the_text_comes_back_after_signing_in(world: Any, typed: Client) -> None:
    typed.force_login(world.partner)
    page = typed.get(reverse("core:rescued")).content.decode()
    assert TEXT in page
    assert "secret-token" not in page


def test_somebody_else_at_the_same_browser_does_not_see_it(world: Any, typed: Client) -> None:
    typed.force_login(world.other_student)
    answer = typed.get(reverse("core:rescued"), follow=True)
    assert TEXT not in answer.content.decode()


def test_it_can_be_let_go(world: Any, typed: Client) -> None:
    typed.force_login(world.partner)
    typed.post(reverse("core:rescued"))
    assert TEXT not in typed.get(reverse("core:rescued"), follow=True).content.decode()


def test_a_background_save_gets_a_banner_not_a_sign_in_page(world: Any, as_user: Any) -> None:
    client = as_user(world.partner)
    client.get(reverse("accounts:profile"))
    lose_session(client)
    answer = client.post(reverse("accounts:profile"), {"name": TEXT}, headers={"HX-Request": "true"})
    assert answer["HX-Retarget"] == "#notices"
    assert "signed out" in answer.content.decode()


def test_a_key_in_the_text_is_masked_before_it_is_kept(world: Any, as_user: Any) -> None:
    client = as_user(world.partner)
    client.get(reverse("accounts:profile"))
    lose_session(client)
    client.post(reverse("accounts:profile"), {"name": "token = 'hf_" + "a1" * 15 + "'"})
    assert "hf_a1" not in str(dict(client.session))
    client.force_login(world.partner)
    page = client.get(reverse("core:rescued")).content.decode()
    assert "masked-hugging-face-token" in page
    assert "Revoke it" in page


def test_a_button_pressed_after_the_session_leads_back_to_its_page(world: Any, as_user: Any) -> None:
    client = as_user(world.partner)
    home = reverse("dashboard:course", args=[world.course.slug])
    client.get(home)
    lose_session(client)
    button = reverse("pairs:accept", args=[world.course.slug, 1])
    answer = client.post(button, headers={"Referer": f"http://testserver{home}"})
    assert answer["Location"].endswith(f"?next={home.replace('/', '%2F')}")
    assert "press the button again" in client.get(answer["Location"]).content.decode()
