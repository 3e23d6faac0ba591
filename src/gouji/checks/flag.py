"""Which cells a person should look at: the suspects of failed identities; and which numbers identities vouch for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from gouji.checks.book import CellKey, Figure
from gouji.checks.confirm import confirmations
from gouji.checks.suggest import Candidate
from gouji.checks.sums import Evaluation
from gouji.checks.units import is_of_two_units
from gouji.records import Cell, Item, Pointer, Table

Suspects = Mapping[CellKey, tuple[str, ...]]
Confirmed = Mapping[CellKey, tuple[str, ...]]
Read = TypeVar("Read", Cell, Item)

LOW_CONFIDENCE = "low_confidence"
# Flags of doubt that a number loses when an identity holds by it; its other readings stay in `alternatives`.
_CLEARED = (LOW_CONFIDENCE, "alternatives")

# A failed identity weighs more than one that holds, as slips can cancel and two forms can share one; doubt adds to it.
_HOLDS_WEIGHT = 0.6
_DOUBT_WEIGHT = 5.0
_AGAINST_FACT = 0.5  # against a fact of the narrative only a cell that other identities don't vouch for is suspect
_ZERO_WEIGHT = 0.7  # a figure read as 0 is seldom the wrong one
_MOST_SUSPECTS = 3
_UNSURE = 0.95  # every figure of a failed sum that was read with less is suspect too
_VOUCHERS = 2
# Doubt left in a number that takes part in an identity that holds exactly.
_DOUBT_LEFT = 0.1


def suspects(
    evaluations: Sequence[Evaluation], suggested: Sequence[tuple[Candidate, ...]]
) -> dict[CellKey, tuple[str, ...]]:
    """The rules that each suspect cell failed. A cell with a suggestion stands for all checks that it puts right.

    Two tables that state one sum in two units have a wrong unit between them, and no wrong number.
    """
    found: dict[CellKey, list[str]] = defaultdict(list)
    settled: set[int] = set()
    for candidate in (candidate for equals in suggested for candidate in equals):
        settled |= {id(each) for each in candidate.fixed}
        if candidate.figure.key is not None:
            found[candidate.figure.key] += [each.check.rule for each in candidate.fixed]
    badness = _badness(evaluations)
    confirmed = confirmations(evaluations)
    for each in evaluations:
        if each.check.status == "fail" and id(each) not in settled and not is_of_two_units(each):
            for key in _worst(each, badness, confirmed):
                found[key].append(each.check.rule)
    return {key: tuple(dict.fromkeys(rules)) for key, rules in found.items()}


def _badness(evaluations: Sequence[Evaluation]) -> dict[CellKey, float]:
    found: Counter[CellKey] = Counter()
    doubt: dict[CellKey, float] = {}
    for each in evaluations:
        weight = 1.0 if each.check.status == "fail" else -_HOLDS_WEIGHT if each.check.status == "pass" else 0.0
        for figure in each.figures:
            if figure.key is not None:
                found[figure.key] += weight  # type: ignore[assignment]
                doubt[figure.key] = _DOUBT_WEIGHT * (1 - figure.confidence) - (0 if figure.amount else _ZERO_WEIGHT)
    return {key: score + doubt[key] for key, score in found.items()}


def _worst(each: Evaluation, badness: dict[CellKey, float], confirmed: Confirmed) -> list[CellKey]:
    keys = [key for key in dict.fromkeys(_keys(each)) if key is not None]
    if not keys:
        return []
    scores = {key: badness.get(key, 0.0) for key in keys}
    top = max(scores.values())
    if top < _AGAINST_FACT and any(figure.key is None for figure in each.figures):
        return []
    worst = [key for key in keys if scores[key] >= top - 1e-6]
    unsure = [f.key for f in each.figures if f.key and f.confidence < _UNSURE and not _is_settled(f, confirmed)]
    return [*(worst if len(worst) <= _MOST_SUSPECTS else worst[:1]), *unsure]


def _is_settled(figure: Figure, confirmed: Confirmed) -> bool:
    """Whether others vouch for the figure enough: for a zero one sum will do, two cells seldom share a slip."""
    rules = confirmed.get(figure.key, ()) if figure.key else ()
    return len(rules) >= (_VOUCHERS if figure.amount else 1)


def _keys(each: Evaluation) -> Iterable[CellKey | None]:
    if each.figures:
        return [figure.key for figure in each.figures]
    return [_key(pointer) for pointer in each.check.operands]


def _key(pointer: Pointer) -> CellKey | None:
    if pointer.table is None or pointer.row is None or pointer.col is None:
        return None
    return pointer.table, pointer.row, pointer.col


def flag_tables(
    tables: Sequence[Table], suspected: Suspects, confirmed: Confirmed, sure: frozenset[CellKey]
) -> tuple[Table, ...]:
    """The tables with `check:<rule>` on suspects and `confirmed_by` on numbers that rules vouch for.

    A confirmed number, and one that its place alone makes `sure`, gains confidence and loses its doubt.
    """
    return tuple(
        table.model_copy(
            update={"cells": tuple(_flagged(cell, table.id, suspected, confirmed, sure) for cell in table.cells)}
        )
        for table in tables
    )


def doubt(tables: Sequence[Table], odd: frozenset[CellKey]) -> tuple[Table, ...]:
    """The tables with `low_confidence` on the odd cells."""
    return tuple(
        table.model_copy(update={"cells": tuple(_doubt_cell(table.id, cell, odd) for cell in table.cells)})
        for table in tables
    )


def _doubt_cell(table: str, cell: Cell, odd: frozenset[CellKey]) -> Cell:
    if (table, cell.row, cell.col) not in odd or LOW_CONFIDENCE in cell.flags:
        return cell
    return cell.model_copy(update={"flags": (*cell.flags, LOW_CONFIDENCE)})


def flag_items(
    items: Sequence[Item], suspected: Suspects, confirmed: Confirmed, sure: frozenset[CellKey]
) -> tuple[Item, ...]:
    """The items with the flags, confirmations and confidences of their cells."""
    return tuple(_flagged(item, item.table, suspected, confirmed, sure) for item in items)


def _flagged(read: Read, table: str, suspected: Suspects, confirmed: Confirmed, sure: frozenset[CellKey]) -> Read:
    key = (table, read.row, read.col)
    if key in suspected:
        return read.model_copy(update={"flags": _with_rules(read.flags, suspected[key])})
    if key in confirmed or key in sure:
        flags = tuple(flag for flag in read.flags if flag not in _CLEARED)
        confidence = round(1 - (1 - read.confidence) * _DOUBT_LEFT, 4)
        update = {"flags": flags, "confidence": confidence, "confirmed_by": confirmed.get(key, ())}
        return read.model_copy(update=update)
    return read


def _with_rules(flags: tuple[str, ...], rules: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*flags, *(f"check:{rule}" for rule in rules))))
