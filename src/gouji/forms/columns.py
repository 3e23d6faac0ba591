"""What each column of a form is: code, part of a code, name, line number, a measure, or nothing known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from gouji.forms.definitions import FormDefinition, Measure
from gouji.forms.heads import Grid, column_heads, says
from gouji.forms.wording import head_of, nearest
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
    """One path of heads of a measure."""

    path: tuple[str, ...]
    measure: Measure


@lru_cache(maxsize=256)
def patterns_of(measures: tuple[Measure, ...]) -> tuple[Pattern, ...]:
    """Every path of heads of the measures, in the order of the definition."""
    paths = (
        (tuple(head_of(part) for part in head.split(">")), measure) for measure in measures for head in measure.heads
    )
    return tuple(Pattern(path, measure) for path, measure in paths)


def match_measures(paths: Sequence[tuple[str, ...]], measures: tuple[Measure, ...]) -> dict[int, Measure]:
    """The measure of each column by its path of heads: the longest path wins, then the head without a slip."""
    patterns = patterns_of(measures)
    leaves = tuple(dict.fromkeys(pattern.path[-1] for pattern in patterns))
    found: dict[int, Measure] = {}
    for col, path in enumerate(paths):
        best = _best(path, patterns, leaves)
        if best is not None:
            found[col] = best
    return found


def _best(path: tuple[str, ...], patterns: Sequence[Pattern], leaves: tuple[str, ...]) -> Measure | None:
    if not path:
        return None
    leaf = nearest(path[-1], leaves)
    fits = [p for p in patterns if p.path[-1] == leaf and _under(path[:-1], p.path[:-1])]
    if not fits:
        return None
    return max(fits, key=lambda p: len(p.path)).measure


def _under(heads: tuple[str, ...], above: tuple[str, ...]) -> bool:
    """Whether the heads right above are those of the pattern, slips forgiven."""
    if len(above) > len(heads):
        return False
    tail = heads[len(heads) - len(above) :]
    return all(nearest(head, (word,)) is not None for head, word in zip(tail, above, strict=True))


def read_code(text: str) -> str | None:
    """The subject code that the text is (208, 20805, 2080505); letters that look like digits are forgiven."""
    code = squeeze(text).translate(_LOOKALIKES)
    return code if _CODE.fullmatch(code) else None


def panels_of(grid: Grid, header_rows: int, definition: FormDefinition) -> tuple[Panel, ...]:
    """The panels of the form from the left: one for a plain form, several when forms stand side by side."""
    paths = column_heads(grid, header_rows, definition.words)
    roles = [_role(path, definition) for path in paths]
    measured = match_measures(paths, definition.measures)
    measured = {col: measure for col, measure in measured.items() if roles[col] == ""}
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


def _find_codes(grid: Grid, header_rows: int, roles: list[str], measured: dict[int, Measure]) -> None:
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


def _split(roles: Sequence[str], measured: dict[int, Measure]) -> list[list[int]]:
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


def _panel(cols: Sequence[int], roles: Sequence[str], measured: dict[int, Measure]) -> Panel:
    codes = tuple(col for col in cols if roles[col] in ("code", "part"))
    names = [col for col in cols if roles[col] == "name"]
    found = tuple((col, measured[col]) for col in cols if col in measured)
    return Panel(codes, names[-1] if names else None, found)
