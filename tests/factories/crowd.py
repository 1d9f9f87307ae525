"""A course of hundreds, made in few statements: for pages that must not slow down with it."""

import datetime as dt
import itertools
from typing import Any

from django.utils import timezone

from apps.accounts.models import User
from apps.courses.models import Membership
from apps.courses.states import MembershipState
from apps.pairs.models import Invitation, Message, Pair, PairMember, Profile, RankedChoice, Veto
from apps.pairs.states import InvitationState

TOPICS = ["probing", "steering", "activation patching", "sparse autoencoders"]


def crowd(course: Any, size: int = 300) -> list[Membership]:
    """`size` students of `course`: two thirds in pairs, every tenth pair half, the others in every stage of seeking."""
    start = User.objects.count()
    users = User.objects.bulk_create(
        [User(email=f"crowd{start + at}@example.edu", name=f"Crowd {start + at:03}") for at in range(size)]
    )
    people = Membership.objects.bulk_create(
        [Membership(course=course, user=user, section=f"0{at % 3}") for at, user in enumerate(users)]
    )
    paired, free = people[: size * 2 // 3], people[size * 2 // 3 :]
    pairs = Pair.objects.bulk_create([Pair(course=course) for _ in range(len(paired) // 2)])
    PairMember.objects.bulk_create([PairMember(pair=pairs[at // 2], membership=one) for at, one in enumerate(paired)])
    dropped = [one.pk for at, one in enumerate(paired) if at % 20 == 1]
    Membership.objects.filter(pk__in=dropped).update(state=MembershipState.DROPPED)
    _seek(free)
    return people


def _seek(free: list[Membership]) -> None:
    now = timezone.now()
    Profile.objects.bulk_create(
        [
            Profile(
                membership=one,
                is_listed=at % 4 != 0,
                interests=f"Interest {at}",
                topics=TOPICS[: at % 4],
                hours=list(range(at % 5 * 24 + 9, at % 5 * 24 + 13)),
            )
            for at, one in enumerate(free)
        ]
    )
    couples = list(itertools.pairwise(free))
    RankedChoice.objects.bulk_create([RankedChoice(owner=one, classmate=other, rank=1) for one, other in couples])
    Veto.objects.bulk_create([Veto(owner=one, classmate=other) for one, other in zip(free, free[3:], strict=False)])
    Invitation.objects.bulk_create(
        [
            Invitation(
                sender=one,
                receiver=other,
                expires_at=now + dt.timedelta(days=1 + at % 6),
                state=InvitationState.PENDING if at % 2 else InvitationState.DECLINED,
            )
            for at, (one, other) in enumerate(couples)
        ]
    )
    Message.objects.bulk_create([Message(sender=one, receiver=other, text="Shall we?") for one, other in couples])
