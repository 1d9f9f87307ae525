"""Who may open what of a schedule. A POST without the day's revision is stale: it changes nothing."""

from typing import Any

from tests.access import MEMBERS, SIGNED_IN, STAFF, STUDENTS, Row


def published(world: Any) -> list[Any]:
    return [world.course.slug, world.event.pk]


def draft(world: Any) -> list[Any]:
    return [world.course.slug, world.draft_event.pk]


def slot(world: Any) -> list[Any]:
    return [world.course.slug, world.event.pk, world.slot.pk]


def pair_of_day(world: Any) -> list[Any]:
    return [world.course.slug, world.event.pk, world.pair.pk]


def pair(world: Any) -> list[Any]:
    return [world.course.slug, world.pair.pk]


def feed(world: Any) -> list[Any]:
    return [world.course.slug, world.feed.token]


STUDENTS_403 = {"ok": STAFF, "forbidden": STUDENTS}
TEACHERS = ("ta", "instructor")

ROWS = [
    Row("scheduling:index", ok=MEMBERS),
    Row("scheduling:create", **STUDENTS_403),
    Row("scheduling:create", **STUDENTS_403, method="post"),
    Row("scheduling:count", **STUDENTS_403),
    Row("scheduling:subscribe", ok=(*STUDENTS, *TEACHERS), forbidden=("admin",), method="post", status=(302,)),
    Row("scheduling:feed", ok=SIGNED_IN, args=feed, public=True),
    Row("scheduling:for_pair", ok=("partner", "second_partner", *STAFF), args=pair),
    Row("scheduling:agenda", ok=MEMBERS, args=published),
    Row("scheduling:agenda", ok=STAFF, args=draft, status=(302,)),
    Row("scheduling:download", ok=(*STUDENTS, *TEACHERS), args=published),
    Row("scheduling:edit", **STUDENTS_403, args=published),
    Row("scheduling:edit", ok=STAFF, args=draft),
    Row("scheduling:export", **STUDENTS_403, args=published),
    Row("scheduling:export", ok=STAFF, args=draft),
    Row("scheduling:change", **STUDENTS_403, args=published),
    Row("scheduling:change", ok=STAFF, args=draft),
    Row("scheduling:assign", **STUDENTS_403, args=published, method="post", status=(302,)),
    Row("scheduling:move", **STUDENTS_403, args=published),
    Row("scheduling:move", **STUDENTS_403, args=published, method="post"),
    Row("scheduling:slot", **STUDENTS_403, args=slot, method="post", status=(302,)),
    Row("scheduling:take_part", **STUDENTS_403, args=pair_of_day, method="post", status=(302,)),
    Row("scheduling:publish", **STUDENTS_403, args=published),
    Row("scheduling:publish", **STUDENTS_403, args=published, method="post", status=(302,)),
    Row("scheduling:publish", ok=STAFF, args=draft),
    Row("scheduling:cancel", **STUDENTS_403, args=published),
    Row("scheduling:cancel", **STUDENTS_403, args=published, method="post"),
    Row("scheduling:delete", **STUDENTS_403, args=published, method="post", status=(302,)),
    Row("scheduling:delete", ok=STAFF, args=draft, method="post", status=(302,)),
]
