"""Finding a partner at two computers: by invitation, by code, over the partner board."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.people import sign_in_as
from tests.browser.walk import says

COURSE = "/c/interp-demo"


def test_an_invitation_becomes_a_pair_in_two_windows(open_window: Callable[..., Page]) -> None:
    nora, omar = open_window(), open_window(width=375)
    sign_in_as(nora, "Nora Lind")
    sign_in_as(omar, "Omar Said")
    nora.goto(f"{COURSE}/pairs/")
    nora.get_by_label("Find by name or mail").fill("omar")
    expect(nora.get_by_label("Hugo Weber")).to_have_count(0)
    nora.get_by_label("Omar Said").check()
    nora.get_by_label("Message").fill("Attention sinks, Tuesdays?")
    nora.get_by_role("button", name="Send the invitation").click()
    says(nora, "Sent. Omar Said gets mail and sees it here")
    omar.goto(f"{COURSE}/pairs/")
    says(omar, "Attention sinks, Tuesdays?")
    omar.get_by_role("button", name="Accept").click()
    says(omar, "You and Nora Lind are a pair now")
    nora.reload()
    says(nora, "Your pair")
    nora.get_by_role("link", name="Nora Lind & Omar Said").click()
    says(nora, "accepted the invitation of Nora Lind")


def test_a_code_is_told_and_typed_in(open_window: Callable[..., Page]) -> None:
    pia, quentin = open_window(), open_window(width=375)
    sign_in_as(pia, "Pia Berg")
    sign_in_as(quentin, "Quentin Roy")
    pia.goto(f"{COURSE}/pairs/")
    pia.get_by_role("button", name="Make a code").click()
    code = pia.locator(".code").inner_text()
    quentin.goto(f"{COURSE}/pairs/")
    quentin.get_by_label("Code").fill("WRONGONE")
    quentin.get_by_role("button", name="Join").click()
    says(quentin, "No open code reads like this")
    quentin.get_by_label("Code").fill(code.lower())
    quentin.get_by_role("button", name="Join").click()
    says(quentin, "are a pair now. Your partner gets mail")
    pia.reload()
    says(pia, "Your pair")
