"""`gouji facts`, `gouji check`, `gouji schema`: tables from saved reports."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gouji.config import load_settings
from gouji.errors import EXIT_CHECKS_FAILED, InputError
from gouji.records import Check, Fact, Report

WIDE = 200
STATUS = {
    "pass": ("✓ holds", "green"),
    "rounding": ("≈ rounding", "green"),
    "fail": ("✗ fails", "bold red"),
    "skipped": ("– skipped", "dim"),
}


def load_report(path: Path) -> Report:
    """The report in a file, or in the run folder.

    Raises:
        InputError: there is none, or it is no report of this schema.
    """
    file = path / "report.json" if path.is_dir() else path
    try:
        return Report.model_validate_json(file.read_bytes())
    except OSError as error:
        raise InputError(f"{file}: it cannot be read ({error.strerror}); run gouji read first") from error
    except ValidationError as error:
        raise InputError(
            f"{file}: this is no gouji.report/1 ({error.error_count()} errors); read the file again"
        ) from error


def amount(value: Decimal | None) -> str:
    """The figure with thousands set apart; "" for none."""
    return "" if value is None else f"{value:,f}"


def console() -> Console:
    """The terminal; wide enough for whole rows when the output goes elsewhere."""
    plain = Console()
    return plain if plain.is_terminal else Console(width=WIDE, soft_wrap=True)


def show_facts(path: Path, why: bool) -> int:
    """Print the facts of one report; with `why` each with the clause it was read from."""
    report = load_report(path)
    names = ("fact", "value", "unit", "subject", "year", "page", "confidence", *(("clause",) if why else ()))
    table = _table(_title(report), names, right=("value", "page", "confidence"))
    for fact in report.facts:
        table.add_row(*_fact_row(fact), *((fact.evidence,) if why else ()))
    console().print(table if report.facts else f"{_title(report)}: no facts")
    return 0


def _table(title: str, names: tuple[str, ...], right: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", expand=False)
    for name in names:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    return table


def _fact_row(fact: Fact) -> tuple[str, ...]:
    year = str(fact.year) if fact.year else ""
    return fact.key, amount(fact.value), fact.unit, fact.subject or "", year, str(fact.page), f"{fact.confidence:.2f}"


def show_checks(paths: list[Path], strict: bool, everything: bool) -> int:
    """Print the checks of each report, made afresh from its JSON; with `strict` the exit code tells of failures."""
    failed = 0
    terminal = console()
    for path in paths:
        report = evaluated(load_report(path))
        terminal.print(_check_table(report, everything))
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


def _check_table(report: Report, everything: bool) -> Table:
    figures = ("expected", "found", "off by")
    table = _table(_title(report), ("rule", "status", "what", *figures), right=figures)
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


def _title(report: Report) -> str:
    return report.document.title or report.source.file


def show_schema() -> int:
    """Print the JSON Schema of `report.json`."""
    typer.echo(schema_text(), nl=False)
    return 0


def schema_text() -> str:
    """The schema as it stands in docs/report.schema.json."""
    schema = Report.model_json_schema(by_alias=True, mode="serialization")
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
