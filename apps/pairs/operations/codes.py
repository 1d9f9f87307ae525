"""Codes to join by: told in person, used once, and no way past a veto or the lock."""

import datetime as dt
import secrets

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core import audit, mail
from apps.core.errors import Refused
from apps.courses.models import Membership
from apps.pairs.deadline import locks_at, refuse_when_locked
from apps.pairs.models import JoinCode, Pair, Veto
from apps.pairs.operations.common import hold, join, pair_of, refuse_unless_seeking

OPEN_FOR = dt.timedelta(days=7)
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is taken for something else when read aloud
LENGTH = 8


@transaction.atomic
def open_code(membership: Membership, *, by: User) -> JoinCode:
    """A fresh code for a student who seeks a partner; the one before it opens nothing any more."""
    course, (member,) = hold(membership.course, membership)
    refuse_when_locked(course)
    mine = "You have a partner already, so nobody can join you."
    refuse_unless_seeking(member, paired=mine, gone="You are not a student here.")
    now = timezone.now()
    JoinCode.objects.filter(membership=member, closed_at=None).update(closed_at=now)
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    expires_at = min([now + OPEN_FOR, *filter(None, [locks_at(course)])])
    audit.record(member, "pairs.open_code", "opened a code to join by", by=by)
    return JoinCode.objects.create(membership=member, code=code, expires_at=expires_at)


@transaction.atomic
def close_code(membership: Membership, *, by: User) -> None:
    """The code opens nothing any more; doing it twice is no error."""
    if JoinCode.objects.filter(membership=membership, closed_at=None).update(closed_at=timezone.now()):
        audit.record(membership, "pairs.close_code", "closed the code to join by", by=by)


@transaction.atomic
def join_by_code(membership: Membership, *, code: str, by: User) -> Pair:
    """A student types in what a classmate told them: they are a pair at once, and the classmate gets mail.

    An owner who has vetoed the student has no code, as far as the student can tell.
    """
    course, (member,) = hold(membership.course, membership)
    refuse_when_locked(course)
    mine = "You have a partner already."
    refuse_unless_seeking(member, paired=mine, gone="You are not a student here.")
    wanted = "".join(letter for letter in code.upper() if letter.isalnum())
    found = JoinCode.objects.open().select_related("membership__user").filter(code=wanted).first()
    owner = found.membership if found else None
    if not found or not owner or owner.course_id != course.pk or _is_vetoed(owner, member):
        raise Refused(
            "No open code reads like this. A code works once and for a week at most: ask for a new one.", field="code"
        )
    if owner.pk == member.pk:
        raise Refused("This is your own code: tell it to the person you want to work with.", field="code")
    if _is_vetoed(member, owner):
        raise Refused(
            f"This is the code of {owner}, who is on your list of people you will not work with.", field="code"
        )
    refuse_unless_seeking(
        owner, paired=f"{owner} has found a partner meanwhile.", gone="No open code reads like this.", field="code"
    )
    if pair_of(member) and pair_of(owner):
        raise Refused(f"{owner} has a project already, and so have you. Course staff can merge them.", field="code")
    found.used_by, found.closed_at = member, timezone.now()
    found.save(update_fields=["used_by", "closed_at"])
    pair = join([owner, member], course=course)
    audit.record(pair, "pairs.join_by_code", f"joined {owner} by code: they are a pair now", by=by)
    subject = f"{member} joined you: you are partners"
    mail.send(owner.user, subject, "mail/pairs/joined.txt", pair=pair, partner=member, course=course)
    return pair


def _is_vetoed(owner: Membership, classmate: Membership) -> bool:
    return Veto.objects.filter(owner=owner, classmate=classmate).exists()
