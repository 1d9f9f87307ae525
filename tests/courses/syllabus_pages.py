"""The pages of a syllabus's import, as a browser fills them in."""

import re
from pathlib import Path
from typing import Any

from django.test import Client
from django.urls import reverse

from apps.courses.models import Course, Milestone

SCHEDULE = (Path(__file__).parent / "data" / "schedule.txt").read_text(encoding="utf-8")
ASKED = {"year": "2024", "time_zone": "America/New_York", "class_time": "13:30"}


def url(name: str, course: Course, *args: Any) -> str:
    return reverse(f"course:{name}", args=[course.slug, *args])


def preview(client: Client, course: Course, text: str = SCHEDULE, **asked: Any) -> Any:
    return client.post(url("syllabus", course), {**ASKED, "text": text, **asked})


def fields_of(page: Any) -> dict[str, str]:
    """What a browser would send back for the preview's form, without its buttons."""
    sent = {}
    for form in [page.context["carried"], *page.context["days"].forms, *page.context["milestones"].forms]:
        for field in form:
            value = field.value()
            widget = field.field.widget
            if value not in (None, "", False):
                sent[field.html_name] = widget.format_value(value) if hasattr(widget, "format_value") else str(value)
    for formset in (page.context["days"], page.context["milestones"]):
        sent |= {field.html_name: str(field.value()) for field in formset.management_form}
    return {**sent, "seen": page.context["seen"]}


def save(client: Client, course: Course, fields: dict[str, str]) -> Any:
    return client.post(url("syllabus_save", course), fields, follow=True)


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def local(milestone: Milestone) -> str:
    return f"{milestone.course.local(milestone.at):%Y-%m-%d %H:%M}"
