from typing import Any

from tests.access import MEMBERS, STAFF, STUDENTS, STUDENTS_OF_PAIR, Row

ALL_OF_THEM = (*STUDENTS_OF_PAIR, *STAFF)


def the_run(world: Any) -> list[Any]:
    return [world.course.slug, world.check_run.pk]


def the_waiting_run(world: Any) -> list[Any]:
    return [world.course.slug, world.waiting_check.pk]


def the_figure(world: Any) -> list[Any]:
    return [world.course.slug, world.check_run.pk, 1]


def the_pair(world: Any) -> list[Any]:
    return [world.course.slug, world.pair.pk]


def a_program(world: Any) -> dict[str, str]:
    return {"source": "print(1)"}


ROWS = [
    Row("checks:index", ok=MEMBERS),
    Row("checks:index", ok=STUDENTS, forbidden=STAFF, method="post", data=a_program, status=(302,)),
    Row("checks:run", ok=ALL_OF_THEM, args=the_run),
    Row("checks:cancel", ok=ALL_OF_THEM, args=the_waiting_run, method="post", status=(302,)),
    Row("checks:again", ok=ALL_OF_THEM, args=the_run, method="post", status=(302,)),
    Row("checks:figure", ok=ALL_OF_THEM, args=the_figure),
    Row("checks:for_pair", ok=ALL_OF_THEM, args=the_pair),
]
