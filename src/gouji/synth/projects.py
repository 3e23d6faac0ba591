"""Projects and their performance indicators, as records."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal

ZERO = Decimal(0)


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """`part` of `whole` in percent with two decimals; 0 when `whole` is 0."""
    return (part / whole * 100).quantize(Decimal("0.01")) if whole else Decimal("0.00")


@dataclass(frozen=True)
class Indicator:
    """One performance indicator. `target` and `actual` as printed ("≥95%"); `score` ≤ `weight`."""

    level1: str
    level2: str
    name: str
    target: str
    actual: str
    weight: Decimal
    score: Decimal
    reason: str = ""


@dataclass(frozen=True)
class Money:
    """年初预算数, 全年预算数, 全年执行数 of one source."""

    initial: Decimal = ZERO
    budget: Decimal = ZERO
    executed: Decimal = ZERO


@dataclass(frozen=True)
class Project:
    """One project; its three sources are 当年财政拨款, 上年结转资金 and 其他资金."""

    name: str
    code: str
    pot: Literal["gpb", "fund", "capital", "own"]
    fiscal: Money
    carried: Money
    other: Money
    goal: str
    done: str
    indicators: tuple[Indicator, ...]

    @property
    def money(self) -> Money:
        """The sum of the sources."""
        parts = (self.fiscal, self.carried, self.other)
        return Money(*(sum((getattr(p, f.name) for p in parts), ZERO) for f in fields(Money)))

    @property
    def execution_rate(self) -> Decimal:
        """执行率 in percent, two decimals."""
        return percent(self.money.executed, self.money.budget)

    @property
    def execution_score(self) -> Decimal:
        """Points (of 10) for the execution rate."""
        return (self.execution_rate / 10).quantize(Decimal("0.01"))

    @property
    def score(self) -> Decimal:
        """自评得分 (of 100)."""
        return self.execution_score + sum((i.score for i in self.indicators), ZERO)
