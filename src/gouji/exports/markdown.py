"""Markdown: the document's text with its tables in place, then its facts and findings.

A Markdown table knows no merged cells. The rows of heads become one: the path from the top head down, "／" between.
In the body a merged text stands in every row that it covers, so that each row can be read by itself, but once only in
each row; a merged figure stands once, so that no sum counts it twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from gouji.exports.choices import Choices, Files
from gouji.exports.order import caption, covered, in_order
from gouji.records import Cell, Fact, Finding, Paragraph, Report, Table

PATH = "／"
_MARKUP = re.compile(r"([\\`*_\[\]<>|~$])")
_LINE_MARKUP = re.compile(r"^(\s*)((?:#{1,6}|[-+])\s|[-=]{2,}\s*$)|^(\s*\d{1,9})([.)]\s)")


def to_markdown(report: Report, name: str, choices: Choices) -> Files:
    """`NAME.md`."""
    return {f"{name}.md": ("\n\n".join(_blocks(report)) + "\n").encode()}


def _blocks(report: Report) -> Iterator[str]:
    yield f"# {escape(report.document.title or report.source.file)}"
    for part in in_order(report):
        yield from (_paragraph(part),) if isinstance(part, Paragraph) else _table(part)
    if report.facts:
        yield "## 文字说明中的数据"
        yield _pipes(("指标", "数值", "单位", "对象", "年度", "页", "原文"), map(_fact, report.facts))
    if report.findings:
        yield "## 需要核对之处"
        yield "\n".join(map(_finding, report.findings))


def _paragraph(paragraph: Paragraph) -> str:
    text = escape(paragraph.text)
    if paragraph.kind == "heading":
        return "#" * min(6, len(paragraph.section) + 2) + " " + " ".join(text.split())
    return "\n".join(_LINE_MARKUP.sub(r"\1\3\\\2\4", line) for line in text.splitlines())


def _table(table: Table) -> Iterator[str]:
    yield f"**{escape(caption(table))}**"
    heads, rows = flatten(table)
    yield _pipes(heads, rows)
    yield from (escape(note) for note in table.notes)


def flatten(table: Table) -> tuple[list[str], list[list[str]]]:
    """The heads of the columns and the rows below them, every row with `n_cols` texts."""
    at = covered(table)
    heads = [_path(at.get((row, col)) for row in range(table.header_rows)) for col in range(table.n_cols)]
    rows = [
        [_shown(at.get((row, col)), row, col) for col in range(table.n_cols)]
        for row in range(table.header_rows, table.n_rows)
    ]
    return heads, rows


def _path(cells: Iterable[Cell | None]) -> str:
    once = {id(cell): cell.text for cell in cells if cell is not None and cell.text}
    return PATH.join(once.values())


def _shown(cell: Cell | None, row: int, col: int) -> str:
    if cell is None or col != cell.col or (row != cell.row and cell.value is not None):
        return ""
    return cell.text


def _pipes(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(_inline, line))} |" for line in lines)


def _inline(text: str) -> str:
    return text if text == "---" else escape(text).replace("\n", "<br>")


def _fact(fact: Fact) -> tuple[str, ...]:
    year = str(fact.year) if fact.year else ""
    return fact.key, f"{fact.value:f}", fact.unit, fact.subject or "", year, str(fact.page), fact.evidence


def _finding(finding: Finding) -> str:
    pages = sorted({pointer.page for pointer in finding.pointers if pointer.page is not None})
    where = f"（第 {'、'.join(map(str, pages))} 页）" if pages else ""
    return f"- {escape(finding.message)}{where}"


def escape(text: str) -> str:
    """The text so that Markdown shows it as it is."""
    return _MARKUP.sub(r"\\\1", text)
