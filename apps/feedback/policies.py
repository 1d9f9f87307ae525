"""Who may do what about feedback. Nobody reads or decides on their own pair's proposal as staff."""

import rules

from apps.courses.policies import is_course_staff, is_member
from apps.pairs.policies import is_partner, was_partner

is_reader = is_course_staff & ~was_partner

rules.add_perm("feedback.view_queue", is_course_staff)
rules.add_perm("feedback.comment", is_reader)
rules.add_perm("feedback.ask_change", is_reader)
rules.add_perm("feedback.mark_done", is_member & is_partner)
rules.add_perm("feedback.verify", is_reader)
rules.add_perm("feedback.reopen", is_reader)
rules.add_perm("feedback.decide", is_reader)
