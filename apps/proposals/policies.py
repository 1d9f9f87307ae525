"""Who may do what to a proposal."""

import rules

from apps.courses.policies import is_course_staff, is_member, is_student
from apps.pairs.policies import is_partner, was_partner, was_partner_to_the_end

rules.add_perm("proposals.view_all", is_course_staff)
rules.add_perm("proposals.view", was_partner | is_course_staff)
rules.add_perm("proposals.view_draft", was_partner_to_the_end)
rules.add_perm("proposals.begin", is_student)
rules.add_perm("proposals.edit", is_member & is_partner)
rules.add_perm("proposals.submit", is_member & is_partner)
rules.add_perm("proposals.withdraw", is_member & is_partner)
rules.add_perm("proposals.decide", is_course_staff & ~is_partner)
