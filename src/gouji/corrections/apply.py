"""What persons corrected, laid over what was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from operator import is_
from typing import Any

from gouji.corrections.log import Target, is_lost, standing, target_of
from gouji.corrections.structure import CellKey, restructure
from gouji.errors import UsageError
from gouji.recall import Recall
from gouji.records import Cell, Correction, Document, Fact, Pointer, Report, Table
from gouji.zh import UNITS, parse_number, squeeze

CORRECTED = "corrected:"  # flag of a cell that a person changed, followed by the correction's id
CONFIRMED = "confirmed:"  # flag of a cell that a person found to be read rightly
_FIELDS = {"year": "fiscal_year", "document": "kind"}  # of the document, where they are called otherwise
_KINDS = ("final_account", "budget", "unknown")
_OF_TABLES = ("form", "title", "unit", "organization")
_DOUBTS = ("low_confidence", "alternatives", "check:", CORRECTED, CONFIRMED)


@dataclass(frozen=True)
class Corrected:
    """What stands in place of what was read. Flags of checks are gone from `tables`: checks are to run again.

    `forms`: the forms that persons gave, "" for none, by table. `cells`: where the cells of tables that were split or
    joined stood as read. `facts_read`: the index as read of each fact. `stale`: corrections of something else than what
    is there now, as when the file was read again; they have no effect.
    """

    tables: tuple[Table, ...]
    facts: tuple[Fact, ...]
    document: Document
    forms: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[CellKey, CellKey] = field(default_factory=dict)
    facts_read: tuple[int, ...] = ()
    stale: tuple[Correction, ...] = ()

    def as_read(self, table: str, row: int, col: int) -> CellKey:
        """The place as read of a cell of `tables`."""
        return self.cells.get((table, row, col), (table, row, col))


# --- what may be corrected ---------------------------------------------------------------------------------------


def read_value(report: Report, log: Iterable[Correction], kind: str, target: Pointer) -> str:
    """What the report says at a target, before any correction of it; "" for nothing.

    Raises:
        UsageError: the report has no such place.
    """
    if kind in ("join", "split"):
        return ""
    if kind == "cell":
        return _cell(report.tables, target).text
    if kind == "fact":
        return str(_fact(report, target).value)
    if target.table is None:
        return _said(report.document, _FIELDS.get(kind, kind))
    tables, _, _ = restructure(report.tables, standing(log))
    return _said(_table(tables, target), kind)


def _said(record: Document | Table, name: str) -> str:
    if name not in type(record).model_fields:
        raise UsageError(f"there is no {name} to correct here")
    value = getattr(record, name)
    return "" if value is None else str(value)


def _table(tables: Sequence[Table], target: Pointer) -> Table:
    found = next((table for table in tables if table.id == target.table), None)
    if found is None:
        raise UsageError(f"table {target.table}: the report has none of this name; load the page again")
    return found


def _cell(tables: Sequence[Table], target: Pointer) -> Cell:
    table = _table(tables, target)
    found = next((cell for cell in table.cells if (cell.row, cell.col) == (target.row, target.col)), None)
    if found is None:
        raise UsageError(f"table {table.id}: it has no cell in row {target.row}, column {target.col}")
    return found


def _fact(report: Report, target: Pointer) -> Fact:
    if target.fact is None or not 0 <= target.fact < len(report.facts):
        raise UsageError(f"fact {target.fact}: the report has {len(report.facts)} facts")
    return report.facts[target.fact]


def examine(report: Report, log: Iterable[Correction], draft: Correction) -> None:
    """Whether the draft makes sense.

    Raises:
        UsageError: it does not, and why.
    """
    if draft.kind == "undo":
        return
    read_value(report, log, draft.kind, draft.target)
    if draft.kind == "fact" and draft.new and parse_number(draft.new) is None:
        raise UsageError(f"“{draft.new}” is no number; give the fact's value in its unit")
    if draft.kind == "unit" and draft.new and draft.new not in UNITS:
        raise UsageError(f"“{draft.new}” is no unit; it is one of {'、'.join(UNITS)}")
    if draft.kind == "year" and draft.new and not (draft.new.isdecimal() and 1990 <= int(draft.new) <= 2100):
        raise UsageError(f"“{draft.new}” is no year; write it as 2024")
    if draft.kind == "document" and draft.new not in _KINDS:
        raise UsageError(f"“{draft.new}” is no kind of report; it is one of {', '.join(_KINDS)}")
    if draft.kind in ("join", "split"):
        _examine_structure(report, log, draft)


def _examine_structure(report: Report, log: Iterable[Correction], draft: Correction) -> None:
    stacks = {**standing(log), target_of(draft): (draft,)}
    _, _, refused = restructure(report.tables, stacks)
    why = next((reason for correction, reason in refused if correction is draft), None)
    if why:
        raise UsageError(why)


# --- laid over ---------------------------------------------------------------------------------------------------


def apply(report: Report, log: Iterable[Correction], recall: Recall | None = None) -> Corrected:
    """What stands in place of what was read; see `Corrected`. A table in which nothing changes is the very one read."""
    stacks, recall = standing(log), recall or Recall()
    stale: list[Correction] = []
    cells: dict[str | None, list[Correction]] = {}
    for target, last in _holding(stacks, ("cell",), report, stale):
        cells.setdefault(target[1], []).append(last)
    facts = {target[4]: last for target, last in _holding(stacks, ("fact",), report, stale)}
    tables = [_recalled(table, cells.get(table.id, ()), recall) for table in report.tables]
    tables, places, refused = restructure(tables, stacks)
    stale += [correction for correction, _ in refused]
    said = dict(_holding(stacks, (*_OF_TABLES, "year", "document"), report, stale))
    left = [(i, fact) for i, old in enumerate(report.facts) if (fact := _with_fact(old, facts.get(i))) is not None]
    return Corrected(
        tables=tuple(_with_sayings(table, said) for table in tables),
        facts=tuple(fact for _, fact in left),
        document=_with_document(report.document, said),
        forms={table: last.new for (kind, table, *_), last in said.items() if kind == "form" and table is not None},
        cells=places,
        facts_read=tuple(i for i, _ in left),
        stale=tuple(stale),
    )


def _holding(
    stacks: Mapping[Target, tuple[Correction, ...]], kinds: Sequence[str], report: Report, stale: list[Correction]
) -> Iterator[tuple[Target, Correction]]:
    """The corrections that hold, by target; those whose first one was made of another reading go to `stale`."""
    log = [each for stack in stacks.values() for each in stack]
    for target, stack in stacks.items():
        if target[0] not in kinds:
            continue
        try:
            known = not is_lost(stack[0]) and read_value(report, log, target[0], stack[0].target) == stack[0].old
        except UsageError:
            known = False
        if known:
            yield target, stack[-1]
        else:
            stale.extend(stack)


def _recalled(table: Table, corrections: Sequence[Correction], recall: Recall) -> Table:
    said = tuple((each.target.row, each.target.col, each.id, each.new) for each in corrections)
    return recall(partial(_with_cells, table, corrections), table, said)


def _with_cells(table: Table, corrections: Sequence[Correction]) -> Table:
    found = {(each.target.row, each.target.col): each for each in corrections}
    cells = tuple(_with_cell(cell, found.get((cell.row, cell.col))) for cell in table.cells)
    same = all(map(is_, cells, table.cells))
    return table if same else table.model_copy(update={"cells": cells})


def _with_cell(cell: Cell, correction: Correction | None) -> Cell:
    if correction is None:
        flags = tuple(flag for flag in cell.flags if not flag.startswith("check:")) if cell.flags else ()
        return cell if flags == cell.flags else cell.model_copy(update={"flags": flags})
    flags = tuple(flag for flag in cell.flags if not flag.startswith(_DOUBTS))
    mark = CONFIRMED if correction.new == cell.text else CORRECTED
    update: dict[str, Any] = {"text": correction.new, "value": parse_number(correction.new), "confidence": 1.0}
    return cell.model_copy(update={**update, "flags": (*flags, mark + correction.id)})


def _with_fact(fact: Fact, correction: Correction | None) -> Fact | None:
    if correction is None:
        return fact
    value = parse_number(correction.new)
    if value is None:
        return None
    method = fact.method if value == fact.value else f"correction:{correction.id}"
    return fact.model_copy(update={"value": value, "method": method, "confidence": 1.0})


def _with_sayings(table: Table, said: Mapping[Target, Correction]) -> Table:
    update: dict[str, Any] = {}
    for kind in ("title", "organization", "unit"):
        correction = said.get((kind, table.id, None, None, None))
        if correction is not None:
            update[kind] = correction.new or None
    if "unit" in update:
        update["unit_factor"] = UNITS.get(update["unit"] or "")
    return table.model_copy(update=update) if update else table


def _with_document(document: Document, said: Mapping[Target, Correction]) -> Document:
    update: dict[str, Any] = {}
    for kind, name in (("title", "title"), ("organization", "organization"), *_FIELDS.items()):
        correction = said.get((kind, None, None, None, None))
        if correction is not None:
            update[name] = correction.new or None
    if update.get("fiscal_year"):
        update["fiscal_year"] = int(update["fiscal_year"])
    return document.model_copy(update=update) if update else document


def parse_value(text: str) -> Decimal | None:
    """The number of a typed figure, with a unit of money after it or without: "1,533.18万元" → 15331800.00."""
    plain = squeeze(text)
    unit = next((unit for unit in sorted(UNITS, key=len, reverse=True) if plain.endswith(unit)), "")
    number = parse_number(plain.removesuffix(unit))
    return number * UNITS[unit] if number is not None and unit else number
