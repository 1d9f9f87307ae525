from typing import Any

from tests.access import STAFF, STUDENTS, STUDENTS_OF_PAIR, Row

READERS = (*STUDENTS_OF_PAIR, *STAFF)


def the_version(world: Any) -> list[Any]:
    return [world.course.slug, world.version.pk]


def open_change(world: Any) -> list[Any]:
    return [world.course.slug, world.change.pk]


def done_change(world: Any) -> list[Any]:
    return [world.course.slug, world.done_change.pk]


def a_comment(world: Any) -> dict[str, str]:
    return {"comment-text": "Good", "comment-visibility": "everyone", "comment-section": ""}


def a_change(world: Any) -> dict[str, str]:
    return {"change-text": "Shorten it", "change-section": "concept"}


def a_note(world: Any) -> dict[str, str]:
    return {f"change-{change.pk}-note": "See version 2" for change in (world.change, world.done_change)}


def by_staff(name: str, args: Any, data: Any, status: int = 302) -> Row:
    return Row(name, ok=STAFF, forbidden=STUDENTS_OF_PAIR, args=args, method="post", data=data, status=(status,))


ROWS = [
    Row("feedback:queue", ok=STAFF, forbidden=STUDENTS),
    Row("feedback:for_version", ok=READERS, args=the_version),
    by_staff("feedback:comment", the_version, a_comment),
    by_staff("feedback:ask_change", the_version, a_change),
    Row("feedback:decide", ok=STAFF, forbidden=STUDENTS_OF_PAIR, args=the_version),
    by_staff("feedback:decide", the_version, lambda world: {"press": "final"}, status=200),
    Row(
        "feedback:mark_done",
        ok=STUDENTS_OF_PAIR,
        forbidden=STAFF,
        args=open_change,
        method="post",
        data=a_note,
        status=(302, 200),  # the second partner comes too late and is told so
    ),
    by_staff("feedback:verify", done_change, lambda world: {}),
    Row(
        "feedback:reopen",
        ok=STAFF,
        forbidden=STUDENTS_OF_PAIR,
        args=done_change,
        method="post",
        data=a_note,
        status=(302, 200),
    ),
]
