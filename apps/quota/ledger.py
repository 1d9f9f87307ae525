"""Double entry: every change moves amounts between accounts and sums to zero for each model and unit.

Balances are kept beside the entries and only changed by conditional updates, so two people who take the last amount
at once cannot both succeed, whatever they read before.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from apps.courses.models import Course
from apps.pairs.models import Pair
from apps.quota.models import Account, Entry, LedgerTransaction
from apps.quota.states import UNBOUNDED, AccountKind, TransactionKind


class Overdrawn(Exception):
    """A posting asked an account for more than it holds; nothing was posted."""

    def __init__(self, account: Account) -> None:
        super().__init__(str(account))
        self.account = account


def account(course: Course, kind: AccountKind, *, model: str, unit: str, pair: Pair | None = None) -> Account:
    """The account of a kind for a model and unit, made when it is not there yet."""
    found, _ = Account.objects.get_or_create(course=course, kind=kind, pair=pair, model=model, unit=unit)
    return found


@transaction.atomic
def post(
    course: Course, *, kind: TransactionKind, key: str, moves: Mapping[Account, int], by: Any, note: str = ""
) -> tuple[LedgerTransaction, bool]:
    """Write one transaction and move the balances; `moves` is the amount into (or, negative, out of) each account.

    Returns the transaction and whether it is new: a `key` that was posted before moves nothing again. Raises
    Overdrawn, and leaves nothing behind, when a bounded account holds too little.
    """
    _check_balanced(course, moves)
    try:
        with transaction.atomic():
            posted = LedgerTransaction.objects.create(course=course, key=key, kind=kind, by=by, note=note)
    except IntegrityError:
        return LedgerTransaction.objects.get(course=course, key=key), False
    # Always in the same order, so that two postings never wait for each other in a circle.
    for target, amount in sorted(moves.items(), key=lambda move: move[0].pk):
        _move(target, amount)
        Entry.objects.create(transaction=posted, account=target, amount=amount)
    return posted, True


def _check_balanced(course: Course, moves: Mapping[Account, int]) -> None:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for target, amount in moves.items():
        sums[target.model, target.unit] += amount
    if not moves or any(sums.values()) or any(target.course_id != course.pk for target in moves):
        raise ValueError("A posting must sum to zero for each model and unit, within one course.")


def _move(target: Account, amount: int) -> None:
    rows = Account.objects.filter(pk=target.pk)
    if amount < 0 and target.kind not in UNBOUNDED:
        rows = rows.filter(balance__gte=-amount)
    if not rows.update(balance=F("balance") + amount):
        raise Overdrawn(target)


def faults() -> Iterator[str]:
    """What is wrong with the ledger, a sentence each; nothing when every balance follows from the entries."""
    total = Coalesce(Sum("entries__amount"), 0)
    for wrong in Account.objects.annotate(total=total).exclude(balance=F("total")).order_by("pk"):
        yield f"Account {wrong.pk} ({wrong}) says {wrong.balance}, its entries sum to {wrong.total}."
    by_unit = Entry.objects.order_by().values("transaction_id", "account__model", "account__unit")
    for row in by_unit.annotate(total=Sum("amount")).exclude(total=0):
        yield (
            f"Transaction {row['transaction_id']} does not sum to zero for {row['account__unit']} on "
            f"{row['account__model'] or 'any model'}: {row['total']}."
        )
    strays = Entry.objects.exclude(account__course=F("transaction__course")).order_by("pk")
    for entry in strays:
        yield f"Entry {entry.pk} is in another course than its transaction."
    for overdrawn in Account.objects.filter(~Q(kind__in=UNBOUNDED), balance__lt=0):
        yield f"Account {overdrawn.pk} ({overdrawn}) is below zero: {overdrawn.balance}."
    for empty in LedgerTransaction.objects.filter(entries__isnull=True):
        yield f"Transaction {empty.pk} has no entries."
