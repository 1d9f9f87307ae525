"""What applying a run would do as things stand: the preview, and the check that it is still what somebody saw."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from apps.courses.models import Membership
from apps.pairs.arrangement import assessed
from apps.pairs.matching.reasons import NOTHING
from apps.pairs.models import Invitation, MatchingRun
from apps.pairs.queries.runs import GroupRow, Standing, group_row

UNAPPROVED = {"trio": "A group of three needs your approval first.", "alone": "Going alone needs your approval first."}

MUTUAL = "both named each other"  # the ranks that follow it are for staff


@dataclass(frozen=True)
class Planned:
    """A group that would be proposed or made, and why, in words that its members may read."""

    row: GroupRow
    members: list[Membership]
    reasons: list[str]


@dataclass(frozen=True)
class Skipped:
    row: GroupRow
    reasons: list[str]


@dataclass
class Plan:
    """All that saying yes to a run does now."""

    revision: int
    planned: list[Planned] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    without: list[Membership] = field(default_factory=list)  # who seeks a partner and is in none of these groups
    closing: list[Invitation] = field(default_factory=list)  # open invitations that end if the groups are made at once

    @property
    def people(self) -> list[Membership]:
        return [member for group in self.planned for member in group.members]

    @property
    def mailed(self) -> list[Membership]:
        return [member for member in self.people if member.user.mails_about_projects]

    @property
    def unmailed(self) -> list[Membership]:
        """Who is in one of the groups but wants no mail."""
        return [member for member in self.people if not member.user.mails_about_projects]

    @property
    def mark(self) -> str:
        """A short mark of the plan: the same mark means that saying yes still does what was shown."""
        facts = [
            self.revision,
            [[member.pk for member in group.members] for group in self.planned],
            [member.pk for member in self.mailed],
            [([student.key for student in group.row.students], group.reasons) for group in self.skipped],
            sorted(member.pk for member in self.without),
            sorted(invitation.pk for invitation in self.closing),
        ]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def plan(run: MatchingRun) -> Plan:
    """What applying `run` would do now."""
    standing = Standing(run.course, [one["key"] for one in run.inputs])
    found = Plan(run.revision)
    scored = {group.members: group for group in assessed(run).groups}
    for at, stored in enumerate(run.groups, start=1):
        group = scored[tuple(sorted(stored["members"]))]
        row = group_row(at, stored, group, standing, is_open=True)
        reasons = [*row.troubles]
        if row.needs_approval and not row.is_approved:
            reasons.append(UNAPPROVED[row.kind])
        if reasons:
            found.skipped.append(Skipped(row, reasons))
        else:
            members = [standing.people[key] for key in group.members]
            found.planned.append(Planned(row, members, shared_reasons(group.reasons, row)))
    inside = {member.pk for member in found.people}
    found.without = [one for key, one in standing.seeking.items() if key not in inside and key not in standing.offered]
    found.closing = _closing(found.planned)
    return found


def shared_reasons(templates: Iterable[str], row: GroupRow) -> list[str]:
    """Those reasons that the members may read: without what one of them wished, and without anybody's ranks."""
    names = [student.name for student in row.students]
    told = [template for template in templates if template != NOTHING and not _tells_a_wish(template)]
    return [(MUTUAL if template.startswith(MUTUAL) else template).format(*names) for template in told]


def _tells_a_wish(template: str) -> bool:
    """As `matching.Group` says: a reason that begins with a placeholder tells a wish of one person."""
    return template.startswith("{") and not template.startswith("{{")


def _closing(planned: list[Planned]) -> list[Invitation]:
    """The open invitations from or to these people, but for those within a group: they come true otherwise."""
    group = {member.pk: at for at, one in enumerate(planned) for member in one.members}
    people = [member for one in planned for member in one.members]
    found = Invitation.objects.pending().between(people).with_people().order_by("pk")
    return [one for one in found if group.get(one.sender_id) != group.get(one.receiver_id)]
