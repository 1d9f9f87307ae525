"""Pages that belong to no course. In tests, as in production, demo mode is off."""

from tests.access import SIGNED_IN, Row


def nothing(world: object) -> list[object]:
    return []


ROWS = [
    Row("core:rescued", ok=SIGNED_IN, args=nothing, status=(302,)),
    Row("core:mail", ok=(), args=nothing, public=True, status=(404,)),
]
