"""What can be done about compute: fill the pool, ask, withdraw, decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core import audit, mail
from apps.core.errors import Refused, Stale
from apps.courses.models import Course
from apps.pairs.models import Pair
from apps.quota import catalogue, ledger
from apps.quota.models import MAX_AMOUNT, Account, LedgerTransaction, QuotaLine, QuotaRequest
from apps.quota.states import AccountKind, RequestState, TransactionKind, Unit

ALREADY_OPEN = "Your pair has a request open already. Change that one, or withdraw it, before you make another."

Pools: TypeAlias = dict[tuple[str, str], Account]


@dataclass(frozen=True)
class Ask:
    """One line of a request as a pair writes it."""

    model: str
    unit: str
    amount: int
    why: str


@dataclass(frozen=True)
class Grant:
    """What staff give for one line, and why when it is less than asked."""

    amount: int
    reason: str = ""


@transaction.atomic
def add_to_pool(
    course: Course, *, model: str, unit: str, amount: int, note: str, key: str, by: User
) -> LedgerTransaction:
    """Put compute into the course's pool. The same `key` is done once, however often it is sent."""
    source = ledger.account(course, AccountKind.SOURCE, model=model, unit=unit)
    pool = ledger.account(course, AccountKind.POOL, model=model, unit=unit)
    held = Account.objects.select_for_update().get(pk=source.pk)
    if amount - held.balance > MAX_AMOUNT:
        raise Refused(f"The pool can hold at most {MAX_AMOUNT:,} of one unit.", field="amount")
    posted, is_new = ledger.post(
        course, kind=TransactionKind.POOL_ADDED, key=key, moves={source: -amount, pool: amount}, by=by, note=note
    )
    if is_new:
        phrase = f"put {_amount_in_words(amount, unit, model)} into the pool"
        audit.record(course, "quota.add_to_pool", phrase, by=by, staff_only=True)
    return posted


@transaction.atomic
def reduce_pool(
    course: Course, *, model: str, unit: str, amount: int, note: str, key: str, by: User
) -> LedgerTransaction:
    """Take compute out of the pool; what was granted to pairs cannot be taken."""
    source = ledger.account(course, AccountKind.SOURCE, model=model, unit=unit)
    pool = ledger.account(course, AccountKind.POOL, model=model, unit=unit)
    try:
        posted, is_new = ledger.post(
            course, kind=TransactionKind.POOL_REDUCED, key=key, moves={pool: -amount, source: amount}, by=by, note=note
        )
    except ledger.Overdrawn:
        left = Account.objects.get(pk=pool.pk).balance
        raise Refused(
            f"Only {left:,} of this are left in the pool; the rest was granted. Nothing was taken out.", field="amount"
        ) from None
    if is_new:
        phrase = f"took {_amount_in_words(amount, unit, model)} out of the pool"
        audit.record(course, "quota.reduce_pool", phrase, by=by, staff_only=True)
    return posted


@transaction.atomic
def draft_request(pair: Pair, *, asks: Sequence[Ask], by: User) -> QuotaRequest:
    """Begin a request that only the partners see. One request of a pair is open at a time."""
    _check_asks(asks)
    try:
        with transaction.atomic():
            request = QuotaRequest.objects.create(pair=pair, created_by=by)
    except IntegrityError:
        raise Refused(ALREADY_OPEN) from None
    _write_lines(request, asks)
    audit.record(request, "quota.draft_request", "began a request for NDIF quota", by=by)
    return request


@transaction.atomic
def change_request(request: QuotaRequest, *, asks: Sequence[Ask], by: User) -> QuotaRequest:
    """Replace the lines of a draft."""
    _check_asks(asks)
    request = _locked(request, RequestState.DRAFT)
    request.lines.all().delete()
    _write_lines(request, asks)
    audit.record(request, "quota.change_request", "changed the draft", by=by)
    return request


@transaction.atomic
def submit_request(request: QuotaRequest, *, by: User) -> QuotaRequest:
    """Send a draft to staff, who see it from now on."""
    request = _locked(request, RequestState.DRAFT)
    request.submitted_at = timezone.now()
    request.submit()
    request.save(update_fields=["state", "submitted_at"])
    audit.record(request, "quota.submit_request", "sent the request to staff", by=by)
    return request


@transaction.atomic
def withdraw_request(request: QuotaRequest, *, by: User) -> QuotaRequest:
    """Take an open request back. It stays visible."""
    request = _locked(request, RequestState.DRAFT, RequestState.SUBMITTED)
    request.withdraw()
    request.save(update_fields=["state"])
    audit.record(request, "quota.withdraw_request", "withdrew the request", by=by)
    return request


@transaction.atomic
def grant_request(request: QuotaRequest, *, grants: Mapping[int, Grant], message: str = "", by: User) -> QuotaRequest:
    """Give a request what `grants` says for each of its lines, out of the pool; all lines or, when refused, none."""
    request = _locked(request, RequestState.SUBMITTED)
    lines = list(request.lines.all())
    given = [(line, grants.get(line.pk, Grant(0))) for line in lines]
    for line, grant in given:
        _check_grant(line, grant)
    if not any(grant.amount for _, grant in given):
        raise Refused("This grants nothing. To give nothing, deny the request and say why.")
    pools = _locked_pools(request.course, lines)
    for line, grant in given:
        if grant.amount:
            _draw(request, line, grant.amount, pools, by=by)
        line.granted, line.reason = grant.amount, "" if grant.amount == line.amount else grant.reason
        line.save(update_fields=["granted", "reason"])
    is_whole = all(grant.amount == line.amount for line, grant in given)
    (request.approve if is_whole else request.approve_partly)()
    return _close(request, "granted the request" if is_whole else "granted part of the request", message, by=by)


@transaction.atomic
def deny_request(request: QuotaRequest, *, message: str, by: User) -> QuotaRequest:
    """Give nothing, and say why."""
    if not message.strip():
        raise Refused("Say why: the pair reads it and can ask again.", field="message")
    request = _locked(request, RequestState.SUBMITTED)
    request.lines.update(granted=0)
    request.deny()
    return _close(request, "denied the request", message, by=by)


def _locked(request: QuotaRequest, *states: RequestState) -> QuotaRequest:
    """The request as it is now, nobody else changing it; Stale when it has left `states`."""
    request = QuotaRequest.objects.select_for_update(of=("self",)).select_related("pair__course").get(pk=request.pk)
    if request.state not in states:
        raise Stale
    return request


def _check_asks(asks: Sequence[Ask]) -> None:
    if not asks:
        raise Refused("Ask for something: fill in at least one line.")


def _write_lines(request: QuotaRequest, asks: Sequence[Ask]) -> None:
    QuotaLine.objects.bulk_create(
        QuotaLine(request=request, model=ask.model, unit=ask.unit, amount=ask.amount, why=ask.why) for ask in asks
    )


def _check_grant(line: QuotaLine, grant: Grant) -> None:
    if not 0 <= grant.amount <= line.amount:
        raise Refused(f"Grant between 0 and the {line.amount:,} that were asked.", field=f"line-{line.pk}-granted")
    if grant.amount < line.amount and not grant.reason.strip():
        raise Refused("Say why this is less than was asked.", field=f"line-{line.pk}-reason")


def _locked_pools(course: Course, lines: Sequence[QuotaLine]) -> Pools:
    """The pool's heaps these lines can draw on, always locked in one order: no two decisions wait in a circle."""
    wanted = {(model, line.unit) for line in lines for model in (line.model, catalogue.ANY_MODEL)}
    heaps = [ledger.account(course, AccountKind.POOL, model=model, unit=unit) for model, unit in sorted(wanted)]
    locked = Account.objects.select_for_update().filter(pk__in=[heap.pk for heap in heaps]).order_by("pk")
    return {(heap.model, heap.unit): heap for heap in locked}


def _draw(request: QuotaRequest, line: QuotaLine, amount: int, pools: Pools, *, by: User) -> None:
    """Move a grant from the pool to the pair: the model's own heap first, then the one for any model.

    What comes out of "any model" passes through the exchange accounts, so that each model sums to zero by itself.
    """
    course, unit = request.course, line.unit
    own, spare = pools[line.model, unit], pools[catalogue.ANY_MODEL, unit]
    left = own.balance if own == spare else own.balance + spare.balance
    short = Refused(
        f"Only {left:,} {line.get_unit_display()} are left in the pool for {line.model_name} now. "
        "Nothing of this decision was saved.",
        field=f"line-{line.pk}-granted",
    )
    if amount > left:
        raise short
    from_own = min(amount, own.balance)
    from_spare = amount - from_own
    target = ledger.account(course, AccountKind.PAIR_AVAILABLE, model=line.model, unit=unit, pair=request.pair)
    moves = {own: -from_own, target: amount}
    if from_spare:
        out = ledger.account(course, AccountKind.EXCHANGE, model=catalogue.ANY_MODEL, unit=unit)
        into = ledger.account(course, AccountKind.EXCHANGE, model=line.model, unit=unit)
        moves |= {spare: -from_spare, out: from_spare, into: -from_spare}
    moves = {account: moved for account, moved in moves.items() if moved}
    try:
        ledger.post(course, kind=TransactionKind.GRANTED, key=f"grant:line:{line.pk}", moves=moves, by=by)
    except ledger.Overdrawn:
        raise short from None
    own.balance -= from_own
    spare.balance -= from_spare


def _close(request: QuotaRequest, phrase: str, message: str, *, by: User) -> QuotaRequest:
    """Write a decision down and tell the pair."""
    request.message, request.decided_by, request.decided_at = message.strip(), by, timezone.now()
    request.save(update_fields=["state", "message", "decided_by", "decided_at"])
    audit.record(request, "quota.decide", phrase, by=by)
    mail.send_to_all(
        request.pair.users,
        f"{request.course.title}: staff {phrase} for NDIF quota",
        "mail/quota/decided.txt",
        request=request,
        lines=list(request.lines.all()),
        course=request.course,
    )
    return request


def _amount_in_words(amount: int, unit: str, model: str) -> str:
    return f"{amount:,} {Unit(unit).label} on {catalogue.display(model)}"
