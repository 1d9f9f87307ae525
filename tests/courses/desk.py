"""An instructor who imports rosters."""

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.courses.models import RosterImport
from apps.courses.states import Role
from tests.factories.courses import CourseFactory, MembershipFactory


class Desk:
    """An instructor at the roster pages of a course of their own."""

    def __init__(self, as_user: Any) -> None:
        self.course = CourseFactory()
        self.teacher = MembershipFactory(course=self.course, role=Role.INSTRUCTOR).user
        self.client = as_user(self.teacher)

    def upload(self, text: str | bytes, filename: str = "roster.csv", **fields: str) -> Any:
        data = text if isinstance(text, bytes) else text.encode()
        file = SimpleUploadedFile(filename, data)
        url = reverse("course:roster_upload", args=[self.course.slug])
        return self.client.post(url, {"file": file, **fields}, follow=True)

    def preview(self) -> str:
        return reverse("course:roster_preview", args=[self.course.slug, RosterImport.objects.latest("pk").pk])

    def yes(self, page: Any = None, **fields: Any) -> Any:
        page = page or self.client.get(self.preview())
        seen = re.search(r'name="seen" value="(\w+)"', page.content.decode())[1]
        return self.client.post(self.preview(), {"seen": seen, **fields}, follow=True)

    def people(self) -> dict[str, str]:
        return {member.user.email: member.state for member in self.course.memberships.students().select_related("user")}


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())
