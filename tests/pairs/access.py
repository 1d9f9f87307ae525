"""Who may open the pages of pairs. `world.invitation` goes from somebody unpaired to `other_student`."""

from typing import Any

from tests.access import MEMBERS, STAFF, STUDENTS, STUDENTS_OF_PAIR, Row
from tests.factories.pairs import asked_for_solo, asked_to_part, offered, parted, solved_run


def pair(world: object) -> list[object]:
    return [world.course.slug, world.pair.pk]  # type: ignore[attr-defined]


def invitation(world: object) -> list[object]:
    return [world.course.slug, world.invitation.pk]  # type: ignore[attr-defined]


def leaving(world: object) -> dict[str, object]:
    return {"member": [world.membership["partner"].pk, world.membership["asker"].pk]}  # type: ignore[attr-defined]


def asked_to_leave(world: Any) -> list[Any]:
    """`partner` asks to leave the pair; `second_partner` can answer."""
    return [world.course.slug, asked_to_part(world.pair, leaving=world.membership["partner"]).pk]


def parting(world: Any) -> list[Any]:
    """`second_partner` has left the pair by consent, a moment ago."""
    return [world.course.slug, parted(world.pair, leaving=world.membership["second_partner"]).pk]


def solo_request(world: Any) -> list[Any]:
    """`partner`, who remained alone, asks to go on alone."""
    parting(world)
    return [world.course.slug, asked_for_solo(world.membership["partner"]).pk]


def asker(world: Any) -> list[Any]:
    return [world.course.slug, world.membership["asker"].pk]


def somebody_free(world: Any) -> dict[str, Any]:
    return {"member": world.membership["asker"].pk}


def nudged(world: Any) -> dict[str, Any]:
    """The first of the staff sends it, the others are told that it went out within a day."""
    return {**somebody_free(world), "about": "seek", "text": "Please find a partner."}


def run(world: Any) -> list[Any]:
    return [world.course.slug, solved_run(world.course, world.instructor).pk]


def offer(world: Any) -> list[Any]:
    """The staff propose to `second_partner`, who has left the pair, to work with somebody free."""
    parting(world)
    people = world.membership["second_partner"], world.membership["asker"]
    return [world.course.slug, offered(*people, by=world.instructor).pk]


READERS = ("other_student", *STAFF)
TEACHERS = ("instructor", "admin")  # who may import rosters
ANSWERING: dict[str, Any] = {
    "ok": ("second_partner",),
    "forbidden": ("partner", *STAFF),
    "args": asked_to_leave,
    "method": "post",
    "status": (302,),
}

ROWS = [
    Row("pairs:index", ok=MEMBERS),
    Row("pairs:invite", ok=STUDENTS, forbidden=STAFF, method="post", status=(302,)),
    Row("pairs:code", ok=STUDENTS, forbidden=STAFF, method="post", status=(302,)),
    Row("pairs:join", ok=STUDENTS, forbidden=STAFF, method="post", status=(302,)),
    Row("pairs:board", ok=MEMBERS),
    Row("pairs:card_show", ok=STUDENTS, forbidden=STAFF, method="post", status=(302,)),
    Row("pairs:card_hide", ok=STUDENTS, forbidden=STAFF, method="post", status=(302,)),
    Row("pairs:profile", ok=STUDENTS, forbidden=STAFF),
    Row("pairs:profile", ok=STUDENTS, forbidden=STAFF, method="post", status=(302,)),
    Row("pairs:preferences", ok=STUDENTS, forbidden=STAFF),
    Row("pairs:preferences", ok=STUDENTS, forbidden=STAFF, method="post", status=(302,)),
    Row("pairs:messages", ok=STUDENTS, forbidden=STAFF),
    Row("pairs:unread", ok=STUDENTS, forbidden=STAFF),
    Row("pairs:conversation", ok=STUDENTS, forbidden=STAFF, args=asker),
    Row("pairs:conversation", ok=STUDENTS, forbidden=STAFF, args=asker, method="post"),
    Row("pairs:groups", ok=STAFF, forbidden=STUDENTS),
    Row("pairs:groups_csv", ok=STAFF, forbidden=STUDENTS),
    Row("pairs:make", ok=STAFF, forbidden=STUDENTS, method="post"),
    Row("pairs:stuck", ok=STAFF, forbidden=STUDENTS),
    Row("pairs:nudge", ok=STAFF, forbidden=STUDENTS),
    Row("pairs:nudge", ok=STAFF, forbidden=STUDENTS, data=nudged, method="post", status=(302, 200)),
    Row("pairs:let_join", ok=STAFF, forbidden=STUDENTS, args=asker),
    Row("pairs:merge", ok=STAFF, forbidden=STUDENTS_OF_PAIR, args=pair),
    Row("pairs:merge", ok=STAFF, forbidden=STUDENTS_OF_PAIR, args=pair, method="post"),
    Row("pairs:accept_for", ok=STAFF, forbidden=("other_student",), args=invitation),
    Row("pairs:accept_for", ok=STAFF, forbidden=("other_student",), args=invitation, method="post", status=(302,)),
    Row("pairs:consequences", ok=TEACHERS, forbidden=(*STUDENTS, "ta"), data=leaving),
    Row("pairs:invitation", ok=READERS, args=invitation),
    Row("pairs:accept", ok=("other_student",), forbidden=STAFF, args=invitation, method="post", status=(302,)),
    Row("pairs:decline", ok=("other_student",), forbidden=STAFF, args=invitation, method="post", status=(302,)),
    Row("pairs:withdraw", ok=(), forbidden=READERS, args=invitation, method="post"),
    Row("pairs:detail", ok=(*STUDENTS_OF_PAIR, *STAFF), args=pair),
    Row("pairs:separate", ok=STAFF, forbidden=STUDENTS_OF_PAIR, args=pair),
    Row("pairs:separate", ok=STAFF, forbidden=STUDENTS_OF_PAIR, args=pair, method="post"),
    Row("pairs:leave", ok=STUDENTS_OF_PAIR, forbidden=STAFF, args=pair),
    Row("pairs:leave", ok=STUDENTS_OF_PAIR, forbidden=STAFF, args=pair, method="post"),
    Row("pairs:partings", ok=MEMBERS),
    Row("pairs:separation_agree", ok=("second_partner",), forbidden=("partner", *STAFF), args=asked_to_leave),
    Row("pairs:separation_agree", **ANSWERING),
    Row("pairs:separation_refuse", **ANSWERING),
    Row(
        "pairs:separation_withdraw",
        ok=("partner",),
        forbidden=("second_partner", *STAFF),
        args=asked_to_leave,
        method="post",
        status=(302,),
    ),
    Row("pairs:separation_undo", ok=(*STUDENTS_OF_PAIR, *STAFF), args=parting, method="post", status=(302,)),
    Row("pairs:solo_ask", ok=STUDENTS, forbidden=STAFF),
    Row("pairs:solo_ask", ok=STUDENTS, forbidden=STAFF, method="post"),
    Row("pairs:solo_make", ok=STAFF, forbidden=STUDENTS, data=somebody_free, method="post", status=(302,)),
    Row("pairs:solo_decide", ok=STAFF, forbidden=("partner",), args=solo_request),
    Row("pairs:solo_decide", ok=STAFF, forbidden=("partner",), args=solo_request, method="post"),
    Row("pairs:solo_withdraw", ok=("partner",), forbidden=STAFF, args=solo_request, method="post", status=(302,)),
    Row("pairs:matching", ok=STAFF, forbidden=STUDENTS),
    Row("pairs:matching", ok=STAFF, forbidden=STUDENTS, method="post"),
    Row("pairs:run", ok=STAFF, args=run),
    Row("pairs:run_edit", ok=STAFF, args=run, method="post"),
    Row("pairs:run_apply", ok=STAFF, args=run),
    Row("pairs:run_apply", ok=STAFF, args=run, method="post"),
    Row("pairs:run_compare", ok=STAFF, args=run),
    Row("pairs:run_cancel", ok=STAFF, args=run, method="post", status=(302,)),
    Row("pairs:run_discard", ok=STAFF, args=run, method="post", status=(302,)),
    Row("pairs:offer", ok=("second_partner", *STAFF), args=offer),
    Row("pairs:offer_answer", ok=("second_partner",), forbidden=STAFF, args=offer, method="post", status=(302,)),
    Row("pairs:offer_withdraw", ok=STAFF, forbidden=("second_partner",), args=offer, method="post", status=(302,)),
]
