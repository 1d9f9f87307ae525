"""Who may do what to a schedule."""

import rules

from apps.courses.policies import is_course_staff, is_member, is_site_admin

rules.add_perm("scheduling.view", is_member | is_site_admin)
rules.add_perm("scheduling.edit", is_course_staff)
rules.add_perm("scheduling.publish", is_course_staff)
rules.add_perm("scheduling.delete", is_course_staff)
rules.add_perm("scheduling.export", is_course_staff)
rules.add_perm("scheduling.subscribe", is_member)
