"""`gouji facts`, `gouji schema`: tables from saved reports; and what all such commands share."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from gouji.records import Fact, Report
from gouji.store import load_report

WIDE = 200


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
    table = new_table(title_of(report), names, right=("value", "page", "confidence"))
    for fact in report.facts:
        table.add_row(*_fact_row(fact), *((fact.evidence,) if why else ()))
    console().print(table if report.facts else f"{title_of(report)}: no facts")
    return 0


def new_table(title: str, names: tuple[str, ...], right: tuple[str, ...]) -> Table:
    """An empty table with a column for each of the names; those in `right` are figures."""
    table = Table(title=title, title_justify="left", expand=False)
    for name in names:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    return table


def _fact_row(fact: Fact) -> tuple[str, ...]:
    year = str(fact.year) if fact.year else ""
    return fact.key, amount(fact.value), fact.unit, fact.subject or "", year, str(fact.page), f"{fact.confidence:.2f}"


def title_of(report: Report) -> str:
    """What the report is called: its title, else its file."""
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
