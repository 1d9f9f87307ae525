from typing import Any

from tests.access import MEMBERS, STAFF, STUDENTS, STUDENTS_OF_PAIR, Row


def the_request(world: Any) -> list[Any]:
    return [world.course.slug, world.quota_request.pk]


def the_draft(world: Any) -> list[Any]:
    """A draft of the other pair, which even staff do not see yet."""
    return [world.course.slug, world.quota_draft.pk]


def the_pair(world: Any) -> list[Any]:
    return [world.course.slug, world.pair.pk]


def a_change(world: Any) -> dict[str, str]:
    return {
        "action": "add",
        "model": "any model",
        "unit": "requests",
        "amount": "5",
        "note": "More",
        "key": "7f6e6a5e-5cf4-4c3c-8a3f-2f1d4a3b9c10",
    }


ROWS = [
    Row("quota:index", ok=MEMBERS),
    Row("quota:pool", ok=STAFF, forbidden=STUDENTS),
    Row(
        "quota:pool",
        ok=("instructor", "admin"),
        forbidden=("ta", *STUDENTS),
        method="post",
        data=a_change,
        status=(302,),
    ),
    # Their request is open already, so they are led to it; a form they could not send would be worse.
    Row("quota:ask", ok=STUDENTS, forbidden=STAFF, status=(302,)),
    Row("quota:ask", ok=STUDENTS, forbidden=STAFF, method="post"),
    Row("quota:detail", ok=(*STUDENTS_OF_PAIR, *STAFF), args=the_request),
    Row("quota:detail", ok=("other_student",), args=the_draft),
    Row("quota:edit", ok=("other_student",), args=the_draft),
    Row("quota:edit", ok=STUDENTS_OF_PAIR, forbidden=STAFF, args=the_request, status=(302,)),
    Row("quota:withdraw", ok=STUDENTS_OF_PAIR, forbidden=STAFF, args=the_request, method="post", status=(302,)),
    Row("quota:review", ok=STAFF, forbidden=STUDENTS_OF_PAIR, args=the_request),
    Row("quota:review", ok=STAFF, forbidden=STUDENTS_OF_PAIR, args=the_request, method="post"),
    Row("quota:for_pair", ok=(*STUDENTS_OF_PAIR, *STAFF), args=the_pair),
]
