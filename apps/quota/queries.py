"""Reading the pool, the balances and the requests."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from apps.courses.models import Course
from apps.pairs.models import Pair
from apps.quota import catalogue
from apps.quota.models import Account, QuotaLine
from apps.quota.states import AccountKind, Unit


@dataclass(frozen=True)
class PoolRow:
    """What a course has of one unit on one model: `size` put in, `left` not granted yet."""

    model: str
    unit: str
    size: int
    left: int

    @property
    def granted(self) -> int:
        return self.size - self.left

    @property
    def model_name(self) -> str:
        return catalogue.display(self.model)

    @property
    def unit_name(self) -> str:
        return Unit(self.unit).label


@dataclass(frozen=True)
class BalanceRow:
    """What a pair was given of one unit on one model. `used` is None while nothing has been reported: not zero."""

    model: str
    unit: str
    granted: int
    available: int
    used: int | None

    @property
    def model_name(self) -> str:
        return catalogue.display(self.model)

    @property
    def unit_name(self) -> str:
        return Unit(self.unit).label


def pool_of(course: Course) -> list[PoolRow]:
    """The pool, one row for each model and unit that was ever put in."""
    kinds = [AccountKind.SOURCE, AccountKind.POOL]
    balances: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for row in Account.objects.filter(course=course, pair=None, kind__in=kinds):
        balances[row.model, row.unit][row.kind] = row.balance
    return [
        PoolRow(model, unit, -kinds[AccountKind.SOURCE], kinds.get(AccountKind.POOL, 0))
        for (model, unit), kinds in sorted(balances.items())
        if AccountKind.SOURCE in kinds
    ]


def balance_of(pair: Pair) -> list[BalanceRow]:
    """What a pair was granted, by model and unit."""
    held: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for row in Account.objects.filter(pair=pair):
        held[row.model, row.unit][row.kind] = row.balance
    return [_balance(model, unit, kinds) for (model, unit), kinds in sorted(held.items())]


def _balance(model: str, unit: str, kinds: dict[str, int]) -> BalanceRow:
    available = kinds.get(AccountKind.PAIR_AVAILABLE, 0)
    used = kinds.get(AccountKind.CONSUMED)
    granted = available + kinds.get(AccountKind.RESERVED, 0) + (used or 0)
    return BalanceRow(model, unit, granted, available, used)


def left_for(course: Course, lines: Iterable[QuotaLine]) -> dict[int, int]:
    """What the pool could still give to each line: that model's own heap and the one for any model."""
    left = {(row.model, row.unit): row.left for row in pool_of(course)}
    return {
        line.pk: sum(left.get((model, line.unit), 0) for model in {line.model, catalogue.ANY_MODEL}) for line in lines
    }
