"""Who may open the pages of pairs. `world.invitation` goes from somebody unpaired to `other_student`."""

from tests.access import MEMBERS, STAFF, STUDENTS, STUDENTS_OF_PAIR, Row


def pair(world: object) -> list[object]:
    return [world.course.slug, world.pair.pk]  # type: ignore[attr-defined]


def invitation(world: object) -> list[object]:
    return [world.course.slug, world.invitation.pk]  # type: ignore[attr-defined]


READERS = ("other_student", *STAFF)

ROWS = [
    Row("pairs:index", ok=MEMBERS),
    Row("pairs:invite", ok=STUDENTS, forbidden=STAFF, method="post"),
    Row("pairs:code", ok=STUDENTS, forbidden=STAFF, method="post", status=(302,)),
    Row("pairs:join", ok=STUDENTS, forbidden=STAFF, method="post"),
    Row("pairs:make", ok=STAFF, forbidden=STUDENTS, method="post"),
    Row("pairs:invitation", ok=READERS, args=invitation),
    Row("pairs:accept", ok=("other_student",), forbidden=STAFF, args=invitation, method="post", status=(302,)),
    Row("pairs:decline", ok=("other_student",), forbidden=STAFF, args=invitation, method="post", status=(302,)),
    Row("pairs:withdraw", ok=(), forbidden=READERS, args=invitation, method="post"),
    Row("pairs:detail", ok=(*STUDENTS_OF_PAIR, *STAFF), args=pair),
    Row("pairs:dissolve", ok=STAFF, forbidden=STUDENTS_OF_PAIR, args=pair),
    Row("pairs:dissolve", ok=STAFF, forbidden=STUDENTS_OF_PAIR, args=pair, method="post"),
]
