"""The door of the room: all identities of one report, with what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from gouji.checks.book import Book, CellKey
from gouji.checks.confirm import confirmations
from gouji.checks.find import find
from gouji.checks.flag import LOW_CONFIDENCE, flag_items, flag_tables, marks_of, suspects
from gouji.checks.identities import evaluate_all
from gouji.checks.rules import load_identities
from gouji.checks.shapes import judge_shapes
from gouji.checks.suggest import MOST_SUGGESTED, suggest, suggestion_of
from gouji.checks.unread import unread_cells
from gouji.config import ChecksSettings
from gouji.recall import Recall
from gouji.records import Check, Document, Fact, Finding, Item, Page, Paragraph, Suggestion, Table
from gouji.undisturbed import undisturbed


@dataclass(frozen=True)
class Outcome:
    """Tables and items with their flags and confidences; the checks; suggestions; findings, worst first."""

    tables: tuple[Table, ...]
    items: tuple[Item, ...]
    checks: tuple[Check, ...]
    suggestions: tuple[Suggestion, ...]
    findings: tuple[Finding, ...]


@undisturbed()
def run_checks(
    tables: Sequence[Table],
    items: Sequence[Item],
    facts: Sequence[Fact],
    narrative: Sequence[Paragraph],
    document: Document,
    pages: Sequence[Page],
    settings: ChecksSettings,
    recall: Recall | None = None,
) -> Outcome:
    """Evaluates every identity over the report. Nothing that was read is changed; suspects are flagged.

    Switched off (`settings.enabled`), only unread pages and doubtful numbers become findings. With the `recall` of the
    time before, what goes by tables and items that are the very same is not made again; the outcome is equal.
    """
    book = Book(tables, items, recall)
    recall = book.recall
    evaluations = evaluate_all(book, facts, narrative, document, load_identities()) if settings.enabled else []
    candidates = suggest(book, evaluations)
    suggested = [equals for equals in candidates if len(equals) <= MOST_SUGGESTED]
    confirmed = confirmations(evaluations)
    unread = unread_cells(book, evaluations)
    suspected = {**unread, **suspects(evaluations, candidates, confirmed)}
    shapes = judge_shapes(book)
    marks = marks_of(suspected, confirmed, shapes.sure, shapes.odd)
    flagged, sure = flag_tables(tables, marks, recall), settings.sure_confidence
    doubtful = [key for table in flagged for key in recall(partial(_doubtful, table, sure), table, sure)]
    findings = find(flagged, evaluations, suggested, pages, doubtful, unread, sure)
    return Outcome(
        tables=flagged,
        items=flag_items(items, marks, recall),
        checks=tuple(each.check for each in evaluations),
        suggestions=tuple(suggestion_of(candidate) for equals in suggested for candidate in equals),
        findings=findings,
    )


def _doubtful(table: Table, sure: float) -> list[CellKey]:
    """Number cells that were read with doubt: another reading exists, or the confidence is low."""
    return [
        (table.id, cell.row, cell.col)
        for cell in table.cells
        if cell.value is not None and (cell.confidence < sure or cell.alternatives or LOW_CONFIDENCE in cell.flags)
    ]
