"""What an import did, and what undoing it would do now."""

import hashlib
import json
from dataclasses import dataclass, field

from apps.accounts.models import User
from apps.courses.models import Membership, RosterImport
from apps.courses.queries.roster import Change, in_other_courses, is_shared_account
from apps.courses.states import ImportState, MembershipState

# Beside the fields of a membership: those of the account that a roster may change.
EMAIL, ACCOUNT_NAME = "email", "account_name"


@dataclass(frozen=True)
class Altered:
    """A member and what becomes otherwise about them."""

    membership: Membership
    changes: list[Change]


@dataclass(frozen=True)
class Effects:
    """What an import did. `left_alone`: names and reasons of what its undo did not take back."""

    added: list[Membership]
    dropped: list[Membership]
    changed: list[Altered]
    left_alone: list[tuple[str, str]]

    @property
    def members(self) -> list[Membership]:
        return [*self.added, *self.dropped, *(item.membership for item in self.changed)]


@dataclass
class Undoing:
    """What undoing an import does now: who was added leaves, who was dropped comes back, values return.

    Of a change `old` is what stands there now. `kept` are a name and why something is left as it is.
    """

    leaving: list[Membership] = field(default_factory=list)
    returning: list[Membership] = field(default_factory=list)
    changed: list[Altered] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)

    @property
    def leavers(self) -> list[Membership]:
        """Everybody who is out afterwards: who was added, and who had been let back in."""
        back_out = [item.membership for item in self.changed if any(c.field == "state" for c in item.changes)]
        return [*self.leaving, *back_out]

    @property
    def addresses(self) -> list[tuple[str, str]]:
        """(address now, address afterwards): both get a mail."""
        changes = [change for item in self.changed for change in item.changes]
        return [(change.old, change.new) for change in changes if change.field == EMAIL]

    @property
    def mark(self) -> str:
        """The same mark means that saying yes still does what was shown."""
        facts = [
            [member.pk for member in self.leaving],
            [member.pk for member in self.returning],
            [(item.membership.pk, [(c.field, c.old, c.new) for c in item.changes]) for item in self.changed],
            self.kept,
        ]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def effects_of(roster: RosterImport) -> Effects:
    """What an import wrote down when it was applied, with the people as they are now."""
    kept = roster.effects or {}
    changed = {row["member"]: [Change(**change) for change in row["changes"]] for row in kept.get("changed", [])}
    pks = [*kept.get("added", []), *kept.get("dropped", []), *changed]
    members = {member.pk: member for member in Membership.objects.with_user().filter(pk__in=pks)}
    return Effects(
        added=[member for pk, member in members.items() if pk in set(kept.get("added", []))],
        dropped=[member for pk, member in members.items() if pk in set(kept.get("dropped", []))],
        changed=[Altered(member, changed[pk]) for pk, member in members.items() if pk in changed],
        left_alone=[(name, reason) for name, reason in kept.get("left_alone", [])],
    )


def why_no_undo(roster: RosterImport) -> str:
    """A sentence when an import cannot be undone, else nothing."""
    if roster.state == ImportState.UNDONE:
        return f"The import of {roster.filename} was undone already."
    if roster.state != ImportState.APPLIED or roster.effects is None:
        return f"{roster.filename} was not imported, so there is nothing to undo."
    newest = roster.course.roster_imports.newest_applied()
    if newest != roster:
        return f"A newer roster was imported since: undo {newest.filename} first." if newest else ""
    return ""


def undoing(roster: RosterImport) -> Undoing:
    """What undoing `roster` does as things stand. What somebody changed since is left alone, and named."""
    effects, result = effects_of(roster), Undoing()
    for member in effects.added:
        if member.state == MembershipState.DROPPED:
            result.kept.append((str(member), "is out of the course already"))
        elif member.is_staff:
            result.kept.append((str(member), f"is {member.get_role_display().lower()} now and stays"))
        else:
            result.leaving.append(member)
    for member in effects.dropped:
        if member.state == MembershipState.ACTIVE:
            result.kept.append((str(member), "is back in the course already"))
        else:
            result.returning.append(member)
    ground = _Ground(roster, effects)
    for item in effects.changed:
        _sort(item, ground, result)
    return result


class _Ground:
    """What else has to be known to see whether an old value can return."""

    def __init__(self, roster: RosterImport, effects: Effects) -> None:
        changes = [change for item in effects.changed for change in item.changes]
        old = {name: {c.old for c in changes if c.field == name} for name in (EMAIL, "canvas_id")}
        self.taken = set(User.objects.filter(email__in=old[EMAIL]).values_list("email", flat=True))
        numbered = roster.course.memberships.with_user().filter(canvas_id__in=old["canvas_id"] - {""})
        self.by_number = {member.canvas_id: member for member in numbered}
        self.elsewhere = in_other_courses(roster.course, effects.members)


def _sort(item: Altered, ground: _Ground, result: Undoing) -> None:
    member, back = item.membership, []
    if member.is_staff:
        result.kept.append((str(member), f"is {member.get_role_display().lower()} now and stays as they are"))
        return
    for change in item.changes:
        if reason := _obstacle(member, change, ground):
            result.kept.append((str(member), reason))
        else:
            back.append(Change(change.field, change.label, change.new, change.old))
    if back:
        result.changed.append(Altered(member, back))


def _obstacle(member: Membership, change: Change, ground: _Ground) -> str:
    """Why one value stays as it is, or nothing."""
    now = value_of(member, change.field)
    is_of_account = change.field in {EMAIL, ACCOUNT_NAME}
    if now != change.new:
        return f"{change.label}: changed since, stays {now or 'empty'}"
    if is_of_account and is_shared_account(member, ground.elsewhere):
        return f"{change.label}: stays {now}, since only a site admin can change it"
    if change.field == EMAIL and change.old in ground.taken:
        return f"{change.label}: stays {now}, since another account has {change.old} now"
    if change.field == "canvas_id" and change.old in ground.by_number:
        return f"{change.label}: stays {now}, since {ground.by_number[change.old]} has {change.old} now"
    return ""


def value_of(member: Membership, name: str) -> str:
    """What stands now in a field that a roster may change, of the membership or of the account."""
    if name == EMAIL:
        return member.user.email
    return member.user.name if name == ACCOUNT_NAME else str(getattr(member, name))
