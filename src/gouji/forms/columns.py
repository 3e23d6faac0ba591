"""What each column of a form is: code, part of a code, name, line number, a measure, or nothing known."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from gouji.forms.definitions import FormDefinition, Measure
from gouji.forms.heads import Grid, column_heads, says
from gouji.forms.wording import nearest, plain_words
from gouji.zh import squeeze

_LOOKALIKES = str.maketrans("OoQlI|", "000111")
_CODE = re.compile(r"\d{3}(?:\d\d){0,3}")


@dataclass(frozen=True)
class Panel:
    """Columns that belong together, side by side with others: codes (several when split), the name, the measures."""

    codes: tuple[int, ...]
    name: int | None
    measures: tuple[tuple[int, Measure], ...]


@dataclass(frozen=True)
class Pattern:
    """One path of heads of a measure from the top down; each step is any of some words."""

    path: tuple[tuple[str, ...], ...]
    measure: Measure


@dataclass(frozen=True, eq=False)
class Patterns:
    """All patterns of a form, in the order of the definition.

    `leaves`, `above`: all words of last steps, and of steps above them; a head is read as the nearest of all, not of
    one pattern's.
    """

    all: tuple[Pattern, ...]
    leaves: tuple[str, ...]
    above: tuple[str, ...]


@lru_cache(maxsize=256)
def patterns_of(measures: tuple[Measure, ...]) -> Patterns:
    """Every path of heads of the measures."""
    heads = ((head, measure) for measure in measures for head in measure.heads)
    every = tuple(Pattern(tuple(_words(step) for step in head.split(">")), measure) for head, measure in heads)
    leaves = dict.fromkeys(word for pattern in every for word in pattern.path[-1])
    above = dict.fromkeys(word for pattern in every for step in pattern.path[:-1] for word in step)
    return Patterns(every, tuple(leaves), tuple(above))


def _words(step: str) -> tuple[str, ...]:
    return plain_words(tuple(step.split("|")))


def match_measures(paths: Sequence[tuple[str, ...]], measures: tuple[Measure, ...]) -> dict[int, Measure]:
    """The measure of each column by its path of heads; of columns with the same measure only the best matched."""
    return best_matched(match_patterns(paths, measures))


def match_patterns(paths: Sequence[tuple[str, ...]], measures: tuple[Measure, ...]) -> dict[int, Pattern]:
    """The pattern that each column's path of heads fits: the longest wins, then the head without a slip."""
    patterns = patterns_of(measures)
    fits = {col: _best(path, patterns) for col, path in enumerate(paths)}
    return {col: pattern for col, pattern in fits.items() if pattern is not None}


def best_matched(matched: dict[int, Pattern]) -> dict[int, Measure]:
    """Each measure with one column: that of the longest path. Equals are left out; they can't be told apart."""
    columns: dict[str, list[int]] = defaultdict(list)
    for col, pattern in matched.items():
        columns[pattern.measure.id].append(col)
    found: dict[int, Measure] = {}
    for cols in columns.values():
        longest = max(len(matched[col].path) for col in cols)
        best = [col for col in cols if len(matched[col].path) == longest]
        if len(best) == 1:
            found[best[0]] = matched[best[0]].measure
    return dict(sorted(found.items()))


@lru_cache(maxsize=16384)
def _best(path: tuple[str, ...], patterns: Patterns) -> Pattern | None:
    said: list[str | None] = [nearest(head, patterns.above) or head for head in path[:-1]]
    said += [nearest(head, patterns.leaves) for head in path[-1:]]
    fits = [pattern for pattern in patterns.all if _ends_with(said, pattern.path)]
    return max(fits, key=lambda pattern: len(pattern.path), default=None)


def _ends_with(heads: Sequence[str | None], path: tuple[tuple[str, ...], ...]) -> bool:
    tail = heads[len(heads) - len(path) :] if len(path) <= len(heads) else []
    return bool(tail) and all(head in words for head, words in zip(tail, path, strict=True))


def read_code(text: str) -> str | None:
    """The subject code that the text is (208, 20805, 2080505); letters that look like digits are forgiven."""
    code = squeeze(text).translate(_LOOKALIKES)
    return code if _CODE.fullmatch(code) else None


def panels_of(grid: Grid, header_rows: int, definition: FormDefinition) -> tuple[Panel, ...]:
    """The panels of the form from the left: one for a plain form, several when forms stand side by side."""
    paths = column_heads(grid, header_rows, definition.words)
    roles = [_role(path, definition) for path in paths]
    matched = match_patterns(paths, definition.measures)
    measured = {col: pattern for col, pattern in matched.items() if roles[col] == ""}
    if "code" not in roles and "part" not in roles:
        _find_codes(grid, header_rows, roles, measured)
    panels = [_panel(cols, roles, measured) for cols in _split(roles, measured)]
    return tuple(panel for panel in panels if panel.measures)


def _role(path: tuple[str, ...], definition: FormDefinition) -> str:
    words = definition.words
    leaf = path[-1] if path else ""
    if not leaf or leaf in words.part:
        return "part" if leaf else ""
    named = definition.names or words.name
    for role, heads in (("code", words.code), ("line", words.line), ("name", named)):
        if says(leaf, heads):
            return role
    return ""


def _find_codes(grid: Grid, header_rows: int, roles: list[str], measured: dict[int, Pattern]) -> None:
    """Without a head that says so: a column of codes is a code column, the first column of words the name."""
    table = grid.table
    for col in range(table.n_cols):
        cells = [cell for row in range(header_rows, table.n_rows) if (cell := grid.at(row, col)) is not None]
        texts = [cell.text for cell in cells if cell.text and cell.col == col and cell.col_span == 1]
        coded = sum(read_code(text) is not None for text in texts)
        if col not in measured and coded >= 2 and coded >= 0.6 * len(texts):
            roles[col] = "code"
    if "name" not in roles:
        free = [col for col in range(table.n_cols) if roles[col] == "" and col not in measured]
        if free and (not measured or free[0] < min(measured)):
            roles[free[0]] = "name"


def _split(roles: Sequence[str], measured: dict[int, Pattern]) -> list[list[int]]:
    """A new panel begins at a code or name column that follows a measure."""
    panels: list[list[int]] = [[]]
    seen = False
    for col, role in enumerate(roles):
        if seen and role in ("code", "part", "name"):
            panels.append([])
            seen = False
        panels[-1].append(col)
        seen = seen or col in measured
    return panels


def _panel(cols: Sequence[int], roles: Sequence[str], measured: dict[int, Pattern]) -> Panel:
    codes = tuple(col for col in cols if roles[col] in ("code", "part"))
    names = [col for col in cols if roles[col] == "name"]
    found = best_matched({col: measured[col] for col in cols if col in measured})
    return Panel(codes, names[-1] if names else None, tuple(found.items()))
