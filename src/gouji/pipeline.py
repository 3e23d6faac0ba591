"""The corridor: open_report -> read_page (each page) -> assemble. The command line and the flow both walk it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from gouji.checks.evaluate import run_checks
from gouji.config import Settings
from gouji.engines.registry import model_names, open_engine, require_engine
from gouji.errors import PageError
from gouji.facts import build_narrative, describe_document, extract_facts
from gouji.facts.ner import load_recogniser
from gouji.forms import load_definitions, read_items, recognise_forms
from gouji.pages.raster import Opened
from gouji.pages.rasterise import open_source
from gouji.protocols import LayoutDetector
from gouji.reading import Readers, find_frames, read_digital, read_scan
from gouji.records import MadeBy, Page, PageReading, Report, Source
from gouji.tables.join import join_pages
from gouji.version import __version__


def open_report(path: Path, settings: Settings, password: str | None = None) -> Opened:
    """The document opened; a context manager.

    Raises:
        InputError: the kinds in `errors`.
    """
    return open_source(path, settings.pages, password)


def open_readers(settings: Settings) -> Readers:
    """The engine and the detector that the settings name; what is missing of them shows when the first scan is read.

    Raises:
        UsageError: there is no engine of that name.
    """
    require_engine(settings.engine.name)
    return Readers(partial(open_engine, settings.engine), partial(_open_detector, settings))


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


def assemble(source: Source, readings: Sequence[PageReading], settings: Settings) -> Report:
    """The report of a document from its pages' readings, in page order. Needs no pixels and no engine."""
    joined = join_pages(readings, settings.tables)
    definitions = load_definitions()
    tables = recognise_forms(joined.tables, definitions)
    items = read_items(tables, definitions)
    narrative = build_narrative([(reading.page, joined.lines[reading.page.page]) for reading in readings])
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
        findings=checked.findings,
    )


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
