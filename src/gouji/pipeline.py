"""The corridor: open_report -> read_page (each page) -> assemble. The command line and the flow both walk it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path

from gouji.checks.evaluate import run_checks
from gouji.checks.find import worst_first
from gouji.config import Settings
from gouji.corrections import CONFIRMED, Corrected, apply, standing
from gouji.engines.figures import FigureReader
from gouji.engines.registry import model_names, open_engine, require_engine, settle
from gouji.errors import PageError
from gouji.facts import build_narrative, describe_document, extract_facts
from gouji.facts.ner import load_recogniser
from gouji.forms import load_definitions, read_items, recognise_forms
from gouji.pages.raster import Opened
from gouji.pages.rasterise import open_source
from gouji.protocols import LayoutDetector
from gouji.reading import Readers, find_frames, read_digital, read_scan
from gouji.recall import Recall
from gouji.records import Cell, Correction, Finding, Item, MadeBy, Page, PageReading, Report, Source, Suggestion, Table
from gouji.tables.join import join_pages
from gouji.undisturbed import undisturbed
from gouji.version import __version__


def open_report(path: Path, settings: Settings, password: str | None = None) -> Opened:
    """The document opened; a context manager.

    Raises:
        InputError: the kinds in `errors`.
    """
    return open_source(path, settings.pages, password)


def settled(settings: Settings) -> Settings:
    """The settings with the engine named that will read."""
    return settings.model_copy(update={"engine": settle(settings.engine)})


def open_readers(settings: Settings) -> Readers:
    """The engine and the detector that the settings name; what is missing of them shows when the first scan is read.

    Raises:
        UsageError: there is no engine of that name.
    """
    require_engine(settings.engine.name)
    figures = FigureReader(settings.engine) if settings.engine.figures else None
    return Readers(partial(open_engine, settings.engine), partial(_open_detector, settings), figures)


def _open_detector(settings: Settings) -> LayoutDetector:
    from gouji.engines.detectors import open_detector  # layoutparser takes a second to import

    return open_detector(settings.detector, find_frames)


def read_page(opened: Opened, number: int, readers: Readers, settings: Settings) -> PageReading:
    """The reading of one page; a page that cannot be read gives status "unread" and its error, never an exception."""
    try:
        raster = opened.raster(number)
    except PageError as error:
        page = Page(page=number, width=0, height=0, dpi=0, origin="scan", status="unread", error=str(error))
        return PageReading(page=page)
    return read_digital(raster) if raster.origin == "digital" else read_scan(raster, readers, settings)


def get_ready(settings: Settings) -> None:
    """Load what `assemble` needs, which takes longer than assembling.

    Raises:
        SetupError: the recogniser of names is missing.
    """
    load_definitions()
    recogniser = load_recogniser(settings.facts)
    if recogniser is not None:
        recogniser.load()


def assemble(source: Source, readings: Sequence[PageReading], settings: Settings) -> Report:
    """The report of a document from its pages' readings, in page order. Needs no pixels and no engine."""
    joined = join_pages(readings, settings.tables)
    definitions = load_definitions()
    tables = recognise_forms(joined.tables, definitions)
    items = read_items(tables, definitions)
    narrative = build_narrative(joined.prose)
    opening = [line for reading in readings[:3] for line in reading.lines]
    document = describe_document(narrative, opening, tables)
    recogniser = load_recogniser(settings.facts)
    facts = extract_facts(narrative, document, settings.facts, recogniser)
    pages = tuple(reading.page for reading in readings)
    checked = run_checks(tables, items, facts, narrative.paragraphs, document, pages, settings.checks)
    return Report(
        source=source,
        made_by=made_by(settings, recogniser.name if recogniser else None),
        document=document,
        pages=pages,
        tables=checked.tables,
        items=checked.items,
        narrative=narrative.paragraphs,
        facts=facts,
        checks=checked.checks,
        suggestions=checked.suggestions,
        findings=worst_first((*checked.findings, *joined.findings)),
    )


@undisturbed()
def correct(
    report: Report, log: Sequence[Correction], settings: Settings, recall: Recall | None = None
) -> tuple[Report, Corrected]:
    """The report as it stands with its corrections, items and checks made afresh; and what was laid over it.

    A cell that was corrected carries the flag `corrected:<id>` or `confirmed:<id>`, in its item too. The given report
    is not changed. Needs milliseconds, no pixels and no engine. With the `recall` of the time before only what changed
    since is made.
    """
    if not standing(log):
        return report, apply(report, log)
    recall = recall or Recall()
    recall.turn()
    given = apply(report, log, recall)
    return _made_afresh(report, given, settings, recall), given


@undisturbed()
def remember(report: Report, settings: Settings, recall: Recall) -> None:
    """Make all that the next `correct` may recall, so that a report's first correction is as fast as those after it."""
    recall.turn()
    _made_afresh(report, apply(report, (), recall), settings, recall)


def _made_afresh(report: Report, given: Corrected, settings: Settings, recall: Recall) -> Report:
    """The report with what was laid over it, its items and checks made afresh."""
    definitions = load_definitions()
    heads_stand = len(given.tables) == len(report.tables) and all(map(_same_head, given.tables, report.tables))
    known = given.tables if heads_stand else recognise_forms(given.tables, definitions)
    tables = tuple(_force(table, given.forms) for table in known)
    items = read_items(tables, definitions, recall)
    checked = run_checks(
        tables, items, given.facts, report.narrative, given.document, report.pages, settings.checks, recall
    )
    tables = _keep_confidence(checked.tables, given.tables, recall)
    update = {
        "document": given.document,
        "tables": tables,
        "items": _as_sure_as_cells(checked.items, tables, recall),
        "facts": given.facts,
        "checks": checked.checks,
        "suggestions": _left_open(checked.suggestions, tables),
        "findings": (*_of_the_file(report.findings), *checked.findings),
    }
    return report.model_copy(update=update)


def _same_head(one: Table, other: Table) -> bool:
    return one is other or _head(one) == _head(other)


def _head(table: Table) -> tuple[object, ...]:
    """All of a table that its form is told by; a corrected figure is not in it."""
    words = tuple((cell.row, cell.col, cell.text) for cell in table.cells if cell.header or cell.value is None)
    return table.id, table.title, table.n_rows, table.n_cols, words


def _force(table: Table, forms: Mapping[str, str]) -> Table:
    return table.model_copy(update={"form": forms[table.id] or None}) if table.id in forms else table


def _keep_confidence(checked: Sequence[Table], given: Sequence[Table], recall: Recall) -> tuple[Table, ...]:
    """The tables with the confidences that the first checks gave: what they vouched for is not vouched for again."""
    pairs = zip(checked, given, strict=True)
    return tuple(recall(partial(_kept_confidence, table, before), table, before) for table, before in pairs)


def _kept_confidence(table: Table, before: Table) -> Table:
    cells = tuple(map(_as_sure, table.cells, before.cells))
    return table.model_copy(update={"cells": cells})


def _as_sure(cell: Cell, old: Cell) -> Cell:
    cleared = any(flag not in cell.flags for flag in old.flags)
    same = cleared or cell.confidence == old.confidence
    return cell if same else cell.model_copy(update={"confidence": old.confidence})


def _as_sure_as_cells(items: Sequence[Item], tables: Sequence[Table], recall: Recall) -> tuple[Item, ...]:
    known = {table.id: table for table in tables}
    parts = [(known[name], tuple(part)) for name, part in groupby(items, key=lambda item: item.table)]
    return tuple(item for table, part in parts for item in recall(partial(_sure_items, table, part), table, part))


def _sure_items(table: Table, items: Sequence[Item]) -> tuple[Item, ...]:
    sure = {(cell.row, cell.col): cell.confidence for cell in table.cells}
    return tuple(item.model_copy(update={"confidence": sure[item.row, item.col]}) for item in items)


def _left_open(suggestions: Sequence[Suggestion], tables: Sequence[Table]) -> tuple[Suggestion, ...]:
    """The suggestions for cells that no person has confirmed."""
    confirmed = {
        (table.id, cell.row, cell.col)
        for table in tables
        for cell in table.cells
        if cell.flags and any(flag.startswith(CONFIRMED) for flag in cell.flags)
    }
    return tuple(each for each in suggestions if (each.cell.table, each.cell.row, each.cell.col) not in confirmed)


def _of_the_file(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings on the file and its pages that no check gives."""
    return tuple(finding for finding in findings if finding.code.startswith(("input.", "page.blank")))


def made_by(settings: Settings, ner: str | None) -> MadeBy:
    """What the report is made by; `ner` is the recogniser's name and version, if one was used."""
    return MadeBy(
        gouji=__version__,
        engine=settings.engine.name,
        models=model_names(settings.engine),
        detector=settings.detector.name,
        ner=ner,
        settings=settings.digest(),
    )
