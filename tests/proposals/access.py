"""Who may open the pages of proposals. `world.proposal` is submitted, of `world.pair`."""

from tests.access import MEMBERS, STAFF, STUDENTS, STUDENTS_OF_PAIR, Row


def pair(world: object) -> list[object]:
    return [world.course.slug, world.pair.pk]  # type: ignore[attr-defined]


def proposal(world: object) -> list[object]:
    return [world.course.slug, world.proposal.pk]  # type: ignore[attr-defined]


def version(world: object) -> list[object]:
    return [world.course.slug, world.proposal.pk, 1]  # type: ignore[attr-defined]


def section(world: object) -> list[object]:
    return [world.course.slug, world.proposal.pk, "concept"]  # type: ignore[attr-defined]


READERS = (*STUDENTS_OF_PAIR, *STAFF)
WRITING = {"ok": STUDENTS_OF_PAIR, "forbidden": STAFF}

ROWS = [
    Row("proposals:index", ok=MEMBERS, status=(200, 302)),
    Row("proposals:begin", ok=STUDENTS, forbidden=STAFF, method="post", status=(302,)),
    Row("proposals:for_pair", ok=READERS, args=pair),
    Row("proposals:detail", ok=READERS, args=proposal),
    Row("proposals:version", ok=READERS, args=version),
    Row("proposals:compare", ok=READERS, args=proposal),
    Row("proposals:edit", **WRITING, args=proposal),
    Row("proposals:edit", **WRITING, args=proposal, method="post", status=(302,)),
    Row("proposals:save_title", **WRITING, args=proposal, method="post"),
    Row("proposals:save_sources", **WRITING, args=proposal, method="post"),
    Row("proposals:save_section", **WRITING, args=section, method="post"),
    Row("proposals:submit", **WRITING, args=proposal),
    Row("proposals:submit", **WRITING, args=proposal, method="post", status=(200, 302)),
    Row("proposals:withdraw", **WRITING, args=proposal, method="post", status=(302,)),
]
