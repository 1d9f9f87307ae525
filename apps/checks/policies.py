"""Who may do what to checks. Who may see a run stands in Run.objects.visible_to."""

from typing import Any

import rules

from apps.checks.models import Run
from apps.courses.policies import is_course_staff, is_member, is_student
from apps.pairs.models import Pair
from apps.pairs.policies import is_partner
from apps.pairs.states import PairState


@rules.predicate
def is_active_pair(_user: Any, obj: Pair | Run) -> bool:
    pair = obj if isinstance(obj, Pair) else obj.pair
    return pair.state == PairState.ACTIVE


rules.add_perm("checks.view_all", is_course_staff)
rules.add_perm("checks.request_in_course", is_student)
rules.add_perm("checks.request", is_member & is_partner & is_active_pair)
rules.add_perm("checks.cancel", (is_member & is_partner) | is_course_staff)
rules.add_perm("checks.run_again", ((is_member & is_partner) | is_course_staff) & is_active_pair)
