"""The table of who may open what: every app lists its URLs as `ROWS` in tests/<app>/access.py.

A row names the roles that get in (`ok`) and those that see the object but may not do this (`forbidden`, 403). Everybody
else must get 404, and somebody who is not signed in must be sent to the sign-in page, unless the row says `public`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

STUDENTS_OF_PAIR = ("partner", "second_partner")
STUDENTS = (*STUDENTS_OF_PAIR, "other_student")
STAFF = ("ta", "instructor", "admin")
MEMBERS = (*STUDENTS, *STAFF)
SIGNED_IN = (*MEMBERS, "dropped", "guest", "nobody")


def in_course(world: Any) -> list[Any]:
    """The arguments of a URL that needs the course alone."""
    return [world.course.slug]


@dataclass(frozen=True)
class Row:
    """One URL, one method, and what each role of the cast gets.

    `args` builds the URL's arguments from the world; `data` what is sent. `status` is what `ok` roles get (a POST that
    worked redirects: 302; one that lacks input shows its form again: 200). `public`: nobody is sent to sign in, and
    the anonymous visitor gets `status` too.
    """

    url_name: str
    ok: tuple[str, ...]
    forbidden: tuple[str, ...] = ()
    args: Callable[[Any], list[Any]] = in_course
    method: str = "get"
    data: Callable[[Any], dict[str, Any]] = field(default=lambda world: {})
    status: tuple[int, ...] = (200,)
    public: bool = False

    @property
    def label(self) -> str:
        return f"{self.method.upper()} {self.url_name}"

    def expected(self, role: str) -> tuple[int, ...]:
        if role in self.ok or (self.public and role == "anonymous"):
            return self.status
        if role == "anonymous":
            return (302,)
        return (403,) if role in self.forbidden else (404,)
