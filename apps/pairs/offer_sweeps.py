"""Proposals whose time is over or that cannot come true. Apart from the operations because a task calls it too."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from apps.accounts.models import User
from apps.core import audit, mail
from apps.courses.models import Course, Membership
from apps.courses.operations import lock
from apps.pairs.models import Offer, OfferMember
from apps.pairs.states import OfferState

REMIND_BEFORE = dt.timedelta(days=1)
# A proposal that is open for a day or so needs no reminder: the mail that made it is fresh.
REMINDED_FROM = dt.timedelta(hours=36)


def sweep_offers() -> None:
    """Close and remind what is due, course by course. May run twice at once: each course is held meanwhile."""
    with_open = Offer.objects.filter(course=OuterRef("pk"), state=OfferState.OPEN)
    for course in Course.objects.filter(Exists(with_open)).order_by("pk"):
        close_overdue(course)
        remind(course)


@transaction.atomic
def close_overdue(course: Course) -> None:
    """End the open proposals of a course whose time is over or one of whose people has left it; all are told."""
    course = lock(course)
    offers = Offer.objects.filter(course=course, state=OfferState.OPEN).with_people().order_by("pk")
    for offer in offers.overdue():
        offer.expire()
        words = "closed the proposal: not everybody answered in time"
        end(offer, "pairs.expire_offer", words, "mail/pairs/offer_expired.txt")
    gone = OfferMember.objects.exclude(membership__in=Membership.objects.active().students())
    for offer in offers.filter(Exists(gone.filter(offer=OuterRef("pk")))):
        offer.close()
        words = "closed the proposal: one of them has left the course"
        end(offer, "pairs.close_offer", words, "mail/pairs/offer_off.txt")


@transaction.atomic
def remind(course: Course) -> None:
    """Remind those who have not answered, once, when the last day begins."""
    course = lock(course)
    due = Offer.objects.open().filter(course=course, reminded_at=None).filter(
        expires_at__lte=timezone.now() + REMIND_BEFORE, expires_at__gte=F("created_at") + REMINDED_FROM
    )  # fmt: skip
    for offer in due.with_people().order_by("pk"):
        offer.reminded_at = timezone.now()
        offer.save(update_fields=["reminded_at"])
        waiting = [one.membership.user for one in offer.members.all() if one.has_accepted is None]
        subject = "A day is left to answer the proposed group"
        context = {"offer": offer, "course": offer.course}
        mail.send_to_all(waiting, subject, "mail/pairs/offer_reminder.txt", **context)


def end(
    offer: Offer, verb: str, words: str, template: str, *, by: User | None = None, besides: Membership | None = None
) -> None:
    """Keep that an offer is over, and tell those of its people who are still in the course, `besides` excepted."""
    offer.save(update_fields=["state", "closed_at"])
    offer.members.update(is_open=False)
    audit.record(offer, verb, words, by=by)
    others = [one.membership for one in offer.members.all() if besides is None or one.membership_id != besides.pk]
    people = [other.user for other in others if other.is_active]
    subject = "A proposed group did not come about"
    mail.send_to_all(people, subject, template, offer=offer, course=offer.course)
