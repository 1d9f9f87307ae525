"""Reading schedules as people paste them."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.errors import Refused
from apps.courses.states import MilestoneKind
from apps.courses.syllabus import read
from courseproj.settings import BASE_DIR

SCHEDULE = (Path(__file__).parent / "data" / "schedule.txt").read_text(encoding="utf-8")
REAL = BASE_DIR.parent / "shared" / "course" / "syllabus-fall-2024.txt"


def day(text: str, date: str, *, year: int = 2024) -> object:
    return next(day for day in read(text, year=year).days if day.date.isoformat() == date)


def found(text: str, *, year: int = 2024) -> list[tuple[str, str]]:
    return [(item.kind.value, item.date.isoformat()) for item in read(text, year=year).milestones]


def test_a_pipe_table_between_prose() -> None:
    result = read(SCHEDULE, year=2024)
    assert [day.date.isoformat()[5:] for day in result.days] == [
        "09-04", "09-09", "09-11", "09-30", "10-14", "10-23", "10-28", "11-04", "11-13", "11-20", "12-02", "12-04",
    ]  # fmt: skip
    assert {day.date.year for day in result.days} == {2024}
    assert result.unreadable == []
    assert [text[:9] for text in result.around] == ["A course ", "40% | Exe", "60% | Pro", "Late work"]


@pytest.mark.parametrize(
    ("date", "readings", "due", "notes"),
    [
        ("2024-09-04", "Book: Chapter 1; The first paper (1957!)", "join the forum!", "Notes Slides of the first day"),
        ("2024-09-09", "Book: Chapter 2", "", "Notes Notebook on losses"),
        ("2024-09-11", "Book: 4.1", "HW 1 Due! (NOW DUE 9/13)", "Notes Notebook on layers"),
        ("2024-09-30", "Book: 14.1", "", "Notes Notebook with vectors (may be useful for HW3)"),
        ("2024-10-14", "", "", ""),
        ("2024-10-23", "", "HW 4 Due! (NOW DUE 10/25)", "Attention slides Notebook with heads"),
        ("2024-10-28", "Practice questions", "", ""),
        ("2024-11-04", "", "", "Notes Slides on tuning"),
        ("2024-11-13", "", "(Tentative) project proposals due 11/15; see here for details", ""),
        ("2024-12-04", "", "", ""),
    ],
)
def test_cells_that_slid_left_are_put_back(date: str, readings: str, due: str, notes: str) -> None:
    row = day(SCHEDULE, date)
    assert (row.readings, row.due, row.notes) == (readings, due, notes)


def test_milestones_are_recognised_and_homework_is_not() -> None:
    result = read(SCHEDULE, year=2024)
    assert [(item.kind, item.title, item.date) for item in result.milestones] == [
        (MilestoneKind.PROPOSAL, "Proposals due", dt.date(2024, 11, 15)),
        (MilestoneKind.FEEDBACK, "Project feedback", dt.date(2024, 12, 2)),
        (MilestoneKind.PRESENTATION, "Presentations", dt.date(2024, 12, 4)),
    ]
    proposal = result.milestones[0]
    assert (proposal.source, proposal.day) == ("(Tentative) project proposals due 11/15", dt.date(2024, 11, 13))


@pytest.mark.skipif(not REAL.exists(), reason="the course's own syllabus is not part of the repository")
def test_the_course_this_was_built_for() -> None:
    result = read(REAL.read_text(encoding="utf-8"), year=2024)
    assert len(result.days) == 27
    assert result.unreadable == []
    assert [(item.kind.value, item.date.isoformat()) for item in result.milestones] == [
        ("proposal", "2024-11-15"),
        ("feedback", "2024-12-02"),
        ("presentation", "2024-12-04"),
    ]
    dues = {day.date.isoformat()[5:]: day.due for day in result.days if day.due}
    assert dues == {
        "09-04": "join the Piazza site!",
        "09-11": "HW 1 Due! (NOW DUE 9/13)",
        "09-25": "HW 2 due!",
        "10-09": "HW 3 Due!",
        "10-23": "HW 4 Due! (NOW DUE 10/25)",
        "11-13": "(Tentative) project proposals due 11/15; see here for details",
        "11-20": "HW5 due!",
    }


SAME = {
    "markdown": "| Date | Topic | Due |\n|:---|---|---:|\n| 9/4 | Intro | |\n| 11/15 | Work | Proposals due |\n",
    "csv": 'Date,Topic,Due\n9/4,Intro,\n"11/15","Work","Proposals due"\n',
    "tabs": "Date\tTopic\tDue\n9/4\tIntro\t\n11/15\tWork\tProposals due",
    "semicolons": "Date;Topic;Due\r\n9/4;Intro;\r\n11/15;Work;Proposals due\r\n",
    "no heads": "9/4 | Intro | | |\n11/15 | Work | | Proposals due |\n",
    "columns turned": "Due,Topic,Date\n,Intro,9/4\nProposals due,Work,11/15\n",
    "a week before": "Week | Date | Topic | Due\n1 | 9/4 | Intro | \n11 | 11/15 | Work | Proposals due\n",
    "other dates": "Date,Topic,Due\n2024-09-04,Intro,\n\"Fri, Nov 15, 2024\",Work,Proposals due\n",
    "day first": "Date,Topic,Due\n4/9,Intro,\n15/11,Work,Proposals due\n",
    "dots": "Date,Topic,Due\n4.9.,Intro,\n15.11.2024,Work,Proposals due\n",
    "bold": "|**Date**|**Topic**|**Due**|\n|-|-|-|\n|**9/4**|Intro||\n|*Nov 15th*|Work|Proposals due|\n",
}  # fmt: skip


@pytest.mark.parametrize("text", SAME.values(), ids=SAME.keys())
def test_the_same_table_in_many_notations(text: str) -> None:
    result = read(text, year=2024)
    assert [(day.date.isoformat(), day.topic, day.due) for day in result.days] == [
        ("2024-09-04", "Intro", ""),
        ("2024-11-15", "Work", "Proposals due"),
    ]
    assert [(item.kind.value, item.date.isoformat()) for item in result.milestones] == [("proposal", "2024-11-15")]
    assert result.unreadable == []


def test_a_winter_term_goes_into_the_next_year() -> None:
    text = "Date,Topic\n12/16,One\n1/6,Two\n1/8,Proposals due 1/31\n3/3,Three\n"
    assert [day.date.isoformat() for day in read(text, year=2024).days] == [
        "2024-12-16", "2025-01-06", "2025-01-08", "2025-03-03",
    ]  # fmt: skip
    assert found(text) == [("proposal", "2025-01-31")]


def test_a_deadline_may_lie_in_the_year_after_its_row() -> None:
    assert found("Date,Topic\n12/16,Project proposals due 1/10\n12/18,Last\n") == [("proposal", "2025-01-10")]


def test_rows_that_cannot_be_read_are_listed_with_the_reason() -> None:
    text = "Date | Topic\n9/4 | One\n2/30 | No such day\nWeek 3 | Nothing\na stray line\n13/32 | Neither\n9/11 | Two\n"
    result = read(text, year=2024)
    assert [day.topic for day in result.days] == ["One", "Two"]
    assert [(row.line, row.reason) for row in result.unreadable] == [
        (3, "February 2024 has 29 days, so there is no 2/30."),
        (4, "No date stands in this row."),
        (5, "A line without columns, in the middle of the table."),
        (6, "There is no month 13."),
    ]
    assert result.unreadable[1].text == "Week 3 | Nothing"


def test_the_leap_day_exists_in_leap_years_only() -> None:
    text = "Date,Topic\n2/28,One\n2/29,Leap\n"
    assert len(read(text, year=2024).days) == 2
    assert [row.reason for row in read(text, year=2025).unreadable] == [
        "February 2025 has 28 days, so there is no 2/29."
    ]


def test_a_leap_day_of_the_next_year_names_that_year() -> None:
    result = read("Date,Topic\n12/16,One\n1/6,Two\n2/29,Leap\n", year=2024)
    assert [row.reason for row in result.unreadable] == ["February 2025 has 28 days, so there is no 2/29."]


def test_dates_that_stand_twice_are_kept_and_said() -> None:
    result = read("Date,Topic\n9/4,Lecture\n9/4,Lab\n9/9,Next\n", year=2024)
    assert [day.topic for day in result.days] == ["Lecture", "Lab", "Next"]
    assert "Sep 4 stands in lines 2 and 3; all are kept." in result.remarks


def test_weekdays_that_do_not_fit_cast_doubt_on_the_year() -> None:
    assert any("Most weekdays do not fit the year 2025" in remark for remark in read(SCHEDULE, year=2025).remarks)
    assert not any("weekday" in remark.lower() for remark in read(SCHEDULE, year=2024).remarks)
    one_slip = "Date,Topic\n9/4 (W),One\n9/9 (T),Two\n9/11 (W),Three\n9/16 (M),Four\n"
    assert "Line 3: Sep 9, 2024 is a Monday; the table says Tuesday." in read(one_slip, year=2024).remarks


def test_several_days_in_one_row() -> None:
    result = read("Date,Topic\n9/4,One\n12/2 - 12/4,Project presentations\n", year=2024)
    assert [day.date.isoformat() for day in result.days] == ["2024-09-04", "2024-12-02"]
    assert result.remarks[-1] == "Line 3: of several days only the first, Dec 2, 2024, was taken."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Project proposals due 11/15 at 5pm", [("proposal", "11-15", "17:00")]),
        ("HW 5 due 11/18, project proposal due 11/22 by noon", [("proposal", "11-22", "12:00")]),
        ("Project proposals due 11/15 (NOW DUE 11/18)", [("proposal", "11-18", None)]),
        ("Project proposals due; extended to Nov 20 23:30", [("proposal", "11-20", None)]),
        ("Find your partner by Friday", [("pairs", "11-13", None)]),
        ("Final report due 12/13", [("report", "12-13", None)]),
        ("Poster session", [("presentation", "11-13", None)]),
        ("Feedback on proposals", [("feedback", "11-13", None)]),
        ("Project code due 12/1", [("other", "12-01", None)]),
        ("Work on proposals!", []),
        ("HW 4 due (NOW DUE 10/25)", []),
        ("Homework on projections due", []),
        ("Paper presentations", []),
        ("Feedback on the midterm", []),
        ("Gradient projection methods", []),
    ],
)
def test_what_counts_as_a_milestone(text: str, expected: list[tuple[str, str, str | None]]) -> None:
    result = read(f"Date | Topic\n11/11 | Before\n11/13 | {text}\n", year=2024)
    assert [
        (item.kind.value, item.date.isoformat()[5:], item.at.isoformat("minutes") if item.at else None)
        for item in result.milestones
    ] == expected


def test_cells_keep_their_text() -> None:
    text = (
        "| Date | Topic | Readings |\n|---|---|---|\n"
        "| 9/4 | <script>alert(1)</script> a \\| b | [paper](https://example.org/a,b)<br>second |\n| 9/9 | x | y |\n"
    )
    row = day(text, "2024-09-04")
    assert row.topic == "<script>alert(1)</script> a | b"
    assert row.readings == "[paper](https://example.org/a,b)\nsecond"


def test_more_cells_than_heads_are_kept_as_notes() -> None:
    assert day("Date | Topic | Due\n9/4 | One | | extra | more\n9/9 | Two | |\n", "2024-09-04").notes == "extra\nmore"


def test_quoted_cells_hold_line_breaks_and_a_lone_quote_holds_nothing_up() -> None:
    row = day('Date,Topic,Notes\n9/4,"One,\nwith a break",x\n9/9,Two,y\n', "2024-09-04")
    assert (row.topic, row.notes) == ("One,\nwith a break", "x")
    rows = read('Date\tTopic\n9/4\t"Deep" learning\n9/9\t"unfinished\n9/11\tThree\n', year=2024).days
    assert [row.topic for row in rows] == ['"Deep" learning', '"unfinished', "Three"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Paste the table"),
        ("  \n\n ", "Paste the table"),
        ("Just prose, with commas; and a 9/4 in it.", "No row with a date"),
        ("Topic | Due\nOne | Two\n", "No row with a date"),
        ("x" * 5_000_000, "5,000,000 characters"),
        ("Date,Topic\n" + "9/4,x\n" * 301, "301 rows have a date"),
    ],
)
def test_what_is_no_schedule_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as refusal:
        read(text, year=2024)
    assert sentence in refusal.value.message
    assert refusal.value.field == "text"


@settings(deadline=None)  # other tests share the processor
@given(
    st.lists(
        st.lists(st.sampled_from(["9/4", "Date", "", "|", '"', "a,b", "\t", "2/30", "–", "due 13/13", "\x00", "é"]))
    )
)
def test_nothing_that_is_pasted_breaks_it(rows: list[list[str]]) -> None:
    text = "\n".join("|".join(row) for row in rows)
    try:
        result = read(text, year=2024)
    except Refused:
        return
    assert result.days or result.unreadable
