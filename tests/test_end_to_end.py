"""One scanned page read with the real engine, by the package's own door."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import gouji
from gouji.config import load_settings
from gouji.records import Report
from gouji.zh import squeeze

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@pytest.fixture(scope="module")
def report() -> Report:
    """The first page of the sample, with facts by patterns alone."""
    return gouji.read(EXAMPLES / "sample.pdf", load_settings(overrides=["facts.ner=false"]), pages=[1])


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    """The table that is printed there."""
    tables = json.loads((EXAMPLES / "sample.truth.json").read_text("utf-8"))["tables"]
    table: dict[str, Any] = next(table for table in tables if table["pages"] == [1])
    return table


def test_scanned_table_is_found_with_its_form(report: Report, truth: dict[str, Any]) -> None:
    """The table has the printed rows and columns and is recognised as the official form it is."""
    (table,) = report.tables
    assert (table.n_rows, table.n_cols) == (truth["n_rows"], truth["n_cols"])
    assert (table.form, table.unit) == (truth["form"], truth["unit"])
    assert table.to_pandas().shape == (truth["n_rows"], truth["n_cols"])


def test_scanned_figures_are_read(report: Report, truth: dict[str, Any]) -> None:
    """Nearly all cells stand in their place with their text, and all figures but one at most."""
    read = {(cell.row, cell.col): squeeze(cell.text) for cell in report.tables[0].cells}
    printed = {(cell["row"], cell["col"]): squeeze(cell["text"]) for cell in truth["cells"]}
    wrong = [place for place, text in printed.items() if read.get(place) != text]
    figures = [place for place in wrong if any(c.isdigit() for c in printed[place])]
    assert len(wrong) <= 0.1 * len(printed)
    assert len(figures) <= 1


def test_every_value_can_be_traced(report: Report) -> None:
    """Cells lie on their page, items in cells, and every fact's clause is verbatim in the narrative."""
    (page,) = report.pages
    for cell in report.tables[0].cells:
        x0, y0, x1, y1 = cell.box
        assert 0 <= x0 < x1 <= page.width
        assert 0 <= y0 < y1 <= page.height
    texts = [paragraph.text for paragraph in report.narrative]
    assert all(any(fact.evidence in text for text in texts) for fact in report.facts)
    assert report.items
