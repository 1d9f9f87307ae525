"""Signing in by a code sent by mail."""

import datetime as dt
import itertools
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from apps.accounts.models import User
from apps.core.models import OutgoingMail
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

REQUEST, CONFIRM = "/account/login/code/", "/account/login/code/confirm/"
SAME_SENTENCE = "is on a roster, a code is on its way to it."
_addresses = itertools.count(1)


@pytest.fixture
def client() -> Client:
    """A browser with an address of its own, so that no test uses up the patience meant for another."""
    return Client(REMOTE_ADDR=f"10.0.{next(_addresses)}.1")


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def code_of(mail: OutgoingMail) -> str:
    return re.search(r"^    (\S+)$", mail.body, re.MULTILINE)[1]


def ask(client: Client, email: str, **more: str) -> Any:
    return client.post(REQUEST, {"email": email, **more}, follow=True)


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_code_signs_in(client: Client) -> None:
    user = UserFactory()
    page = ask(client, user.email.upper())
    assert SAME_SENTENCE in page.content.decode()
    mail = OutgoingMail.objects.get()
    assert (mail.to.lower(), mail.subject, mail.is_secret) == (user.email, "Your sign-in code", True)
    answer = client.post(CONFIRM, {"code": code_of(mail)})
    assert answer["Location"] == "/"
    assert client.session["_auth_user_id"] == str(user.pk)


def test_one_goes_where_one_was_going(client: Client) -> None:
    user = UserFactory()
    wanted = client.get("/account/profile/")
    assert wanted["Location"] == "/account/login/code/?next=/account/profile/"
    page = ask(client, user.email, next="/account/profile/")
    assert 'name="next" value="/account/profile/"' in page.content.decode()
    answer = client.post(CONFIRM, {"code": code_of(OutgoingMail.objects.get()), "next": "/account/profile/"})
    assert answer["Location"] == "/account/profile/"


def test_no_stranger_says_where_one_goes(client: Client) -> None:
    ask(client, UserFactory().email, next="https://evil.example/")
    answer = client.post(CONFIRM, {"code": code_of(OutgoingMail.objects.get()), "next": "https://evil.example/"})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("who", ["unknown", "inactive"])
def test_whoever_may_not_in_sees_the_same_and_gets_no_mail(client: Client, who: str) -> None:
    email = UserFactory(is_active=False).email if who == "inactive" else "stranger@example.edu"
    page = ask(client, email)
    assert page.status_code == 200
    assert SAME_SENTENCE in page.content.decode()
    assert OutgoingMail.objects.count() == 0
    assert "not the code" in client.post(CONFIRM, {"code": "123-456"}).content.decode()
    assert not User.objects.filter(email="stranger@example.edu").exists()


def test_three_wrong_codes_end_the_attempt(client: Client) -> None:
    ask(client, UserFactory().email)
    code = code_of(OutgoingMail.objects.get())
    assert "That is not the code in the newest mail" in client.post(CONFIRM, {"code": "WRONG"}).content.decode()
    client.post(CONFIRM, {"code": "WRONG"})
    ended = client.post(CONFIRM, {"code": "WRONG"}, follow=True)
    assert "Too many attempts" in ended.content.decode()
    assert client.post(CONFIRM, {"code": code})["Location"].startswith(REQUEST)
    assert not signed_in(client)


def test_a_code_is_good_for_a_quarter_of_an_hour(client: Client, time_machine: Any) -> None:
    start = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
    time_machine.move_to(start, tick=False)
    ask(client, UserFactory().email)
    time_machine.move_to(start + dt.timedelta(minutes=15, seconds=1), tick=False)
    assert client.post(CONFIRM, {"code": code_of(OutgoingMail.objects.get())})["Location"].startswith(REQUEST)
    assert not signed_in(client)


def test_a_code_works_in_the_browser_that_asked_for_it(client: Client) -> None:
    ask(client, UserFactory().email)
    other = Client(REMOTE_ADDR="10.9.9.9")
    assert other.post(CONFIRM, {"code": code_of(OutgoingMail.objects.get())})["Location"].startswith(REQUEST)
    assert not signed_in(other)


def test_a_new_code_voids_the_old_one(client: Client) -> None:
    ask(client, UserFactory().email)
    client.post(CONFIRM, {"action": "resend"})
    old, new = [code_of(mail) for mail in OutgoingMail.objects.order_by("pk")]
    assert old != new
    client.post(CONFIRM, {"code": old})
    assert not signed_in(client)
    client.post(CONFIRM, {"code": new})
    assert signed_in(client)


def test_a_mistyped_address_can_be_mended(client: Client) -> None:
    user = UserFactory()
    page = ask(client, "mistyped@example.edu", next="/account/profile/")
    other = re.search(r'href="([^"]+)">Use another address', page.content.decode())[1].replace("&amp;", "&")
    form = client.get(other)
    assert form.status_code == 200
    assert 'value="/account/profile/"' in form.content.decode()
    ask(client, user.email)
    client.post(CONFIRM, {"code": code_of(OutgoingMail.objects.get())})
    assert signed_in(client)


def test_an_account_closed_in_between_stays_closed(client: Client) -> None:
    user = UserFactory()
    ask(client, user.email)
    User.objects.filter(pk=user.pk).update(is_active=False)
    page = client.post(CONFIRM, {"code": code_of(OutgoingMail.objects.get())}, follow=True)
    assert "This account is closed" in page.content.decode()
    assert not signed_in(client)


def test_one_mailbox_is_not_flooded(client: Client) -> None:
    user = UserFactory()
    for i in range(7):
        page = Client(REMOTE_ADDR=f"10.1.1.{i}").post(REQUEST, {"email": user.email}, follow=True)
    assert OutgoingMail.objects.count() == 5
    assert "Too many attempts. Wait a few minutes" in page.content.decode()


@pytest.mark.parametrize("email", ["", "no address", "a" * 400 + "@example.edu", "x\x00@example.edu"])
def test_what_is_no_address_is_said_beside_the_field(client: Client, email: str) -> None:
    page = client.post(REQUEST, {"email": email})
    assert page.status_code == 200
    assert "email" in page.context["form"].errors
    assert OutgoingMail.objects.count() == 0


def test_who_is_signed_in_is_sent_on(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get(REQUEST)["Location"] == "/"


def test_signing_out_takes_a_post(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get("/account/logout/").status_code == 200
    assert signed_in(client)
    assert client.post("/account/logout/")["Location"] == "/"
    assert not signed_in(client)


@pytest.mark.parametrize(
    "name", ["account_signup", "account_email", "account_change_password", "account_reset_password"]
)
def test_the_rest_of_allauth_is_closed(client: Client, name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)
    for path in ("signup/", "email/", "password/change/", "password/reset/", "reauthenticate/"):
        assert client.get(f"/account/{path}").status_code == 404


def test_demo_lets_anybody_be_anybody(client: Client, settings: Any) -> None:
    settings.DEMO = True
    user, closed = UserFactory(name="Ada Demo"), UserFactory(is_active=False, name="Closed Demo")
    page = client.get("/account/sign-in-as/").content.decode()
    assert "Ada Demo" in page
    assert "Closed Demo" not in page
    assert client.post("/account/sign-in-as/", {"user": closed.pk}).status_code == 404
    assert client.post("/account/sign-in-as/", {"user": "x"}).status_code == 404
    client.post("/account/sign-in-as/", {"user": user.pk})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_without_demo_nobody_is_anybody(client: Client) -> None:
    assert client.post("/account/sign-in-as/", {"user": UserFactory().pk}).status_code == 404
    assert not signed_in(client)


def test_the_profile(client: Client) -> None:
    user = UserFactory(name="Old")
    client.force_login(user)
    bad = client.post("/account/profile/", {"name": "   ", "mails_about_projects": "on"})
    assert "name" in bad.context["form"].errors
    client.post("/account/profile/", {"name": " New ", "email": "mine@example.edu", "is_superuser": "on"})
    user.refresh_from_db()
    assert (user.name, user.mails_about_projects, user.is_superuser) == ("New", False, False)
    assert user.email != "mine@example.edu"
