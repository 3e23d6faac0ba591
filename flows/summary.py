"""What was read, for people: the flow's artifacts and the demo's last words."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from gouji.records import PageReading, Report, Table

MOST = 12


def page_rows(report: Report) -> list[dict[str, str | int]]:
    """One row a page, for a table."""
    tables = Counter(page for table in report.tables for page in table.pages)
    paragraphs = Counter(page for paragraph in report.narrative for page in paragraph.pages)
    return [
        {
            "page": page.page,
            "status": page.error or page.status,
            "origin": page.origin,
            "turn": page.turn,
            "tables": tables[page.page],
            "paragraphs": paragraphs[page.page],
        }
        for page in report.pages
    ]


def page_line(reading: PageReading, pages: int) -> str:
    """One line on a page just read."""
    page = reading.page
    told = page.error if page.status == "unread" else f"{len(reading.grids)} tables, {len(reading.lines)} lines"
    return f"page {page.page} of {pages}: {told}"


def summary_markdown(report: Report, report_path: str) -> str:
    """The report on one screen: tables, facts, checks, findings, and where the files are."""
    status = Counter(check.status for check in report.checks)
    held = status["pass"] + status["rounding"]
    parts = [
        f"# {report.document.title or report.source.file}",
        f"{len(report.pages)} pages, {sum(page.status == 'unread' for page in report.pages)} unread",
        f"## Tables ({len(report.tables)})",
        *_some([_table_line(table) for table in report.tables]),
        f"## Facts ({len(report.facts)})",
        *_some([f"- {f.key} = {f.value:,f} {f.unit}  ({f.subject or '-'}, p. {f.page})" for f in report.facts]),
        f"## Checks: {held} hold, {status['fail']} fail, {status['skipped']} skipped",
        *_some([f"- {check.rule}: {check.message}" for check in report.checks if check.status == "fail"]),
        f"## Findings ({len(report.findings)})",
        *_some([f"- {finding.severity} {finding.code}: {finding.message}" for finding in report.findings]),
        f"Report: {report_path}",
        f"Page readings: {Path(report_path).parent}/*.read.json",
    ]
    return "\n".join(parts)


def _table_line(table: Table) -> str:
    pages = "–".join(str(page) for page in sorted({table.pages[0], table.pages[-1]}))
    return (
        f"- {table.title or '(untitled)'}: {table.n_rows} × {table.n_cols}, p. {pages}, {table.form or 'no known form'}"
    )


def _some(lines: list[str]) -> list[str]:
    more = [f"- … and {len(lines) - MOST} more"] if len(lines) > MOST else []
    return lines[:MOST] + more
