"""Leaving a pair at two computers, and a dropout mended at three."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.people import sign_in_as
from tests.browser.walk import says

COURSE = "/c/interp-demo"


def open_pair(page: Page, name: str) -> None:
    """To the page of one's own pair, by the links a person follows."""
    page.goto(f"{COURSE}/pairs/")
    page.get_by_role("main").get_by_role("link", name=name, exact=True).click()


def test_one_asks_the_other_agrees_and_it_is_undone(open_window: Callable[..., Page]) -> None:
    gina, hugo = open_window(), open_window(width=375, scheme="dark")
    sign_in_as(gina, "Gina Rossi")
    sign_in_as(hugo, "Hugo Weber")
    open_pair(gina, "Gina Rossi & Hugo Weber")
    gina.get_by_role("link", name="Leave or part").click()
    # How everything stands has come by itself before anything is asked.
    expect(gina.get_by_role("row", name="Proposal").get_by_role("link")).to_be_visible()
    says(gina, "still reads the versions and the feedback of until then")
    choose_by_keyboard(gina)
    says(gina, "Asked. Hugo Weber gets mail; they and the staff see it here")

    open_pair(hugo, "Gina Rossi & Hugo Weber")
    says(hugo, "I found another topic")
    hugo.get_by_role("link", name="See what agreeing means").click()
    says(hugo, "goes on writing it")
    hugo.get_by_role("button", name="I agree").click()
    says(hugo, "Gina Rossi left, the project stayed with Hugo Weber")
    says(hugo, "You have no partner now")

    gina.reload()
    says(gina, "you left this pair")
    expect(gina.get_by_role("link", name="Leave or part")).to_have_count(0)
    gina.get_by_role("button", name="Undo it").click()
    says(gina, "Undone: everything is as it was")
    hugo.get_by_role("button", name="Undo it").click()
    says(hugo, "This was undone a moment ago")
    expect(hugo.get_by_role("heading", level=1)).to_have_text("Gina Rossi & Hugo Weber")


def choose_by_keyboard(page: Page) -> None:
    page.get_by_label("I leave, the project stays with Hugo Weber").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("I found another topic")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def test_a_dropout_is_mended(open_window: Callable[..., Page]) -> None:
    grace, elif_, leo = open_window(), open_window(width=375), open_window()
    sign_in_as(grace, "Grace Okafor")
    sign_in_as(elif_, "Elif Kaya")
    sign_in_as(leo, "Leo Haas")
    grace.on("dialog", lambda dialog: dialog.accept())
    grace.goto(f"{COURSE}/members/?q=femi")
    grace.get_by_role("main").get_by_role("link", name="Femi Adeyemi").first.click()
    grace.get_by_role("button", name="Take Femi Adeyemi out of the course").click()
    says(grace, "Femi Adeyemi is out of the course")

    elif_.goto(f"{COURSE}/pairs/")
    says(elif_, "You have no partner now")
    for choice in ("Somebody joins you.", "You go on alone.", "You join another project.", "You wait."):
        says(elif_, choice)
    elif_.get_by_role("link", name="Invite a classmate").click()
    elif_.get_by_label("Find by name or mail").fill("leo")
    expect(elif_.get_by_label("Jun Mori")).to_have_count(0)
    elif_.get_by_label("Leo Haas").check()
    elif_.get_by_role("button", name="Send the invitation").click()
    says(elif_, "Sent. Leo Haas gets mail")

    leo.goto(f"{COURSE}/pairs/")
    article = leo.locator("article", has_text="From Elif Kaya")
    article.get_by_role("button", name="Accept").click()
    open_pair(leo, "Elif Kaya & Leo Haas")
    says(leo, "dropped the course")
    leo.goto(f"{COURSE}/proposals/")
    # The draft of before is theirs now, and both go on with it.
    expect(leo.get_by_label("Title")).not_to_have_value("")
    elif_.goto(f"{COURSE}/overview/")
    says(elif_, "You work with Leo Haas")
