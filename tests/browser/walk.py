"""The steps of one project, as its people do them; test_whole_project.py walks them in order."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from courseproj.settings import BASE_DIR
from tests.browser.people import sign_in_by_code

DATA = BASE_DIR / "tests" / "data"
YEAR = 2030  # its weekdays are those of 2024
COURSE = "/c/walk"
OVERVIEW = f"{COURSE}/overview/"

SYLLABUS = """
Participation counts for 5% of the grade. Late homework loses 20% a day.

Meeting | Topic(s) | readings | things due | lecture notes/etc |
11/4 (M) | Modern Language Modeling | | | Notes Slides |
11/6 (W) | How do these models work? (guest speakers) | |
11/11 (M) | No class (University holiday) | |||
11/13 (W) | Class cancelled; work on proposals! | (Tentative) project proposals due 11/15; see here |
11/20 (W) | Diffusion Models | A tutorial | HW5 due! | Notes |
13/45 (X) | A row that is no day | | | |
12/2 (M) | Dedicated project feedback and help | | | |
12/4 (W) | Project presentations! |
"""

ROSTER = """Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (123)
    Points Possible,,,,,10
"Lovelace, Ada",901,S901,lovelace,Section 1,9
"Babbage, Charles",902,S902,babbage,Section 1,8
"Hopper, Grace",903,S903,hopper,Section 1,10
"Student, Test",,,,Section 1,
"""

SECTION_TEXT = "We look for **negation**: where does the model keep a “not”? Patching each head answers it."


def says(page: Page, text: str) -> None:
    """The page shows this text."""
    expect(page.get_by_text(text).filter(visible=True).first).to_be_visible()


def overview_says(page: Page, *texts: str) -> None:
    page.goto(OVERVIEW)
    for text in texts:
        says(page, text)


def make_course(instructor: Page) -> None:
    instructor.goto("/courses/new/")
    instructor.get_by_label("Title").fill("Deep learning")
    instructor.get_by_label("Term").fill(f"Fall {YEAR}")
    instructor.get_by_label("Short name").fill("walk")
    instructor.get_by_role("button", name="Make the course").click()
    instructor.wait_for_url("**/c/walk/**")


def paste_syllabus(instructor: Page) -> None:
    instructor.goto(f"{COURSE}/syllabus/")
    instructor.get_by_label("The schedule").fill(SYLLABUS)
    instructor.get_by_label("Year of the first class").fill(str(YEAR))
    instructor.get_by_label("Time zone").select_option("America/New_York")
    instructor.get_by_role("button", name="Show the preview").click()
    says(instructor, "Nothing is saved yet")
    says(instructor, "1 row could not be read")
    says(instructor, "13/45")
    titles = instructor.get_by_label("Title")
    dates = instructor.locator("input[name$='-date']")
    found = {dates.nth(row).input_value() for row in range(titles.count()) if titles.nth(row).input_value()}
    assert found == {f"{YEAR}-11-15", f"{YEAR}-12-02", f"{YEAR}-12-04"}
    titles.first.fill("Proposals due, no later")
    instructor.get_by_role("button", name="Save the calendar").click()
    overview_says(instructor, "Proposals due, no later", "Import the roster")


def import_roster(instructor: Page, folder: Path) -> None:
    file = folder / "roster.csv"
    file.write_text(ROSTER, encoding="utf-8")
    instructor.goto(f"{COURSE}/roster/")
    instructor.get_by_label("Roster").set_input_files(file)
    instructor.get_by_label("Addresses end in").fill("walk.example.edu")
    instructor.get_by_role("button", name="Show the preview").click()
    says(instructor, "Nothing is written yet")
    expect(instructor.get_by_role("cell", name="lovelace@walk.example.edu")).to_be_visible()
    instructor.get_by_role("button", name="Import", exact=True).click()
    overview_says(instructor, "3 students have no partner yet")


def pair_up(ada: Page, charles: Page) -> None:
    sign_in_by_code(ada, "lovelace@walk.example.edu")
    sign_in_by_code(charles, "babbage@walk.example.edu")
    overview_says(ada, "Find a partner")
    ada.goto(f"{COURSE}/pairs/")
    ada.get_by_label("Charles Babbage").check()
    ada.get_by_role("button", name="Send the invitation").click()
    overview_says(ada, "Your invitation is out", "waits for Charles Babbage")
    overview_says(charles, "Answer the invitation of Ada Lovelace")
    charles.goto(f"{COURSE}/pairs/")
    charles.get_by_role("button", name="Accept").click()
    overview_says(ada, "You work with Charles Babbage", "Begin your proposal")


def write_proposal(ada: Page, charles: Page) -> None:
    ada.goto(f"{COURSE}/proposals/")
    ada.get_by_role("button", name="Begin").click()
    ada.get_by_label("Title").fill("Where is the not?")
    areas = ada.locator("textarea[name^='text-']")
    for index in range(areas.count()):
        areas.nth(index).fill(SECTION_TEXT)
    saved = ada.locator("[data-saved]")
    expect(saved).to_have_count(areas.count() + 1)  # each section and the title saved themselves
    ada.get_by_role("textbox", name="Source 1", exact=True).fill("Meng et al. 2022")
    ada.get_by_label("What you used source 1 for").fill("Causal tracing")
    charles.goto(f"{COURSE}/proposals/")
    says(charles, "where does the model keep a “not”?")
    ada.get_by_role("button", name="Save and go on to submit").click()
    says(ada, "You are in time")
    ada.get_by_role("button", name="Submit version 1").click()
    overview_says(ada, "Your proposal is being read", "waits for the course staff")
    overview_says(charles, "Your proposal is being read")


def check_code(student: Page, filename: str) -> None:
    """Upload a file of tests/data and wait for its report, which comes by itself."""
    student.goto(f"{COURSE}/checks/")
    student.get_by_label("A file").set_input_files(DATA / filename)
    student.get_by_role("button", name="Check it").click()
    student.wait_for_url("**/checks/runs/*/")
    says(student, filename)
    verdict = student.get_by_role("heading", name=re.compile("^passed$", re.IGNORECASE))
    expect(verdict).to_be_visible(timeout=120_000)
    says(student, "openai-community/gpt2")
    figure = student.locator("figure img").first
    figure.scroll_into_view_if_needed()
    student.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=figure.element_handle())
    says(student, "Memory at most")
    overview_says(student, "Your latest check passed")


def ask_for_quota(student: Page) -> None:
    student.goto(f"{COURSE}/quota/ask/")
    student.get_by_label("Model").first.fill("openai-community/gpt2")
    student.get_by_label("Unit").first.select_option("requests")
    student.get_by_label("Amount").first.fill("500")
    student.get_by_label("Why this much").first.fill("144 heads on 40 prompts, in sessions")
    student.get_by_role("button", name="Another line").click()
    student.get_by_label("Model").nth(1).fill("any model")
    student.get_by_label("Unit").nth(1).select_option("gpu_seconds")
    student.get_by_label("Amount").nth(1).fill("600")
    student.get_by_label("Why this much").nth(1).fill("The last comparison")
    student.get_by_role("button", name="Send to staff").click()
    overview_says(student, "Your quota request is being read")


def grant_quota(instructor: Page, student: Page) -> None:
    for unit, amount in (("requests", "1000"), ("gpu_seconds", "3600")):
        instructor.goto(f"{COURSE}/quota/pool/")
        instructor.get_by_label("Model").fill("any model")
        instructor.get_by_label("Unit").select_option(unit)
        instructor.get_by_label("Amount").fill(amount)
        instructor.get_by_label("Where it comes from").fill("Agreed with NDIF")
        instructor.locator("form").get_by_role("button").last.click()
    overview_says(instructor, "Answer 1 quota request")
    instructor.goto(f"{COURSE}/quota/")
    instructor.get_by_role("link", name="Review").click()
    instructor.locator("input[name$='-granted']").first.fill("300")
    instructor.get_by_role("button", name="Grant what stands here").click()
    expect(instructor.locator(".invalid-feedback").first).to_be_visible()  # less than asked needs a reason
    instructor.locator("[name$='-reason']").first.fill("Begin with 300; ask again when they are used")
    instructor.get_by_role("button", name="Grant what stands here").click()
    overview_says(student, "Your quota request was partly granted")
    student.goto(f"{COURSE}/quota/")
    says(student, "Begin with 300; ask again when they are used")


def read_and_ask_for_a_change(instructor: Page) -> None:
    overview_says(instructor, "Read 1 proposal; the oldest is “Where is the not?”")
    instructor.goto(f"{COURSE}/proposals/")
    instructor.get_by_role("link", name="Where is the not?").first.click()
    feedback = instructor.locator("#feedback")
    feedback.get_by_label("Comment").fill("A good question.")
    feedback.get_by_role("button", name="Save the comment").click()
    says(instructor, "A good question.")
    feedback.get_by_text("Ask for a change", exact=True).click()
    feedback.locator("form[action*='ask-change'] textarea").fill("Name a baseline.")
    feedback.get_by_role("button", name="Ask for this change").click()
    says(instructor, "Name a baseline.")
    decide(instructor, "Ask to revise", "One point, then it is fine.")


def decide(instructor: Page, outcome: str, message: str) -> None:
    instructor.get_by_role("link", name="Decide on").click()
    instructor.get_by_label(outcome).check()
    instructor.locator("textarea[name=message]").fill(message)
    if outcome == "Ask to revise":
        instructor.get_by_label("Revision due on").fill(f"{YEAR}-11-25")
    instructor.get_by_role("button", name="Preview").click()
    says(instructor, "lovelace@walk.example.edu")  # who will be told
    instructor.get_by_role("button", name="Make it final").click()


def revise(ada: Page) -> None:
    overview_says(ada, "Revise your proposal: 1 change asked for")
    ada.goto(f"{COURSE}/proposals/")
    ada.get_by_role("link", name="Edit the draft").click()
    methods = ada.locator("textarea[name='text-methods']")
    methods.fill(SECTION_TEXT + " The baseline is a random twin.")
    ada.get_by_role("button", name="Save and go on to submit").click()
    ada.get_by_role("button", name="Submit version 2").click()
    ada.goto(f"{COURSE}/proposals/")
    feedback = ada.locator("#feedback")
    feedback.get_by_text("Mark as done", exact=True).first.click()
    feedback.locator("form[action*='done'] textarea").fill("In the methods.")
    feedback.get_by_role("button", name="Mark as done").click()
    says(ada, "In the methods.")
    ada.get_by_role("link", name="What changed between them").click()
    expect(ada.locator("ins", has_text="baseline")).to_be_visible()


def accept(instructor: Page, ada: Page) -> None:
    overview_says(instructor, "Verify 1 change that a pair marked as done")
    instructor.goto(f"{COURSE}/proposals/")
    instructor.get_by_role("link", name="Where is the not?").first.click()
    instructor.get_by_role("button", name="Verify that it is made").click()
    expect(instructor.get_by_text("verified", exact=True).first).to_be_visible()
    decide(instructor, "Accept", "Go ahead.")
    overview_says(ada, "Your proposal is accepted")


def schedule(instructor: Page, ada: Page) -> str:
    """Draws, moves and publishes; the time of day at which the moved pair begins."""
    overview_says(instructor, "Make the presentation day")
    instructor.goto(f"{COURSE}/schedule/")
    instructor.get_by_role("link", name="New presentation day").click()
    assert instructor.get_by_label("Date").input_value() == f"{YEAR}-12-04"
    instructor.get_by_label("Title").fill("Presentations")
    instructor.locator("[name=start]").fill("11:45")
    instructor.locator("[name=end]").fill("13:25")
    instructor.get_by_label("Rooms").fill("Room 108")
    assert instructor.get_by_label("Minutes for each pair").input_value() == "12"
    says(instructor, "8 slots for 1 pair.")
    instructor.get_by_role("button", name="Make the day").click()
    instructor.get_by_role("button", name="Draw slots for 1 pair").click()
    pair = instructor.locator("select[name=pair]")
    pair.select_option(index=1)
    expect(pair.locator("option:checked")).to_contain_text("Ada Lovelace & Charles Babbage")
    drawn = pair.locator("option:checked").inner_text()
    begins = "12:57" if "13:09" in drawn else "13:09"
    slots = instructor.locator("select[name=slot]")
    slots.select_option(slots.locator("option", has_text=f"{begins}–").get_attribute("value"))
    instructor.get_by_role("button", name="Move them").click()
    instructor.get_by_role("link", name="Publish").click()
    says(instructor, "Ada Lovelace")
    overview_says(ada, "The presentation schedule is not published yet")
    instructor.goto(f"{COURSE}/schedule/")
    instructor.get_by_role("link", name="Presentations", exact=True).first.click()
    instructor.get_by_role("link", name="Publish").click()
    instructor.get_by_role("button", name="Publish version 1").click()
    instructor.wait_for_url(lambda url: "/publish/" not in url)
    return begins


def calendar_file(student: Page, begins: str) -> bytes:
    """The student's slot as a calendar file, got by pressing the link."""
    overview_says(student, begins, "Room 108")
    student.goto(f"{COURSE}/schedule/")
    student.get_by_role("link", name="Presentations", exact=True).first.click()
    with student.expect_download() as download:
        student.get_by_role("link", name="Calendar file").click()
    return Path(str(download.value.path())).read_bytes()


def mailed(page: Page, address: str) -> Any:
    """The subjects of the mails that went to an address, newest first; the worker may need a moment."""
    page.goto(f"/mail/?to={address}")
    return page.locator("article h2").all_inner_texts()
