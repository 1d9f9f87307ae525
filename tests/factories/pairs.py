import datetime as dt
from typing import Any

import factory
from django.utils import timezone

from apps.pairs.models import Invitation, Pair, PairMember
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


def build(world: Any) -> None:
    """An open invitation from a student who is in no pair to one of the other pair."""
    world.membership["asker"] = MembershipFactory(course=world.course)
    world.asker = world.membership["asker"].user
    world.invitation = InvitationFactory(
        sender=world.membership["asker"],
        receiver=world.membership["other_student"],
        message="Secret words of the asker",
    )
