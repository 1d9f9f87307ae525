"""One project from sign-up to presentation: two students and an instructor, each at a computer of their own, against
the processes of the Procfile."""

import datetime as dt
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Any

import icalendar
from playwright.sync_api import Page

from tests.browser import walk
from tests.browser.people import sign_in_as


def test_from_sign_up_to_presentation(open_window: Callable[..., Page], site: Any, tmp_path: Path) -> None:
    site.wait_for_runner()
    instructor, ada, charles = open_window(), open_window(), open_window(width=375)
    sign_in_as(instructor, "Grace Okafor")
    walk.make_course(instructor)
    walk.paste_syllabus(instructor)
    walk.import_roster(instructor, tmp_path)
    walk.pair_up(ada, charles)
    walk.write_proposal(ada, charles)
    walk.check_code(ada, "logit_lens.py")
    walk.check_code(charles, "logit_lens.ipynb")
    walk.ask_for_quota(charles)
    walk.grant_quota(instructor, charles)
    walk.read_and_ask_for_a_change(instructor)
    walk.revise(ada)
    walk.accept(instructor, ada)
    begins = walk.schedule(instructor, ada)

    calendar = icalendar.Calendar.from_ical(walk.calendar_file(charles, begins))
    (event,) = calendar.walk("VEVENT")
    local = event.decoded("dtstart").astimezone(zoneinfo.ZoneInfo("America/New_York"))
    assert f"{local:%Y-%m-%d %H:%M}" == f"{walk.YEAR}-12-04 {begins}"
    assert event.decoded("dtend") - event.decoded("dtstart") == dt.timedelta(minutes=12)
    assert "Room 108" in str(event["location"])
    subjects = " / ".join(walk.mailed(charles, "babbage@walk.example.edu"))
    for told in ("would like to do the project with you", "Presentations"):
        assert told in subjects
