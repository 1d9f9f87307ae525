import datetime as dt
from typing import Any

import factory
from django.utils import timezone

from apps.pairs import operations, solving
from apps.pairs.matching import Settings
from apps.pairs.models import (
    Invitation,
    MatchingRun,
    Message,
    Offer,
    Pair,
    PairMember,
    Profile,
    Separation,
    SoloRequest,
)
from tests.factories.courses import CourseFactory, MembershipFactory


class PairFactory(factory.django.DjangoModelFactory):
    """A pair of two new students, or of the memberships given as `of=[…]`."""

    class Meta:
        model = Pair
        skip_postgeneration_save = True

    course = factory.SubFactory(CourseFactory)

    @factory.post_generation
    def of(self: Pair, create: bool, extracted: list[Any] | None, **kwargs: Any) -> None:
        members = extracted or [MembershipFactory(course=self.course) for _ in range(2)]
        for membership in members:
            PairMember.objects.create(pair=self, membership=membership)


class InvitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Invitation

    sender = factory.SubFactory(MembershipFactory)
    receiver = factory.SubFactory(MembershipFactory, course=factory.SelfAttribute("..sender.course"))
    expires_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(days=7))


class ProfileFactory(factory.django.DjangoModelFactory):
    """Somebody's card, on the board."""

    class Meta:
        model = Profile

    membership = factory.SubFactory(MembershipFactory)
    is_listed = True
    interests = "What attention heads do"


class MessageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Message

    sender = factory.SubFactory(MembershipFactory)
    receiver = factory.SubFactory(MembershipFactory, course=factory.SelfAttribute("..sender.course"))
    text = "Shall we talk?"


def asked_to_part(pair: Pair, *, leaving: Any = None, by: Any = None, reason: str = "") -> Separation:
    """The first member (or `by`) asks that `leaving` leaves, or that all part."""
    asker = by or pair.users[0]
    return operations.ask_to_leave(pair, leaving=leaving, reason=reason, by=asker)


def parted(pair: Pair, *, leaving: Any = None, reason: str = "") -> Separation:
    """The members part, one asking and all others agreeing."""
    separation = asked_to_part(pair, leaving=leaving, reason=reason)
    for user in pair.users[1:]:
        separation = operations.agree_to_leave(separation, by=user)
    return separation


def asked_for_solo(membership: Any, reason: str = "I work at night") -> SoloRequest:
    return operations.ask_solo(membership, reason=reason, by=membership.user)


def solved_run(course: Any, by: Any, settings: Settings | None = None) -> MatchingRun:
    """A run of matching for everybody who seeks a partner in `course`, as a worker leaves it."""
    run = operations.start_run(course, settings=settings or Settings(seed=1), by=by)
    solving.solve_run(run.pk)
    run.refresh_from_db()
    return run


def offered(*members: Any, by: Any, days: float = 3) -> Offer:
    """The staff propose to `members` that they be a group, and leave them some days to answer."""
    return operations.make_offer(
        members[0].course,
        members=members,
        reasons=["2 shared topics: probing, steering"],
        expires_at=timezone.now() + dt.timedelta(days=days),
        run=None,
        by=by,
    )


def build(world: Any) -> None:
    """A student in no pair, with a card, an open invitation and a message to one of the other pair."""
    world.membership["asker"] = MembershipFactory(course=world.course)
    world.asker = world.membership["asker"].user
    world.invitation = InvitationFactory(
        sender=world.membership["asker"],
        receiver=world.membership["other_student"],
        message="Secret words of the asker",
    )
    ProfileFactory(membership=world.membership["asker"], interests="Card of the asker")
    world.message = MessageFactory(
        sender=world.membership["asker"], receiver=world.membership["other_student"], text="Message of the asker"
    )
