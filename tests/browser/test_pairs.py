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
    quentin.get_by_role("textbox", name="Code").fill("WRONGONE")
    quentin.get_by_role("button", name="Join").click()
    says(quentin, "No open code reads like this")
    quentin.get_by_role("textbox", name="Code").fill(code.lower())
    quentin.get_by_role("button", name="Join").click()
    says(quentin, "are a pair now. Your partner gets mail")
    pia.reload()
    says(pia, "Your pair")


def test_the_board_from_a_card_to_an_invitation(open_window: Callable[..., Page]) -> None:
    uma, tara = open_window(width=375), open_window()
    sign_in_as(uma, "Uma Costa")
    sign_in_as(tara, "Tara Singh")
    uma.goto(f"{COURSE}/pairs/about-you/")
    uma.get_by_label("What interests you").fill("Circuits that add")
    uma.get_by_label("Circuits", exact=True).check()
    evening = uma.get_by_label("Monday 20:00")
    evening.focus()
    for key in ("Space", "Shift+ArrowDown", "Shift+ArrowDown"):
        uma.keyboard.press(key)
    says(uma, "3 hours chosen")
    uma.get_by_role("button", name="Save and put my card on the board").click()

    tara.goto(f"{COURSE}/pairs/board/?topic=Circuits")
    card = tara.locator(".card-of", has_text="Uma Costa")
    expect(card).to_contain_text("Circuits that add")
    expect(card).to_contain_text("3 shared hours")
    assert "uma@example.edu" not in tara.content()
    tara.get_by_role("link", name="Write a message to Uma Costa").click()
    tara.get_by_label("Message").fill("Shall we add together?")
    tara.get_by_role("button", name="Send").click()
    says(tara, "Uma Costa gets mail with your words, without your address")

    uma.goto(f"{COURSE}/pairs/")
    uma.get_by_role("link", name="1 new message").click()
    uma.get_by_role("link", name="Tara Singh").click()
    says(uma, "Shall we add together?")

    tara.goto(f"{COURSE}/pairs/board/")
    card.get_by_label("Invite Uma Costa").click()
    card.get_by_label("A line to them").fill("Mondays?")
    card.get_by_role("button", name="Send the invitation").click()
    says(tara, "Sent. Uma Costa gets mail and sees it here")
    uma.goto(f"{COURSE}/pairs/board/")
    uma.get_by_label("Accept the invitation of Tara Singh").click()
    says(uma, "You and Tara Singh are a pair now")
    tara.goto(f"{COURSE}/pairs/board/")
    expect(tara.get_by_text("Circuits that add")).to_have_count(0)
