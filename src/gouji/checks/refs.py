"""Single figures by their names in the rules: "final.summary:revenue.year", "final.gpb:#208@total"."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from gouji.checks.book import Book, Figure, Row, Sheet
from gouji.checks.rules import Identities, Line, Rule
from gouji.checks.sums import Evaluation, compare, judge, skip
from gouji.zh import plain

_SIDE_MEASURES = ("total", "amount")


@dataclass(frozen=True)
class Found:
    """What a reference came to: figures (none: printed blank), or why it can't be told. `other`: another reading."""

    figures: tuple[Figure, ...] = ()
    missing: str = ""
    other: tuple[Figure, ...] | None = None


def evaluate_refs(book: Book, rule: Rule, identities: Identities) -> list[Evaluation]:
    """One evaluation; skipped when a form or line is not there, or one side is all blank."""
    left = [resolve(book, ref, identities) for ref in rule.left]
    right = [resolve(book, ref, identities) for ref in rule.right]
    missing = [found.missing for found in (*left, *right) if found.missing]
    if missing and not _optional(rule, left, right):
        return [skip(rule.id, rule.says, missing[0])]
    lefts = [figure for found in left for figure in found.figures]
    rights = [figure for found in right for figure in found.figures]
    if not lefts or not rights:
        return [skip(rule.id, rule.says, "有关单元格为空")]
    others = [figure for found in right for figure in (found.figures if found.other is None else found.other)]
    if judge(lefts, rights, rule.relation) == "fail" and judge(lefts, others, rule.relation) != "fail":
        rights = others
    return [compare(rule.id, rule.says, lefts, rights, rule.relation)]


def _optional(rule: Rule, left: list[Found], right: list[Found]) -> bool:
    """Codes that a form does not print are no missing operands: their sum is judged over those that it prints."""
    if len(rule.right) < 2 and len(rule.left) < 2:
        return False
    open_left = [f for f, ref in zip(left, rule.left, strict=True) if f.missing and "#" not in ref]
    open_right = [f for f, ref in zip(right, rule.right, strict=True) if f.missing and "#" not in ref]
    return not open_left and not open_right


def resolve(book: Book, ref: str, identities: Identities) -> Found:
    """The figure or figures that a reference names."""
    form, _, _ = ref.partition(":")
    sheet = book.one(form)
    if sheet is None:
        return Found(missing=f"缺表或不止一张：{form}")
    return book.recall(partial(_resolve, sheet, ref, identities), sheet, ref, identities)


def _resolve(sheet: Sheet, ref: str, identities: Identities) -> Found:
    _, _, rest = ref.partition(":")
    place, _, measure = rest.partition("@")
    measures = tuple(measure.split("|")) if measure else _SIDE_MEASURES
    side, _, last = place.partition(".")
    if side in ("revenue", "expenditure"):
        measures = tuple(f"{side}.{name}" for name in measures)
        if last in _GROUPS:
            return _GROUPS[last](sheet, side, measures, identities)
    row = _row_of(sheet, place, measures, identities)
    if row is None and _printed_blank(sheet, place, identities):
        return Found()
    if row is None:
        return Found(missing=f"未见行：{ref}")
    return Found(tuple(_take(row, measures)))


def _row_of(sheet: Sheet, place: str, measures: tuple[str, ...], identities: Identities) -> Row | None:
    if place.startswith("#"):
        return sheet.coded(place[1:])
    if place == "total":
        return sheet.total
    if place == "":
        rows = [row for row in sheet.rows if any(measure in row.figures for measure in measures)]
        return rows[0] if len(rows) == 1 else sheet.total
    line = next((line for line in identities.lines if line.id == place and sheet.form in line.forms), None)
    return find_line(sheet, line, identities) if line is not None else None


def _printed_blank(sheet: Sheet, place: str, identities: Identities) -> bool:
    """Whether the line is printed, without a figure."""
    line = next((line for line in identities.lines if line.id == place and sheet.form in line.forms), None)
    return line is not None and any(plain(name) in sheet.texts for name in line.names)


def find_line(sheet: Sheet, line: Line, identities: Identities) -> Row | None:
    """The row of a named line, below its `after` line and above its `before` line when it has them."""
    rows = sheet.rows
    for name, is_above in ((line.after, True), (line.before, False)):
        other = next((other for other in identities.lines if other.id == name and sheet.form in other.forms), None)
        mark = find_line(sheet, other, identities) if other is not None else None
        if name and mark is None:
            return None
        if mark is not None:
            rows = [row for row in rows if _is_below(sheet, row, mark) == is_above and row is not mark]
    return Sheet(sheet.form, sheet.tables, rows).named(line.names, line.side)


def _is_below(sheet: Sheet, row: Row, mark: Row) -> bool:
    order = [table.id for table in sheet.tables]
    return (order.index(row.table), row.row) > (order.index(mark.table), mark.row)


def _take(row: Row, measures: tuple[str, ...]) -> list[Figure]:
    return [figure for measure in measures if (figure := row.figures.get(measure)) is not None][:1]


def _between(sheet: Sheet, side: str, first: str, last: str, identities: Identities) -> list[Row] | str:
    """The side's rows below the line `first` ("": from the top) and above `last`; why not, if one is missing."""
    rows = [row for row in sheet.rows if row.side == side]
    start, end = -1, len(rows)
    for name, is_first in ((first, True), (last, False)):
        line = next((x for x in identities.lines if x.id == f"{side}.{name}" and sheet.form in x.forms), None)
        row = find_line(sheet, line, identities) if name and line is not None else None
        if name and row is None:
            return f"未见行：{sheet.form}:{side}.{name}"
        if row is not None and is_first:
            start = rows.index(row)
        elif row is not None:
            end = rows.index(row)
    return rows[start + 1 : end]


def _lines(sheet: Sheet, side: str, measures: tuple[str, ...], identities: Identities) -> Found:
    rows = _between(sheet, side, "", "year", identities)
    if isinstance(rows, str):
        return Found(missing=rows)
    every = [row for row in rows if "其中" not in row.printed]
    first = _first_order(every, identities) or every
    return Found(_figures(first, measures), other=_figures(every, measures))


def _first_order(rows: list[Row], identities: Identities) -> list[Row]:
    """The numbered lines, and those of function classes, whose number may not have been read."""
    classes = {plain(name) for name in identities.classes.values()}
    return [row for row in rows if row.numbered or row.plain_name in classes]


def _rest(sheet: Sheet, side: str, measures: tuple[str, ...], identities: Identities) -> Found:
    rows = _between(sheet, side, "year", "total", identities)
    if isinstance(rows, str):
        return Found(missing=rows)
    sub = {plain(name) for name in identities.sub}
    rows = [row for row in rows if row.plain_name not in sub and "其中" not in row.printed]
    return Found(_figures(rows, measures))


def _all(sheet: Sheet, side: str, measures: tuple[str, ...], identities: Identities) -> Found:
    year = next((x for x in identities.lines if x.id == f"{side}.year" and sheet.form in x.forms), None)
    if year is None or find_line(sheet, year, identities) is not None:
        return Found(missing=f"另有本年合计行：{sheet.form}")
    rows = _between(sheet, side, "", "total", identities)
    if isinstance(rows, str):
        return Found(missing=rows)
    every = [row for row in rows if "其中" not in row.printed]
    numbered = _first_order(every, identities)
    rest = every[every.index(numbered[-1]) + 1 :] if numbered else []
    sub = {plain(name) for name in identities.sub}
    first = [*numbered, *(row for row in rest if row.plain_name not in sub)] if numbered else every
    return Found(_figures(first, measures), other=_figures(numbered or every, measures))


def _figures(rows: list[Row], measures: tuple[str, ...]) -> tuple[Figure, ...]:
    return tuple(figure for row in rows for figure in _take(row, measures))


_GROUPS = {"lines": _lines, "rest": _rest, "all": _all}
