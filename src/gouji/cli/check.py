"""`gouji check`: the identities of saved reports."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from rich.table import Table
from rich.text import Text

from gouji.cli.show import amount, console, new_table, title_of
from gouji.config import load_settings
from gouji.errors import EXIT_CHECKS_FAILED
from gouji.records import Check, Report
from gouji.store import load_report

STATUS = {
    "pass": ("✓ holds", "green"),
    "rounding": ("≈ rounding", "green"),
    "fail": ("✗ fails", "bold red"),
    "skipped": ("– skipped", "dim"),
}


def show_checks(paths: list[Path], strict: bool, everything: bool) -> int:
    """Print the checks of each report, made afresh from its JSON; with `strict` the exit code tells of failures."""
    failed = 0
    terminal = console()
    for path in paths:
        report = evaluated(load_report(path))
        terminal.print(_checks_table(report, everything))
        terminal.print(_check_sums(report))
        failed += sum(check.status == "fail" for check in report.checks)
    return EXIT_CHECKS_FAILED if strict and failed else 0


def evaluated(report: Report) -> Report:
    """The saved report with its checks made afresh, by the identities as they are now."""
    from gouji.checks.evaluate import run_checks

    settings = load_settings().checks
    outcome = run_checks(
        report.tables, report.items, report.facts, report.narrative, report.document, report.pages, settings
    )
    return report.model_copy(update={"checks": outcome.checks})


def _checks_table(report: Report, everything: bool) -> Table:
    figures = ("expected", "found", "off by")
    table = new_table(title_of(report), ("rule", "status", "what", *figures), right=figures)
    for check in report.checks:
        if everything or check.status == "fail":
            table.add_row(*_check_row(check))
    return table


def _check_row(check: Check) -> tuple[str | Text, ...]:
    word, style = STATUS[check.status]
    kind = f" ({check.kind})" if check.kind else ""
    figures = amount(check.expected), amount(check.actual), amount(check.difference)
    return check.rule, Text(word + kind, style=style), check.reason or check.message, *figures


def _check_sums(report: Report) -> str:
    counts = Counter(check.status for check in report.checks)
    return f"{counts['pass']} hold, {counts['rounding']} rounding, {counts['fail']} fail, {counts['skipped']} skipped"
