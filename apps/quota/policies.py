"""Who may do what about compute."""

from typing import Any

import rules

from apps.courses.policies import is_course_staff, is_instructor, is_member, is_student
from apps.pairs.models import Pair
from apps.pairs.policies import is_partner, was_partner
from apps.pairs.states import PairState


@rules.predicate
def is_active_pair(user: Any, obj: Any) -> bool:
    pair = obj if isinstance(obj, Pair) else obj.pair
    return pair.state == PairState.ACTIVE


rules.add_perm("quota.view", was_partner | is_course_staff)
rules.add_perm("quota.view_pool", is_course_staff)
rules.add_perm("quota.change_pool", is_instructor)
rules.add_perm("quota.ask_in_course", is_student)
rules.add_perm("quota.ask", is_member & is_partner & is_active_pair)
rules.add_perm("quota.edit", is_member & is_partner)
rules.add_perm("quota.withdraw", is_member & is_partner)
rules.add_perm("quota.decide", is_course_staff & ~was_partner)
