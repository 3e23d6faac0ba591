"""Which identities vouch for a number: those that hold, and that a slip of one digit in it would break."""

from __future__ import annotations

from collections.abc import Iterable

from gouji.checks.book import CellKey
from gouji.checks.sums import Evaluation


def confirmations(evaluations: Iterable[Evaluation]) -> dict[CellKey, tuple[str, ...]]:
    """The rules that confirm each cell; cells that nothing confirms are not in it.

    Only what holds exactly confirms: within rounding the last digit may still be wrong.
    """
    found: dict[CellKey, tuple[str, ...]] = {}
    for each in evaluations:
        rule = each.check.rule
        for key in each.confirmed:
            rules = found.get(key, ())
            if rule not in rules:
                found[key] = (*rules, rule)
    return found
