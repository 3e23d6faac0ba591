"""Tables that a person splits or joins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from gouji.corrections.log import Target
from gouji.records import Correction, Table
from gouji.zh import squeeze

CellKey = tuple[str, int, int]


def restructure(
    tables: Sequence[Table], stacks: Mapping[Target, tuple[Correction, ...]]
) -> tuple[list[Table], dict[CellKey, CellKey], list[tuple[Correction, str]]]:
    """The tables split, then joined; where their cells stood as read; what could not be done, and why."""
    places: dict[CellKey, CellKey] = {}
    refused: list[tuple[Correction, str]] = []
    last = {target: stack[-1] for target, stack in stacks.items()}
    found = [part for table in tables for part in _split(table, last, places, refused)]
    known = {table.id for table in tables}
    refused += [(c, "the report has no such table") for t, c in last.items() if t[0] == "split" and t[1] not in known]
    return _join(found, last, places, refused), places, refused


def _split(
    table: Table,
    last: Mapping[Target, Correction],
    places: dict[CellKey, CellKey],
    refused: list[tuple[Correction, str]],
) -> list[Table]:
    cuts = {t[2] or 0: c for t, c in last.items() if t[0] == "split" and t[1] == table.id and c.new}
    good = sorted(row for row in cuts if 0 < row < table.n_rows)
    why = f"table {table.id}: a second table can begin in rows 1 to {table.n_rows - 1}"
    refused += [(cut, why) for row, cut in cuts.items() if row not in good]
    if not good:
        return [table]
    bounds = [0, *good, table.n_rows]
    names = [table.id, *(f"{table.id}.{row}" for row in good)]
    return [_rows(table, name, *between, places) for name, between in zip(names, pairwise(bounds), strict=True)]


def _rows(table: Table, name: str, start: int, stop: int, places: dict[CellKey, CellKey]) -> Table:
    """A table of its own from the rows `start` to `stop`; a cell that reaches into them from above is cut off there."""
    cells = []
    for cell in table.cells:
        if start <= cell.row < stop:
            places[name, cell.row - start, cell.col] = (table.id, cell.row, cell.col)
            span = min(cell.row_span, stop - cell.row)
            cells.append(cell.model_copy(update={"row": cell.row - start, "row_span": span}))
        elif cell.row < start < cell.row + cell.row_span:
            span = min(cell.row + cell.row_span, stop) - start
            blank = {"row": 0, "row_span": span, "text": "", "value": None, "flags": (), "alternatives": ()}
            cells.append(cell.model_copy(update=blank))
    update: dict[str, Any] = {"id": name, "n_rows": stop - start, "cells": tuple(cells)}
    update["pages"] = tuple(sorted({cell.page for cell in cells})) or table.pages
    if start:
        update |= {"title": None, "number": None, "form": None, "header_rows": 0}
    if stop < table.n_rows:
        update["notes"] = ()
    return table.model_copy(update=update)


def _join(
    tables: Sequence[Table],
    last: Mapping[Target, Correction],
    places: dict[CellKey, CellKey],
    refused: list[tuple[Correction, str]],
) -> list[Table]:
    joins = {target[1]: c for target, c in last.items() if target[0] == "join" and c.new}
    found: dict[str, Table] = {}
    inside: dict[str, str] = {}  # the table that a joined table is now part of
    for table in tables:
        wish = joins.pop(table.id, None)
        before = found.get(inside.get(wish.new, wish.new)) if wish is not None else None
        why = _why_apart(before, table, wish.new) if wish is not None else ""
        if wish is None or before is None or why:
            refused += [(wish, why)] if wish is not None else []
            found[table.id] = table
        else:
            inside[table.id] = before.id
            found[before.id] = _one(before, table, places)
    refused += [(wish, "the report has no such table") for wish in joins.values()]
    return list(found.values())


def _why_apart(before: Table | None, table: Table, name: str) -> str:
    if before is None:
        return f"table {name}: no table of this name comes before table {table.id}"
    if before.n_cols != table.n_cols:
        return (
            f"table {table.id} has {table.n_cols} columns, table {before.id} has {before.n_cols}: they can't be joined"
        )
    return ""


def _one(above: Table, below: Table, places: dict[CellKey, CellKey]) -> Table:
    """Both as one; rows at the top of `below` that repeat the head of `above` are left out."""
    repeated = _repeated(above, below)
    shift = above.n_rows - repeated
    kept = [cell for cell in below.cells if cell.row >= repeated]
    for cell in kept:
        as_read = places.get((below.id, cell.row, cell.col), (below.id, cell.row, cell.col))
        places[above.id, cell.row + shift, cell.col] = as_read
    moved = (cell.model_copy(update={"row": cell.row + shift}) for cell in kept)
    return above.model_copy(
        update={
            "n_rows": shift + below.n_rows,
            "cells": (*above.cells, *moved),
            "pages": tuple(sorted({*above.pages, *below.pages})),
            "notes": (*above.notes, *below.notes),
        }
    )


def _repeated(above: Table, below: Table) -> int:
    """How many rows at the top of `below` say the same as those of `above`; no merged cell is cut."""
    ours, theirs = _texts(above), _texts(below)
    count = 0
    while count < min(below.n_rows - 1, above.n_rows) and ours[count] == theirs[count] and any(theirs[count].values()):
        count += 1
    while count and any(cell.row < count < cell.row + cell.row_span for cell in below.cells):
        count -= 1
    return count


def _texts(table: Table) -> list[dict[int, str]]:
    """The text of each row's cells by column."""
    rows: list[dict[int, str]] = [{} for _ in range(table.n_rows)]
    for cell in table.cells:
        rows[cell.row][cell.col] = squeeze(cell.text)
    return rows
