"""What students tell of themselves and of whom they would like to work with: the card, the wishes, the vetoes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from apps.accounts.models import User
from apps.core import audit
from apps.core.errors import Refused
from apps.core.text import plain
from apps.courses.models import Membership
from apps.courses.states import Role
from apps.pairs import topics as topic_list
from apps.pairs.hours import IN_GRID
from apps.pairs.models import Invitation, Offer, Profile, RankedChoice, Veto
from apps.pairs.operations.common import hold
from apps.pairs.operations.inviting import withdraw
from apps.pairs.operations.offers import answer_offer
from apps.pairs.queries.board import called

LENGTHS = {"interests": 600, "skills": 300, "looking_for": 300}
MOST_RANKED = 5
MOST_VETOES = 5


@dataclass(frozen=True)
class SavedWishes:
    """What a new veto ended: the names of those whose invitation was withdrawn, and whether an offer was declined."""

    withdrawn: tuple[str, ...]
    has_declined: bool


@transaction.atomic
def save_profile(
    membership: Membership,
    *,
    interests: str,
    skills: str,
    looking_for: str,
    topics: Iterable[str],
    hours: Iterable[int],
    is_listed: bool | None = None,
    by: User,
) -> Profile:
    """Keep what a student tells about themselves; with `is_listed` also whether the course sees it on the board."""
    member = student_row(membership)
    profile = _profile(member)
    profile.interests = _text("interests", interests)
    profile.skills = _text("skills", skills)
    profile.looking_for = _text("looking_for", looking_for)
    profile.topics = topic_list.tidy(topics, field="other_topics")
    profile.hours = sorted(set(hours))
    if not IN_GRID.issuperset(profile.hours):
        raise Refused("One of these hours is not in the grid. Choose your hours again.", field="hours")
    if is_listed is not None:
        profile.is_listed = is_listed
    if profile.is_listed and profile.is_empty:
        raise Refused("The card on the board would be empty: say what interests you.", field="interests")
    profile.save()
    audit.record(member, "pairs.save_profile", "changed what they tell about themselves", by=by)
    return profile


@transaction.atomic
def show_card(membership: Membership, *, by: User) -> None:
    """Put the card on the board; doing it twice is no error."""
    member = student_row(membership)
    profile = _profile(member)
    if profile.is_empty:
        raise Refused("Your card is empty yet: say what interests you first.")
    if not profile.is_listed:
        profile.is_listed = True
        profile.save(update_fields=["is_listed", "updated_at"])
        audit.record(member, "pairs.show_card", "put their card on the partner board", by=by)


@transaction.atomic
def hide_card(membership: Membership, *, by: User) -> None:
    """Take the card off the board and keep what is on it; doing it twice is no error."""
    member = student_row(membership)
    if Profile.objects.filter(membership=member, is_listed=True).update(is_listed=False):
        audit.record(member, "pairs.hide_card", "took their card off the partner board", by=by)


@transaction.atomic
def save_wishes(
    membership: Membership, *, ranked: Sequence[Membership], vetoed: Sequence[Membership], by: User
) -> SavedWishes:
    """Keep whom a student would like to work with, the most wanted first, and with whom they will not work.

    A new veto withdraws the student's own open invitation to that person, with the mail that any withdrawal sends, and
    answers No to an open offer that has both in it. Refusals name the field `ranked_2` for the second of `ranked`.
    Nothing is written down of whom it is about: the history is read by staff.
    """
    _, (member, *others) = hold(membership.course, membership, *ranked, *vetoed)
    if member.role != Role.STUDENT or not member.is_active:
        raise Refused("You are not a student of this course now.")
    wanted, unwanted = others[: len(ranked)], others[len(ranked) :]
    _refuse_bad_lists(member, wanted, unwanted)
    RankedChoice.objects.filter(owner=member).delete()
    RankedChoice.objects.bulk_create(
        [RankedChoice(owner=member, classmate=one, rank=rank) for rank, one in enumerate(wanted, start=1)]
    )
    known = set(member.vetoes.values_list("classmate", flat=True))
    member.vetoes.exclude(classmate__in=unwanted).delete()
    new = [one for one in unwanted if one.pk not in known]
    Veto.objects.bulk_create([Veto(owner=member, classmate=one) for one in new])
    audit.record(member, "pairs.save_wishes", "saved their wishes for the matching", by=by)
    return SavedWishes(_withdraw_from(member, new, by=by), _decline_with(member, new, by=by))


def student_row(membership: Membership) -> Membership:
    """The membership as it stands, locked; refused unless it is that of an active student of the course."""
    rows = Membership.objects.select_related("user", "course").select_for_update(of=("self",))
    member = rows.get(pk=membership.pk)
    if member.role != Role.STUDENT or not member.is_active:
        raise Refused("You are not a student of this course now.")
    return member


def _profile(member: Membership) -> Profile:
    return Profile.objects.filter(membership=member).first() or Profile(membership=member)


def _text(field: str, text: str) -> str:
    text = plain(text).strip()
    if len(text) > LENGTHS[field]:
        raise Refused(f"This has {len(text)} characters; {LENGTHS[field]} is the most.", field=field)
    return text


def _refuse_bad_lists(member: Membership, ranked: list[Membership], vetoed: list[Membership]) -> None:
    if len(ranked) > MOST_RANKED:
        raise Refused(f"Choose at most {MOST_RANKED} people to work with.")
    if len(vetoed) > MOST_VETOES:
        raise Refused(f"Choose at most {MOST_VETOES} people not to work with.")
    known = set(member.ranked_choices.values_list("classmate", flat=True))
    known |= set(member.vetoes.values_list("classmate", flat=True))
    liked: set[int] = set()
    for number, person in enumerate(ranked, start=1):
        _refuse_choice(member, person, known, taken=liked, field=f"ranked_{number}")
    disliked: set[int] = set()
    for number, person in enumerate(vetoed, start=1):
        if person.pk in liked:
            words = f"{called(person)} is among those you would like to work with: choose them in one list only."
            raise Refused(words, field=f"vetoed_{number}")
        _refuse_choice(member, person, known, taken=disliked, field=f"vetoed_{number}")


def _refuse_choice(member: Membership, person: Membership, known: set[int], *, taken: set[int], field: str) -> None:
    """Refuse `person`, or add them to `taken`. Who is on a list already may stay on it after leaving the course."""
    if person.pk == member.pk:
        raise Refused("You cannot choose yourself.", field=field)
    if person.pk in taken:
        raise Refused(f"{called(person)} is chosen twice.", field=field)
    if person.pk not in known and (person.role != Role.STUDENT or not person.is_active):
        raise Refused(f"{called(person)} is not a student of this course any more.", field=field)
    taken.add(person.pk)


def _withdraw_from(member: Membership, people: list[Membership], *, by: User) -> tuple[str, ...]:
    """Withdraw the open invitations of `member` to these; their names."""
    invitations = list(Invitation.objects.pending().filter(sender=member, receiver__in=people).with_people())
    for invitation in invitations:
        withdraw(invitation, by=by)
    return tuple(called(invitation.receiver) for invitation in invitations)


def _decline_with(member: Membership, people: list[Membership], *, by: User) -> bool:
    """Answer No to the open offer that has `member` and one of these in it; whether there was one."""
    both = Offer.objects.open().filter(members__membership=member).filter(members__membership__in=people)
    offers = list(both.distinct())
    for offer in offers:
        answer_offer(offer, membership=member, is_accepted=False, by=by)
    return bool(offers)
