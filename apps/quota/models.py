"""Asking for compute, and the ledger that says what was given. See ledger.py for how entries are posted."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.courses.models import Course, Membership
from apps.pairs.models import Pair, PairMember, people_known_to, readable_by
from apps.quota import catalogue
from apps.quota.states import OPEN_STATES, UNBOUNDED, AccountKind, RequestState, TransactionKind, Unit

# One number may not be larger: far above any real budget, far below what a 64-bit balance holds.
MAX_AMOUNT = 10**15


class QuotaRequestQuerySet(models.QuerySet["QuotaRequest"]):
    def visible_to(self, user: Any) -> "QuotaRequestQuerySet":
        """Those of pairs that `user` reads; who left a pair that went on sees those that had been sent by then.

        What was never sent is seen by the partners alone.
        """
        visible = self.filter(readable_by(user, at="submitted_at"))
        mine = Membership.objects.active().filter(user=user) if user.is_authenticated else Membership.objects.none()
        own = PairMember.objects.filter(membership__in=mine, pair=models.OuterRef("pair"))
        return visible.filter(Q(submitted_at__isnull=False) | models.Exists(own))

    def open(self) -> "QuotaRequestQuerySet":
        return self.filter(state__in=OPEN_STATES)

    def waiting(self) -> "QuotaRequestQuerySet":
        """Sent and not decided, longest waiting first."""
        return self.filter(state=RequestState.SUBMITTED).order_by("submitted_at", "pk")

    def with_all(self, *, known_to: Any = None) -> "QuotaRequestQuerySet":
        """With the lines and the pair's people: those whom `known_to` may know of, when that is somebody."""
        people = people_known_to(known_to, "pair__members") if known_to else "pair__members__membership__user"
        return self.select_related("pair__course", "created_by", "decided_by").prefetch_related("lines", people)


class QuotaRequest(ConcurrentTransitionMixin, models.Model):
    """A pair asks for compute. Denied and withdrawn ones stay visible, with what was said."""

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="quota_requests")
    state = FSMField(choices=RequestState.choices, default=RequestState.DRAFT, protected=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    message = models.TextField(blank=True, help_text="What staff told the pair with the decision.")

    # What became of it is later than the time in the pair of whoever it was read for.
    is_cut_off = False

    objects = QuotaRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pair"], condition=Q(state__in=OPEN_STATES), name="one_open_quota_request_per_pair"
            ),
        ]

    def __str__(self) -> str:
        return f"Request {self.pk} of {self.pair}"

    @property
    def course(self) -> Course:
        return self.pair.course

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_waiting(self) -> bool:
        return self.state == RequestState.SUBMITTED

    def cut_off_for(self, user: Any) -> Self:
        """The request as `user` may know it: not what came of it after they had left a pair that went on."""
        left_at = self.pair.read_until(user)
        self.is_cut_off = left_at is not None and (self.decided_at is None or self.decided_at > left_at)
        return self

    @property
    def is_decided(self) -> bool:
        return self.decided_at is not None and not self.is_cut_off

    @transition(field=state, source=RequestState.DRAFT, target=RequestState.SUBMITTED)
    def submit(self) -> None:
        pass

    @transition(field=state, source=list(OPEN_STATES), target=RequestState.WITHDRAWN)
    def withdraw(self) -> None:
        pass

    @transition(field=state, source=RequestState.SUBMITTED, target=RequestState.APPROVED)
    def approve(self) -> None:
        pass

    @transition(field=state, source=RequestState.SUBMITTED, target=RequestState.PARTLY_APPROVED)
    def approve_partly(self) -> None:
        pass

    @transition(field=state, source=RequestState.SUBMITTED, target=RequestState.DENIED)
    def deny(self) -> None:
        pass


class QuotaLine(models.Model):
    """One thing asked for: so much of a unit, on a model, for a reason; and what came of it."""

    request = models.ForeignKey(QuotaRequest, on_delete=models.CASCADE, related_name="lines")
    model = models.CharField(max_length=200, blank=True, help_text="A repository id; empty: any model.")
    unit = models.CharField(max_length=12, choices=Unit.choices)
    amount = models.BigIntegerField()
    why = models.CharField(max_length=500)
    granted = models.BigIntegerField(null=True, blank=True, help_text="Empty until it is decided.")
    reason = models.CharField(max_length=500, blank=True, help_text="Why less was granted than asked.")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "model", "unit"], name="asked_once_per_model_and_unit"),
            models.CheckConstraint(condition=Q(amount__gte=1, amount__lte=MAX_AMOUNT), name="asked_amount_is_sane"),
            models.CheckConstraint(
                condition=Q(granted__isnull=True) | Q(granted__gte=0, granted__lte=models.F("amount")),
                name="granted_at_most_what_was_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount:,} {self.get_unit_display()} on {self.model_name}"

    @property
    def model_name(self) -> str:
        return catalogue.display(self.model)


class Account(models.Model):
    """One heap of one unit on one model. `balance` is the sum of its entries; `manage.py ledger verify` proves it."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="quota_accounts")
    kind = models.CharField(max_length=16, choices=AccountKind.choices)
    pair = models.ForeignKey(Pair, null=True, blank=True, on_delete=models.PROTECT, related_name="quota_accounts")
    model = models.CharField(max_length=200, blank=True, help_text="A repository id; empty: any model.")
    unit = models.CharField(max_length=12, choices=Unit.choices)
    balance = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["model", "unit", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "kind", "model", "unit"],
                condition=Q(pair__isnull=True),
                name="one_course_account_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["pair", "kind", "model", "unit"],
                condition=Q(pair__isnull=False),
                name="one_pair_account_of_a_kind",
            ),
            models.CheckConstraint(condition=Q(balance__gte=0) | Q(kind__in=UNBOUNDED), name="no_account_is_overdrawn"),
        ]

    def __str__(self) -> str:
        whose = f" of pair {self.pair_id}" if self.pair_id else ""
        return f"{self.get_kind_display()}{whose}: {self.get_unit_display()} on {self.model_name}"

    @property
    def model_name(self) -> str:
        return catalogue.display(self.model)


class LedgerTransaction(models.Model):
    """A change of the ledger: entries that sum to zero for each model and unit. The database refuses to change it."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="ledger")
    key = models.CharField(max_length=80, help_text="The same key is posted once, however often it is sent.")
    kind = models.CharField(max_length=16, choices=TransactionKind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["course", "key"], name="ledger_key_once_per_course")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.key}"


class Entry(models.Model):
    """One side of a transaction: so much into (positive) or out of (negative) an account. Never changed."""

    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    amount = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "entries"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["transaction", "account"], name="account_once_per_transaction"),
            models.CheckConstraint(condition=~Q(amount=0), name="entries_move_something"),
        ]

    def __str__(self) -> str:
        return f"{self.amount:+} → {self.account}"
