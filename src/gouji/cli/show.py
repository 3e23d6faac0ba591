"""`gouji facts`, `gouji schema`: tables from saved reports; and what all such commands share."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gouji.cli.projects import COLUMNS, FIGURES, project_rows
from gouji.config import load_settings
from gouji.facts.ner import Recogniser, load_recogniser
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
    """Print the facts of one report; with `why` each with the rule and the clauses it was read from."""
    report = load_report(path)
    names = ("fact", "value", "unit", "subject", "year", "page", "confidence", *(("rule", "clause") if why else ()))
    table = new_table(title_of(report), names, right=("value", "page", "confidence"))
    nlp = load_recogniser(load_settings().facts) if why else None
    for fact in report.facts:
        table.add_row(*_fact_row(fact), *((fact.method, _clauses(fact, report, nlp)) if why else ()))
    console().print(table if report.facts else f"{title_of(report)}: no facts")
    show_projects(report)
    return 0


def show_projects(report: Report) -> None:
    """Print what the performance forms say of each project; nothing where there are none."""
    rows = project_rows(report)
    table = new_table("项目绩效", COLUMNS, right=FIGURES)
    for row in rows:
        table.add_row(*row)
    if rows:
        console().print(table)


def _clauses(fact: Fact, report: Report, nlp: Recogniser | None) -> Text:
    """The clause with its entities marked, and below it the other places that state the same."""
    told = _marked(fact.evidence, report, nlp)
    for place in fact.places[1:]:
        told.append(f"\np. {place.page}: ", style="dim").append_text(_marked(place.evidence, report, nlp))
    return told


def _marked(clause: str, report: Report, nlp: Recogniser | None) -> Text:
    """The clause with each entity in brackets before its label; as it is where there is no recogniser."""
    around = next((part.text for part in report.narrative if clause in part.text), clause)
    start, told, at = around.index(clause), Text(), 0
    for span in nlp.entities(around).spans if nlp else ():
        if start <= span.start and span.end <= start + len(clause):
            told.append(clause[at : span.start - start]).append(f"[{span.text} {span.label}]", style="bold cyan")
            at = span.end - start
    return told.append(clause[at:])


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
