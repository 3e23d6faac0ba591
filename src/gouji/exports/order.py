"""The report in reading order: paragraphs as they come, each table before the first paragraph that stands below it."""

from __future__ import annotations

from collections.abc import Iterator

from gouji.records import Cell, Paragraph, Report, Table


def in_order(report: Report) -> Iterator[Paragraph | Table]:
    """Paragraphs and tables in reading order."""
    tables = sorted(report.tables, key=_top)
    for paragraph in report.narrative:
        place = (paragraph.pages[0], paragraph.boxes[0][1]) if paragraph.pages and paragraph.boxes else (0, 0)
        while tables and _top(tables[0]) < place:
            yield tables.pop(0)
        yield paragraph
    yield from tables


def _top(table: Table) -> tuple[int, int]:
    page = table.pages[0] if table.pages else 0
    return page, min((cell.box[1] for cell in table.cells if cell.page == page), default=0)


def covered(table: Table) -> dict[tuple[int, int], Cell]:
    """The cell over each place of the table, merged cells at every place that they cover."""
    return {
        (row, col): cell
        for cell in table.cells
        for row in range(cell.row, min(cell.row + cell.row_span, table.n_rows))
        for col in range(cell.col, min(cell.col + cell.col_span, table.n_cols))
    }


def caption(table: Table) -> str:
    """Number, title and unit of the table, as a person would name it."""
    parts = (table.number, table.title or ("" if table.number else table.id), table.unit and f"（单位：{table.unit}）")
    return " ".join(part for part in parts if part).replace(" （", "（")
