"""Match the rest in a browser: a dry run by the real worker, edits by keyboard and by dragging, proposals, answers."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.people import sign_in_as, sign_in_by_code
from tests.browser.walk import says

COURSE = "/c/matching"
NAMES = ["Bell, Anna", "Cole, Bert", "Dorn, Cleo", "Ende, Doro", "Fink, Emil", "Gold, Finn"]


@pytest.fixture
def staff(open_window: Callable[..., Page], tmp_path: Path) -> Iterator[Page]:
    """Grace, in a course of her own with six students without partners."""
    page = open_window()
    sign_in_as(page, "Grace Okafor")
    page.goto("/courses/new/")
    page.get_by_label("Title").fill("Matching")
    page.get_by_label("Term").fill("Fall 2030")
    page.get_by_label("Short name").fill("matching")
    page.get_by_role("button", name="Make the course").click()
    page.wait_for_url("**/c/matching/**")
    roster = tmp_path / "roster.csv"
    rows = [f'"{name}",{at},S{at},{address(name)},Section 1' for at, name in enumerate(NAMES, start=701)]
    roster.write_text("Student,ID,SIS User ID,SIS Login ID,Section\n" + "\n".join(rows), encoding="utf-8")
    page.goto(f"{COURSE}/roster/")
    page.get_by_label("Roster").set_input_files(roster)
    page.get_by_role("button", name="Show the preview").click()
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_load_state()
    return page


def address(name: str) -> str:
    return f"{name.partition(',')[0].lower()}@matching.example.edu"


def group(page: Page, number: int) -> Locator:
    return page.locator(".group").filter(has=page.get_by_role("heading", name=re.compile(rf"^Group {number}\b")))


def names_in(place: Locator) -> list[str]:
    return place.locator(".student-name").all_inner_texts()


def test_from_a_dry_run_to_a_pair(staff: Page, open_window: Callable[..., Page]) -> None:
    start_a_run(staff)
    move_by_keyboard(staff)
    move_by_dragging(staff)
    first = names_in(group(staff, 1))
    propose(staff)
    for at, name in enumerate(first):
        student = open_window(width=375 if at else 1280)
        sign_in_by_code(student, f"{name.split()[-1].lower()}@matching.example.edu")
        student.goto(f"{COURSE}/pairs/")
        student.get_by_role("link", name=" & ".join(first)).click()
        student.get_by_role("button", name="Accept").click()
        says(student, "You have accepted; it waits" if at == 0 else "All have accepted: you are a group now")
    staff.goto(f"{COURSE}/pairs/matching/")
    says(staff, "accepted by all")


def start_a_run(staff: Page) -> None:
    staff.goto(f"{COURSE}/pairs/matching/")
    says(staff, "nobody is told until you have looked")
    staff.get_by_label("Seed").fill("4")
    staff.get_by_role("button", name="Start a dry run").click()
    says(staff, "What comes out")  # the page follows by itself
    expect(staff.locator(".group")).to_have_count(3)


def move_by_keyboard(staff: Page) -> None:
    """Two students change places without a mouse; afterwards one is where one was."""
    (moved, stays), (other, _) = names_in(group(staff, 1)), names_in(group(staff, 2))
    move = staff.get_by_role("link", name=f"Move {moved}")
    move.focus()
    staff.keyboard.press("Enter")
    choice = group(staff, 1).get_by_label("Move to…")
    expect(choice).to_be_focused()
    choice.select_option(label=f"{other} (group 2)")
    staff.keyboard.press("Tab")
    staff.keyboard.press("Enter")
    says(staff, f"Swapped {moved} and {other}.")
    expect(staff.get_by_role("link", name=f"Move {moved}")).to_be_focused()
    assert set(names_in(group(staff, 1))) == {other, stays}


def move_by_dragging(staff: Page) -> None:
    """A third is dragged into a pair, and what that leaves is dragged out of the groups; both are taken back."""
    before = names_in(group(staff, 1))
    third, alone = names_in(group(staff, 3))
    drag(staff, third, group(staff, 1).locator(".students"))
    says(staff, f"Moved {third} to ")
    assert set(names_in(group(staff, 1))) == {*before, third}
    says(staff, "needs your approval")
    drag(staff, alone, staff.locator(".left"))
    says(staff, f"Took {alone} out of the groups.")
    expect(staff.locator(".left")).to_contain_text(alone)
    staff.reload()
    assert names_in(staff.locator(".left")) == [alone]
    for _ in range(2):
        staff.get_by_role("button", name="Take back the latest edit").click()
        says(staff, "Took back the latest edit.")
        staff.reload()
    assert names_in(group(staff, 1)) == before


def drag(staff: Page, name: str, place: Locator) -> None:
    """With the mouse, as a person does: press, move a little, move there, hover, release."""
    source = staff.locator(".student-name").filter(has_text=name)
    staff.locator("#groups").evaluate("heading => heading.scrollIntoView()")  # all of them are in sight then
    start = source.bounding_box()
    assert start
    staff.mouse.move(start["x"] + 20, start["y"] + start["height"] / 2)
    staff.mouse.down()
    staff.mouse.move(start["x"] + 30, start["y"] + start["height"] / 2 + 6, steps=4)
    end = place.bounding_box()
    assert end
    x, y = end["x"] + end["width"] / 2, end["y"] + end["height"] / 2
    staff.mouse.move(x, y, steps=12)
    for step in range(40):  # a hand is never still, and lets go when it sees the name there
        if name in place.inner_text():
            break
        staff.mouse.move(x + step % 4, y + step % 3)
        staff.wait_for_timeout(50)
    staff.mouse.up()


def propose(staff: Page) -> None:
    staff.get_by_role("link", name="Propose or make the groups").click()
    says(staff, "Either way mail goes to 6 of 6 students")
    staff.get_by_label("Days to answer").fill("2")
    staff.get_by_role("button", name="Do it and send the mail").click()
    says(staff, "Proposed to 6 students, who have 2 days to accept.")
