"""The partner board: who seeks a partner and shows a card, and how well each fits whoever looks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.courses.models import Course, Membership
from apps.pairs import hours, topics
from apps.pairs.models import Invitation, PairMember, Profile
from apps.pairs.queries.people import seeking


@dataclass(frozen=True)
class Card:
    """Somebody's card as one person sees it.

    `shared_topics` and `shared_hours` are what the two have in common, `invitation` the open one between them, if the
    viewer may see it. `has_project`: half a pair, so that whoever joins them joins a project.
    """

    membership: Membership
    name: str
    profile: Profile
    has_project: bool
    shared_topics: frozenset[str] = frozenset()
    shared_hours: int = 0
    invitation: Invitation | None = None

    @property
    def hours_in_words(self) -> str:
        return hours.in_words(self.profile.hours)

    def has_words(self, words: Iterable[str]) -> bool:
        """Whether each of `words` stands somewhere on the card."""
        profile = self.profile
        text = "\n".join([self.name, profile.interests, profile.skills, profile.looking_for, *profile.topics])
        text = text.casefold()
        return all(word.casefold() in text for word in words)

    def has_topic(self, topic: str) -> bool:
        return topics.key(topic) in topics.keys(self.profile.topics)


def called(membership: Membership) -> str:
    """How classmates read somebody's name where no address may stand, even of who has not given a name yet."""
    return membership.user.name or membership.roster_name or f"Student {membership.pk}"


def cards(course: Course, user: Any, me: Membership | None) -> list[Card]:
    """The cards on the board that `user` may see, without their own, the best fit for `me` first.

    The best fit shares the most topics; among equals the most hours; then the names decide.
    """
    shown = Profile.objects.visible_to(user).filter(is_listed=True)
    people = seeking(course).filter(partner_profile__in=shown).select_related("user", "partner_profile")
    mine = Profile.objects.filter(membership=me).first() or Profile()
    open_with = _open_invitations(user, me)
    found = [_card(person, mine, open_with.get(person.pk)) for person in people if me is None or person.pk != me.pk]
    return sorted(found, key=lambda card: (-len(card.shared_topics), -card.shared_hours, card.name.casefold()))


def is_on_board(membership: Membership, user: Any) -> bool:
    """Whether `user` finds this person's card on the board."""
    shown = Profile.objects.visible_to(user).filter(is_listed=True, membership=membership)
    return seeking(membership.course).filter(partner_profile__in=shown).exists()


def classmates(membership: Membership) -> QuerySet[Membership]:
    """The other active students of the course by name, and those on the student's own lists who have left since.

    `is_settled` says whether they have a partner now.
    """
    settled = PairMember.objects.settled().filter(membership=OuterRef("pk"))
    listed = Q(pk__in=membership.ranked_choices.values("classmate")) | Q(pk__in=membership.vetoes.values("classmate"))
    here = Q(pk__in=Membership.objects.active().students().values("pk"))
    others = Membership.objects.with_user().filter(here | listed, course=membership.course).exclude(pk=membership.pk)
    return others.annotate(is_settled=Exists(settled))


def _card(person: Any, mine: Profile, invitation: Invitation | None) -> Card:
    profile = person.partner_profile
    return Card(
        membership=person,
        name=called(person),
        profile=profile,
        has_project=person.project is not None,
        shared_topics=frozenset(topics.shared(mine.topics, profile.topics)),
        shared_hours=len(set(mine.hours) & set(profile.hours)),
        invitation=invitation,
    )


def _open_invitations(user: Any, me: Membership | None) -> dict[int, Invitation]:
    """The open invitations between `me` and others, by the key of the other."""
    if me is None:
        return {}
    found = Invitation.objects.pending().between([me]).visible_to(user)
    return {one.receiver_id if one.sender_id == me.pk else one.sender_id: one for one in found}
