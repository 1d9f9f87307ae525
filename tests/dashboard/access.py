from tests.access import MEMBERS, SIGNED_IN, Row


def nothing(world: object) -> list[object]:
    return []


ROWS = [
    Row("dashboard:index", ok=SIGNED_IN, args=nothing, public=True, status=(200, 302)),
    Row("dashboard:course", ok=MEMBERS),
]
