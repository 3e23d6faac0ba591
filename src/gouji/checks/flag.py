"""Which cells a person should look at: the suspects of failed identities; and which numbers identities vouch for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from gouji.checks.book import CellKey, Figure
from gouji.checks.suggest import Candidate
from gouji.checks.sums import Evaluation
from gouji.checks.units import is_of_two_units
from gouji.recall import Recall
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
    evaluations: Sequence[Evaluation], suggested: Sequence[tuple[Candidate, ...]], confirmed: Confirmed
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
    for each in evaluations:
        if each.check.status == "fail" and id(each) not in settled and not is_of_two_units(each):
            for key in _worst(each, badness, confirmed):
                found[key].append(each.check.rule)
    return {key: tuple(dict.fromkeys(rules)) for key, rules in found.items()}


def _badness(evaluations: Sequence[Evaluation]) -> dict[CellKey, float]:
    """How much speaks against each cell of failed identities."""
    found: Counter[CellKey] = Counter()
    doubt: dict[CellKey, float] = {}
    accused = {key for each in evaluations if each.check.status == "fail" for key in _keys(each)}
    for each in evaluations:
        if accused.isdisjoint(each.keys):
            continue
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


@dataclass
class Marks:
    """What the checks say of the cells of one table."""

    suspected: dict[CellKey, tuple[str, ...]] = field(default_factory=dict)
    confirmed: dict[CellKey, tuple[str, ...]] = field(default_factory=dict)
    sure: set[CellKey] = field(default_factory=set)
    odd: set[CellKey] = field(default_factory=set)

    @cached_property
    def told(self) -> frozenset[object]:
        """All of it, to be compared with what was said before."""
        said = [("suspected", *each) for each in self.suspected.items()]
        said += [("confirmed", *each) for each in self.confirmed.items()]
        return frozenset((*said, ("sure", frozenset(self.sure)), ("odd", frozenset(self.odd))))


def marks_of(
    suspected: Suspects, confirmed: Confirmed, sure: Iterable[CellKey], odd: Iterable[CellKey]
) -> defaultdict[str, Marks]:
    """What is said of each table. A suspect is confirmed by nothing."""
    found: defaultdict[str, Marks] = defaultdict(Marks)
    for key, rules in suspected.items():
        found[key[0]].suspected[key] = rules
    for key, rules in confirmed.items():
        if key not in suspected:
            found[key[0]].confirmed[key] = rules
    for key in sure:
        found[key[0]].sure.add(key)
    for key in odd:
        found[key[0]].odd.add(key)
    return found


def flag_tables(tables: Sequence[Table], marks: defaultdict[str, Marks], recall: Recall) -> tuple[Table, ...]:
    """The tables with `check:<rule>` on suspects and `confirmed_by` on numbers that rules vouch for.

    A confirmed number, and one that its place alone makes sure, gains confidence and loses its doubt. Odd cells get
    `low_confidence`.
    """
    pairs = [(table, marks[table.id]) for table in tables]
    return tuple(recall(partial(_flag_table, table, mark), table, mark.told) for table, mark in pairs)


def _flag_table(table: Table, marks: Marks) -> Table:
    cells = (_doubted(table.id, _flagged(cell, table.id, marks), marks.odd) for cell in table.cells)
    return table.model_copy(update={"cells": tuple(cells)})


def _doubted(table: str, cell: Cell, odd: Collection[CellKey]) -> Cell:
    if (table, cell.row, cell.col) not in odd or LOW_CONFIDENCE in cell.flags:
        return cell
    return cell.model_copy(update={"flags": (*cell.flags, LOW_CONFIDENCE)})


def flag_items(items: Sequence[Item], marks: defaultdict[str, Marks], recall: Recall) -> tuple[Item, ...]:
    """The items with the flags, confirmations and confidences of their cells."""
    parts = [(tuple(part), marks[table]) for table, part in groupby(items, key=attrgetter("table"))]
    return tuple(item for part, mark in parts for item in recall(partial(_flag_items, part, mark), part, mark.told))


def _flag_items(items: Sequence[Item], marks: Marks) -> tuple[Item, ...]:
    return tuple(_flagged(item, item.table, marks) for item in items)


def _flagged(read: Read, table: str, marks: Marks) -> Read:
    key = (table, read.row, read.col)
    if key in marks.suspected:
        return read.model_copy(update={"flags": _with_rules(read.flags, marks.suspected[key])})
    if key in marks.confirmed or key in marks.sure:
        flags = tuple(flag for flag in read.flags if flag not in _CLEARED)
        confidence = round(1 - (1 - read.confidence) * _DOUBT_LEFT, 4)
        update = {"flags": flags, "confidence": confidence, "confirmed_by": marks.confirmed.get(key, ())}
        return read.model_copy(update=update)
    return read


def _with_rules(flags: tuple[str, ...], rules: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*flags, *(f"check:{rule}" for rule in rules))))
