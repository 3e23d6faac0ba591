"""Which official form a table is, by its title and its heads together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gouji.forms.columns import match_patterns, panels_of
from gouji.forms.definitions import FormDefinition
from gouji.forms.heads import Grid, column_heads, count_header_rows
from gouji.forms.wording import head_of, holds, nearest, plain_words, unnumbered
from gouji.records import Cell, Table

_MARKS_WEIGHT = 0.2
# A title that fits needs half of the heads to be believed; heads alone must be complete.
_LEAST_TITLE = 4  # characters (收支总表): what is left of a title under a seal says nothing
_ENOUGH = 1.5
_HEADS_ALONE = 0.95
_FEWEST_LABELS = 0.5
_TITLE_PARTLY = -0.1
_TITLE_OF_ANOTHER = -0.5


@dataclass(frozen=True)
class _View:
    """One table as recognition sees it."""

    table: Table
    grid: Grid
    header_rows: int
    title: str
    paths: tuple[tuple[str, ...], ...]
    texts: frozenset[str]
    body: tuple[str, ...]


@dataclass(frozen=True)
class _Score:
    """How well a table fits a form: title -0.5..1 (`_title_score`), heads 0..1, marks 0..1."""

    definition: FormDefinition
    title: float
    heads: float
    marks: float

    @property
    def rank(self) -> tuple[float, int]:
        """What scores are compared by: the sum, then how many heads the form asks for."""
        asked = sum(measure.required for measure in self.definition.measures) + len(self.definition.labels)
        return round(self.title + self.heads + _MARKS_WEIGHT * self.marks, 3), asked


def recognise_forms(tables: Sequence[Table], definitions: Sequence[FormDefinition]) -> tuple[Table, ...]:
    """The tables with `form` (None: no known form), `header_rows` and the cells' `header` set."""
    if not definitions:
        return tuple(tables)
    views = [_view(table, definitions[0]) for table in tables]
    final = _mostly_final(views)
    ranked = [_rank(view, definitions, final) for view in views]
    titled = {best[0].definition.id for best in ranked if best and best[0].title > 0}
    return tuple(_mark(view, _choose(best, titled)) for view, best in zip(views, ranked, strict=True))


def _view(table: Table, any_form: FormDefinition) -> _View:
    grid = Grid(table)
    rows = count_header_rows(grid, any_form.words)
    title = table.title or _title_inside(grid, rows) or ""
    words = [cell.text for cell in table.cells if cell.text and cell.value is None]
    texts = frozenset(head_of(text) for text in (*words, *map(unnumbered, words)))
    body = tuple(cell.text for cell in table.cells if cell.row >= rows and cell.text and cell.value is None)
    return _View(table, grid, rows, head_of(title), column_heads(grid, rows, any_form.words), texts, body)


def _title_inside(grid: Grid, header_rows: int) -> str | None:
    top = grid.starting(0)
    return top[0].text if header_rows > 1 and len(top) == 1 and grid.table.n_cols > 1 else None


def _mostly_final(views: Sequence[_View]) -> bool:
    final = sum("决算" in view.title for view in views)
    budget = sum("预算" in view.title and "决算" not in view.title for view in views)
    return final > 0 and final >= budget / 2


def _rank(view: _View, definitions: Sequence[FormDefinition], final: bool) -> list[_Score]:
    """The forms that the table may be, best first."""
    scores = [_score(view, definition) for definition in definitions if _same_family(view, definition, final)]
    return sorted((score for score in scores if score.heads), key=lambda score: score.rank, reverse=True)


def _choose(ranked: Sequence[_Score], titled: set[str]) -> FormDefinition | None:
    """The best form if it is sure: by its title and heads, or without a title by all of its heads and no equal rival.

    Among equals without a title those are out that another table already is by its title.
    """
    if not ranked:
        return None
    best = ranked[0]
    if best.title > 0:
        return best.definition if best.title + best.heads >= _ENOUGH else None
    equals = [score for score in ranked if score.rank == best.rank]
    left = [score for score in equals if score.definition.id not in titled] or equals
    sure = best.title >= _TITLE_PARTLY and best.heads >= _HEADS_ALONE and len(left) == 1
    return left[0].definition if sure else None


def _score(view: _View, definition: FormDefinition) -> _Score:
    title = _title_score(view.title, definition)
    heads = _label_score(view, definition) if definition.layout == "performance" else _head_score(view, definition)
    marks = _mark_share(view, definition)
    if title <= 0 and definition.marks:
        heads *= min(1.0, 2 * marks)
    return _Score(definition, title, heads, marks)


def _same_family(view: _View, definition: FormDefinition, final: bool) -> bool:
    return definition.family in ("performance", _family(view, final))


def _family(view: _View, final: bool) -> str:
    heads = "".join("".join(path) for path in view.paths)
    if "决算" in view.title or "决算" in heads or "统计数" in heads:
        return "final"
    return "final" if final and "预算数" not in heads else "budget"


def _title_score(title: str, definition: FormDefinition) -> float:
    """1: all words stand in it, none of the forbidden. 0: it says nothing. Below: it may be, or is, another's."""
    if len(title) < _LEAST_TITLE:
        return 0.0
    foreign = () if definition.layout == "performance" else definition.words.foreign
    if any(holds(title, word) for word in (*definition.title.none, *foreign)):
        return _TITLE_OF_ANOTHER
    found = sum(holds(title, word) for word in definition.title.all)
    if found == len(definition.title.all):
        return 1.0
    return _TITLE_PARTLY if found else 0.0


def _head_score(view: _View, definition: FormDefinition) -> float:
    heads = view.texts if definition.layout == "list" else {head for path in view.paths for head in path}
    if any(nearest(head, plain_words(definition.absent)) for head in heads):
        return 0.0
    required = [measure.id for measure in definition.measures if measure.required]
    found = {pattern.measure.id for pattern in match_patterns(view.paths, definition.measures).values()}
    if definition.layout == "wide" and definition.rows:
        return max(_share(required, found), _standing_share(view, definition))
    if definition.layout == "two_sided" and not _is_two_sided(view, definition):
        return 0.0
    return _share(required, found)


def _share(required: Sequence[str], found: set[str]) -> float:
    return sum(name in found for name in required) / max(1, len(required))


def _is_two_sided(view: _View, definition: FormDefinition) -> bool:
    panels = len(panels_of(view.grid, view.header_rows, definition))
    return len(definition.sides) <= panels <= len(definition.sides) + len(definition.more_sides)


def _standing_share(view: _View, definition: FormDefinition) -> float:
    required = [row for row in definition.rows if row.required]
    found = [row for row in required if any(nearest(text, plain_words(row.heads)) for text in view.texts)]
    return len(found) / max(1, len(required))


def _label_score(view: _View, definition: FormDefinition) -> float:
    if any(nearest(text, plain_words(definition.absent)) for text in view.texts):
        return 0.0
    labels = plain_words(definition.labels)
    found = {nearest(text, labels) for text in view.texts} - {None}
    share = len(found) / max(1, len(labels))
    return share if share >= _FEWEST_LABELS else 0.0


def _mark_share(view: _View, definition: FormDefinition) -> float:
    marks = plain_words(definition.marks)
    found = {nearest(head_of(unnumbered(text)), marks) for text in view.body} - {None}
    return len(found) / max(1, len(marks))


def _mark(view: _View, definition: FormDefinition | None) -> Table:
    nested = definition is not None and definition.layout == "performance"
    rows = 0 if nested else view.header_rows
    labels = plain_words(definition.labels) if nested and definition else ()
    cells = tuple(_mark_cell(cell, rows, labels) for cell in view.table.cells)
    form = None if definition is None else definition.id
    return view.table.model_copy(update={"form": form, "header_rows": rows, "cells": cells})


def _mark_cell(cell: Cell, header_rows: int, labels: tuple[str, ...]) -> Cell:
    header = cell.row < header_rows or (bool(labels) and nearest(head_of(cell.text), labels) is not None)
    return cell if header == cell.header else cell.model_copy(update={"header": header})
