"""Who may do what to pairs and invitations."""

from typing import Any

import rules

from apps.courses.models import Membership
from apps.courses.policies import is_course_staff, is_member, is_site_admin, is_student
from apps.pairs.models import Invitation, Offer, Pair, Separation, SoloRequest


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
def was_partner_to_the_end(user: Any, obj: Any) -> bool:
    """A member of the pair now, or until it ended: nothing of it is later than their time in it."""
    pair = obj if isinstance(obj, Pair) else obj.pair
    return pair.had_user(user) and pair.read_until(user) is None


@rules.predicate
def is_asker(user: Any, separation: Separation) -> bool:
    return separation.asked_by_id == user.pk


@rules.predicate
def is_by_staff(user: Any, separation: Separation) -> bool:
    return separation.is_by_staff


@rules.predicate
def is_own_request(user: Any, request: SoloRequest) -> bool:
    return request.membership.user_id == user.pk


@rules.predicate
def is_sender(user: Any, invitation: Invitation) -> bool:
    return invitation.sender.user_id == user.pk


@rules.predicate
def is_receiver(user: Any, invitation: Invitation) -> bool:
    return invitation.receiver.user_id == user.pk


@rules.predicate
def is_offered(user: Any, offer: Offer) -> bool:
    """One of those whom staff propose to be a group, and still in the course."""
    return offer.members.filter(membership__in=Membership.objects.active(), membership__user=user).exists()


rules.add_perm("pairs.view_all", is_course_staff)
rules.add_perm("pairs.view", is_course_staff | was_partner)
rules.add_perm("pairs.invite", is_student)
rules.add_perm("pairs.accept", is_member & is_receiver)
rules.add_perm("pairs.decline", is_member & is_receiver)
rules.add_perm("pairs.withdraw", is_member & is_sender)
rules.add_perm("pairs.view_board", is_member | is_site_admin)
rules.add_perm("pairs.edit_profile", is_student)
rules.add_perm("pairs.write_message", is_student)
rules.add_perm("pairs.make", is_course_staff)
rules.add_perm("pairs.merge", is_course_staff)
rules.add_perm("pairs.accept_for", is_course_staff)
rules.add_perm("pairs.nudge", is_course_staff)
rules.add_perm("pairs.leave", is_member & is_partner)
rules.add_perm("pairs.answer_separation", is_member & is_partner & ~is_asker)
rules.add_perm("pairs.withdraw_separation", is_member & is_partner & is_asker)
rules.add_perm("pairs.undo_separation", is_course_staff | (is_member & was_partner & ~is_by_staff))
rules.add_perm("pairs.separate", is_course_staff & ~was_partner)
rules.add_perm("pairs.ask_solo", is_student)
rules.add_perm("pairs.withdraw_solo", is_member & is_own_request)
rules.add_perm("pairs.decide_solo", is_course_staff & ~is_own_request)
rules.add_perm("pairs.make_solo", is_course_staff)
rules.add_perm("pairs.match", is_course_staff)
rules.add_perm("pairs.answer_offer", is_student & is_offered)
rules.add_perm("pairs.withdraw_offer", is_course_staff)
