"""The ledger sums to zero, cannot be rewritten, cannot be overdrawn, and can prove it."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from apps.core.errors import Refused
from apps.quota import ledger, operations, queries
from apps.quota.models import Account, Entry, LedgerTransaction
from apps.quota.operations import Grant
from apps.quota.states import AccountKind, TransactionKind, Unit
from tests.factories.quota import GPT2, LLAMA, fill_pool
from tests.factories.world import World


def grant(world: World, amount: int) -> None:
    line = world.quota_request.lines.get()
    grants = {line.pk: Grant(amount, "The pool is small")}
    operations.grant_request(world.quota_request, grants=grants, by=world.instructor)


def verify() -> str:
    said = io.StringIO()
    call_command("ledger", "verify", stdout=said, stderr=said)
    return said.getvalue()


def test_a_grant_moves_from_the_pool_to_the_pair(world: World) -> None:
    grant(world, 60)
    (pool,) = queries.pool_of(world.course)
    assert (pool.size, pool.granted, pool.left) == (1000, 60, 940)
    (balance,) = queries.balance_of(world.pair)
    assert (balance.model, balance.granted, balance.used) == (GPT2, 60, None)
    assert queries.balance_of(world.other_pair) == []
    assert "sound" in verify()


def test_each_transaction_sums_to_zero_for_each_model_and_unit(world: World) -> None:
    fill_pool(world.course, world.instructor, model=GPT2, amount=30)
    grant(world, 60)  # 30 from gpt2's own heap, 30 through the exchange from the one for any model
    groups = Entry.objects.order_by().values("transaction", "account__model", "account__unit")
    assert [row["total"] for row in groups.annotate(total=Sum("amount"))] == [0] * groups.distinct().count()
    assert {(row.model, row.left) for row in queries.pool_of(world.course)} == {("", 970), (GPT2, 0)}
    assert "sound" in verify()


def test_a_posting_that_does_not_balance_is_refused(world: World) -> None:
    pool = Account.objects.get(kind=AccountKind.POOL, course=world.course)
    other = ledger.account(world.course, AccountKind.POOL, model=LLAMA, unit=Unit.REQUESTS)
    foreign = ledger.account(world.other_course, AccountKind.SOURCE, model="", unit=Unit.REQUESTS)
    for moves in ({}, {pool: 5}, {pool: 5, other: -5}, {pool: 5, foreign: -5}):
        with pytest.raises(ValueError, match="zero"):
            ledger.post(world.course, kind=TransactionKind.GRANTED, key="k", moves=moves, by=world.instructor)
    assert not LedgerTransaction.objects.filter(key="k").exists()


def test_the_same_key_moves_once(world: World) -> None:
    change = {"model": "", "unit": Unit.REQUESTS, "amount": 7, "note": "Twice", "key": "once", "by": world.instructor}
    first = operations.add_to_pool(world.course, **change)
    assert operations.add_to_pool(world.course, **change) == first
    assert queries.pool_of(world.course)[0].size == 1007


def test_what_was_granted_cannot_be_taken_out_of_the_pool(world: World) -> None:
    grant(world, 100)
    change = {"model": "", "unit": Unit.REQUESTS, "note": "Back", "by": world.instructor}
    with pytest.raises(Refused, match="Only 900"):
        operations.reduce_pool(world.course, amount=901, key="a", **change)
    operations.reduce_pool(world.course, amount=900, key="b", **change)
    (pool,) = queries.pool_of(world.course)
    assert (pool.size, pool.left) == (100, 0)
    assert "sound" in verify()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE quota_entry SET amount = amount + 1",
        "DELETE FROM quota_entry",
        "UPDATE quota_ledgertransaction SET note = 'never happened'",
        "DELETE FROM quota_ledgertransaction",
    ],
)
def test_the_database_refuses_to_rewrite_the_ledger(world: World, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_refuses_an_overdrawn_account(world: World) -> None:
    with pytest.raises(DatabaseError, match="no_account_is_overdrawn"), transaction.atomic():
        Account.objects.filter(kind=AccountKind.POOL).update(balance=-1)


def change_a_balance(world: World) -> None:
    Account.objects.filter(kind=AccountKind.POOL, course=world.course).update(balance=1001)


def slip_in_an_entry(world: World) -> None:
    pool = Account.objects.get(kind=AccountKind.POOL, course=world.course)
    posted = LedgerTransaction.objects.create(course=world.course, key="forged", kind=TransactionKind.POOL_ADDED)
    Entry.objects.create(transaction=posted, account=pool, amount=5)
    Account.objects.filter(pk=pool.pk).update(balance=1005)


def empty_transaction(world: World) -> None:
    LedgerTransaction.objects.create(course=world.course, key="empty", kind=TransactionKind.POOL_ADDED)


def foreign_entry(world: World) -> None:
    posted = LedgerTransaction.objects.create(course=world.other_course, key="stray", kind=TransactionKind.POOL_ADDED)
    source, pool = Account.objects.filter(course=world.course).order_by("kind").reverse()
    for account, amount in ((source, -5), (pool, 5)):
        Entry.objects.create(transaction=posted, account=account, amount=amount)
        Account.objects.filter(pk=account.pk).update(balance=account.balance + amount)


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (change_a_balance, "says 1001, its entries sum to 1000"),
        (slip_in_an_entry, "does not sum to zero"),
        (empty_transaction, "has no entries"),
        (foreign_entry, "another course"),
    ],
)
def test_verify_finds_what_was_tampered_with(
    world: World, capsys: Any, tamper: Callable[[World], None], found: str
) -> None:
    assert "sound" in verify()
    tamper(world)
    with pytest.raises(CommandError, match="fault"):
        call_command("ledger", "verify")
    assert found in capsys.readouterr().err
