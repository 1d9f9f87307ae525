"""Who may do what to pairs and invitations."""

from typing import Any

import rules

from apps.courses.policies import is_course_staff, is_member, is_student
from apps.pairs.models import Invitation, Pair


@rules.predicate
def is_partner(user: Any, obj: Any) -> bool:
    """A current member of the pair, or of the pair that `obj` belongs to."""
    pair = obj if isinstance(obj, Pair) else obj.pair
    return pair.has_user(user)


@rules.predicate
def was_partner(user: Any, obj: Any) -> bool:
    """A member of the pair now or before."""
    pair = obj if isinstance(obj, Pair) else obj.pair
    return pair.had_user(user)


@rules.predicate
def is_sender(user: Any, invitation: Invitation) -> bool:
    return invitation.sender.user_id == user.pk


@rules.predicate
def is_receiver(user: Any, invitation: Invitation) -> bool:
    return invitation.receiver.user_id == user.pk


rules.add_perm("pairs.view_all", is_course_staff)
rules.add_perm("pairs.view", was_partner | is_course_staff)
rules.add_perm("pairs.invite", is_student)
rules.add_perm("pairs.accept", is_member & is_receiver)
rules.add_perm("pairs.decline", is_member & is_receiver)
rules.add_perm("pairs.withdraw", is_member & is_sender)
rules.add_perm("pairs.make", is_course_staff)
rules.add_perm("pairs.dissolve", is_course_staff)
