"""Pairs as the groups of Canvas, in the format of its groups import.

Source: Canvas's "Group Categories CSV Format": a header is mandatory, text is UTF-8, and each row names a user by
`canvas_user_id`, `user_id` (the SIS ID) or `login_id`, and a `group_name`. Canvas passes over the names of people.
"""

from apps.core import spreadsheets
from apps.courses.models import Course, Membership
from apps.pairs.models import PairMember
from apps.pairs.queries import seeking

HEADER = ["name", "canvas_user_id", "user_id", "login_id", "sections", "group_name"]


def groups_csv(course: Course, *, with_seeking: bool = False) -> str:
    """One row a student who is in a pair; with `with_seeking` those without one too, whose group is empty.

    A pair is called by its number here, "Pair 12", so that a name which changes makes no second group in Canvas. There
    is no byte order mark: Canvas would take it for a part of the first head.
    """
    members = (
        PairMember.objects.present()
        .filter(pair__course=course)
        .select_related("membership__user")
        .order_by("pair", "membership__user__name", "pk")
    )
    rows = [_row(member.membership, f"Pair {member.pair_id}") for member in members]
    if with_seeking:
        in_half = {member.membership_id for member in members}
        rows += [_row(student, "") for student in seeking(course) if student.pk not in in_half]
    return spreadsheets.to_csv(HEADER, rows)


def _row(student: Membership, group: str) -> list[str]:
    # Somebody who was added by hand has no number of Canvas's; most schools sign in there by the address.
    known = student.canvas_id or student.sis_id or student.sis_login
    login = student.sis_login or ("" if known else student.user.email)
    return [str(student), student.canvas_id, student.sis_id, login, student.section, group]
