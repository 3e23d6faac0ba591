"""The truth of a printed report: what a perfect reader would find, as one JSON-ready dict."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gouji.synth.blocks import Block, Stated
from gouji.synth.grid import Form
from gouji.synth.manuscript import Manuscript
from gouji.synth.print_pdf import Printed


def truth_of(manuscript: Manuscript, printed: Printed) -> dict[str, Any]:
    """Title, tables with all cells, paragraphs, headings and facts, in reading order; pages count from 1."""
    pairs = list(zip(manuscript.items, printed.pages, strict=True))
    blocks = [item for item in manuscript.items if isinstance(item, Block)]
    body = manuscript.body
    return {
        "title": manuscript.title,
        "organization": body.organisation.name,
        "fiscal_year": body.year,
        "kind": body.report,
        "pages": printed.n_pages,
        "tables": [table_of(item, pages) for item, pages in pairs if isinstance(item, Form)],
        "paragraphs": [b.text for b in blocks if b.kind == "paragraph"],
        "headings": [b.text for b in blocks if b.kind != "paragraph"],
        "facts": [_fact(f) for f in _once(f for b in blocks for f in b.facts)],
    }


def _once(facts: Iterable[Stated]) -> list[Stated]:
    """The facts in order; the same key, subject and value said twice is one fact."""
    kept: dict[tuple[object, ...], Stated] = {}
    for fact in facts:
        kept.setdefault((fact.key, fact.subject, fact.value), fact)
    return list(kept.values())


def table_of(form: Form, pages: tuple[int, ...]) -> dict[str, Any]:
    """One table with its form, its pages and all its cells, the blank ones too."""
    return {
        "title": form.title,
        "form": form.form,
        "number": form.number or None,
        "unit": form.unit or None,
        "organization": form.organisation,
        "pages": list(pages),
        "n_rows": form.n_rows,
        "n_cols": form.n_cols,
        "header_rows": form.header_rows,
        "notes": list(form.notes),
        "cells": [
            {
                "row": c.row,
                "col": c.col,
                "row_span": c.row_span,
                "col_span": c.col_span,
                "text": c.text,
                "header": c.header,
            }
            for c in form.cells
        ],
    }


def _fact(fact: Stated) -> dict[str, Any]:
    return {
        "key": fact.key,
        "value": float(fact.value) if fact.value % 1 else int(fact.value),
        "unit": fact.unit,
        "subject": fact.subject,
        "year": fact.year,
        "evidence": fact.evidence,
    }
