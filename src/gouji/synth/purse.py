"""Amounts drawn at the printed precision."""

from __future__ import annotations

import random
from decimal import Decimal


class Purse:
    """Draws amounts in 元 that are multiples of `quantum`."""

    def __init__(self, rng: random.Random, quantum: Decimal) -> None:
        self.rng = rng
        self.quantum = quantum

    def between(self, low: float, high: float) -> Decimal:
        """An amount within `low`..`high` 元; at least one quantum."""
        return max(self.quantum, self.rounded(Decimal(str(round(self.rng.uniform(low, high), 2)))))

    def share(self, amount: Decimal, low: float, high: float) -> Decimal:
        """A share (within `low`..`high`) of `amount`."""
        return self.rounded(amount * Decimal(str(round(self.rng.uniform(low, high), 4))))

    def rounded(self, amount: Decimal) -> Decimal:
        """`amount` at the printed precision."""
        return (amount / self.quantum).to_integral_value() * self.quantum
