"""Proposals of the staff: made to two or three students (or one, to go alone), and a group when all of them accept."""

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core import audit, mail
from apps.core.errors import Refused, Stale
from apps.courses.models import Course, Membership
from apps.pairs.models import MatchingRun, Offer, OfferMember, Pair
from apps.pairs.offer_sweeps import close_overdue, end
from apps.pairs.operations.common import VETOED, hold, join, pair_of, refuse_unless_seeking, vetoed
from apps.pairs.operations.pairing import MOST
from apps.pairs.states import OfferState

OFF = "mail/pairs/offer_off.txt"
# Whoever presses too late; of a no nobody learns more than that it did not come about.
OVER = {
    OfferState.OPEN: "The time for answering this proposal is over.",
    OfferState.EXPIRED: "The time for answering this proposal is over.",
    OfferState.ACCEPTED: "All have accepted this proposal already.",
    OfferState.WITHDRAWN: "The course staff took this proposal back before you pressed.",
}


@transaction.atomic
def make_offer(
    course: Course,
    *,
    members: Sequence[Membership],
    reasons: Sequence[str],
    expires_at: dt.datetime,
    run: MatchingRun | None,
    by: User,
) -> Offer:
    """Propose a group to students who have no partner; each gets mail. The lock of pairs does not bind the staff.

    `reasons` are phrases that all of them may read.
    """
    course, people = hold(course, *members)
    close_overdue(course)
    if not 1 <= len({member.pk for member in people}) <= MOST:
        raise Refused("Choose one, two or three students.")
    for member in people:
        gone = f"{member} is not a student here now."
        refuse_unless_seeking(member, paired=f"{member} has a partner already.", gone=gone)
    if vetoed(people):
        raise Refused(VETOED)
    if sum(pair_of(member) is not None for member in people) > 1:
        raise Refused("Two of them have a project already. Merge them by hand: you decide which one goes on.")
    offer = Offer.objects.create(course=course, run=run, made_by=by, reasons=list(reasons), expires_at=expires_at)
    try:
        with transaction.atomic():
            OfferMember.objects.bulk_create([OfferMember(offer=offer, membership=member) for member in people])
    except IntegrityError:
        raise Refused("One of them has a proposal to answer already. Wait for the answer, or withdraw it.") from None
    offer = Offer.objects.with_people().get(pk=offer.pk)
    audit.record(offer, "pairs.make_offer", f"proposed {offer}", by=by)
    for member in people:
        partners = " and ".join(str(other) for other in people if other.pk != member.pk)
        subject = f"Proposed: the project with {partners}" if partners else "Proposed: the project on your own"
        context = {"offer": offer, "partners": partners, "course": course, "by": by}
        mail.send(member.user, subject, "mail/pairs/offer.txt", **context)
    return offer


@transaction.atomic
def answer_offer(offer: Offer, *, membership: Membership, is_accepted: bool, by: User) -> Offer:
    """One of its people answers; the offer as it stands then. A yes may turn into a no while others are awaited.

    When the last one accepts, the group is made and all get mail. A no ends it: the others read that it did not come
    about, and not through whom.
    """
    _, (member,) = hold(offer.course, membership)
    offer = _open(offer)
    own = next((one for one in offer.members.all() if one.membership_id == member.pk), None)
    if own is None:
        raise Refused("This was not proposed to you.")
    if own.has_accepted and is_accepted:
        raise Stale("You have accepted already. It waits for the others.")
    own.has_accepted, own.answered_at = is_accepted, timezone.now()
    own.save(update_fields=["has_accepted", "answered_at"])
    if not is_accepted:
        offer.decline()
        end(offer, "pairs.decline_offer", "declined the proposal", OFF, by=by, besides=member)
        return offer
    audit.record(offer, "pairs.answer_offer", "accepted the proposal", by=by)
    if all(one.has_accepted for one in offer.members.all()):
        _come_about(offer, member)
    return offer


@transaction.atomic
def withdraw_offer(offer: Offer, *, by: User) -> None:
    """Staff take a proposal back; all of its people get mail."""
    hold(offer.course)
    offer = _open(offer)
    offer.withdraw()
    end(offer, "pairs.withdraw_offer", "withdrew the proposal", "mail/pairs/offer_withdrawn.txt", by=by)


def _open(offer: Offer) -> Offer:
    """The offer as it stands, open; Stale with what became of it. The course must be held."""
    current = Offer.objects.with_people().get(pk=offer.pk)
    if current.is_open:
        return current
    raise Stale(OVER.get(OfferState(current.state), "This proposal did not come about."))


def _come_about(offer: Offer, last: Membership) -> None:
    """Everybody has said yes: make the group, unless something stands in its way by now.

    What that is nobody is told, since it may be a veto; the last one reads on the page what the others get by mail.
    """
    people = [one.membership for one in offer.members.all()]
    if not _is_possible(people):
        offer.close()
        end(offer, "pairs.close_offer", "closed the proposal: it was not possible any more", OFF, besides=last)
        return
    # First, so that joining does not close it as one of the things that its people had open.
    offer.accept()
    offer.save(update_fields=["state", "closed_at"])
    offer.members.update(is_open=False)
    pair = join(people, course=offer.course)
    audit.record(offer, "pairs.accept_offer", "made the group: all have accepted", by=None)
    audit.record(pair, "pairs.accept_offer", f"accepted what {offer.made_by} had proposed", by=last.user)
    _tell_made(offer, pair, people)


def _is_possible(people: Sequence[Membership]) -> bool:
    """Whether these, who have all accepted, can still become a group."""
    pairs = [pair_of(member) for member in people]
    are_free = all(pair is None or pair.is_half for pair in pairs)
    are_here = all(member.is_active and not member.is_staff for member in people)
    return are_free and are_here and not vetoed(people) and sum(pair is not None for pair in pairs) < 2


def _tell_made(offer: Offer, pair: Pair, people: Sequence[Membership]) -> None:
    for member in people:
        partners = " and ".join(str(other) for other in people if other.pk != member.pk)
        subject = f"You do the project with {partners}" if partners else "You do the project on your own"
        context = {"offer": offer, "pair": pair, "partners": partners, "course": offer.course}
        mail.send(member.user, subject, "mail/pairs/matched.txt", **context)
