from __future__ import annotations

import numpy as np
import pytest

from gouji.config import load_settings
from gouji.engines.figures import FigureReader
from gouji.engines.registry import settle
from gouji.ink import STRIP, as_strip
from gouji.synth.figure_crops import cut_text, draw_crops, draw_text, label_of, print_text, scan_text
from gouji.tables.fill import certainty
from gouji.zh import NO_FIGURE, parse_number


@pytest.fixture(scope="module", params=["openvino", "paddle"])
def reader(request: pytest.FixtureRequest) -> FigureReader:
    if request.param == "openvino":
        pytest.importorskip("openvino")
    return FigureReader(load_settings().engine.model_copy(update={"name": request.param}))


def test_worn_figures_are_read(reader: FigureReader) -> None:
    """Most figures that scanners and fax machines have worn are read, and a sure one is hardly ever wrong."""
    rng = np.random.default_rng(7)
    crops, texts = [], []
    for _ in range(400):
        text = draw_text(rng)
        clean = print_text(text, rng)
        crops.append(cut_text(scan_text(clean, rng), clean.shape, rng))
        texts.append(label_of(text))
    readings = reader.read_lines(crops)
    right = [reading.text == text for reading, text in zip(readings, texts, strict=True)]
    sure = [ok for ok, reading in zip(right, readings, strict=True) if certainty(reading) >= 0.99]
    assert sum(right) >= 0.8 * len(texts)
    assert len(sure) >= 0.6 * len(texts)
    figures = [ok for ok, reading, text in zip(right, readings, texts, strict=True)
               if certainty(reading) >= 0.99 and NO_FIGURE not in text]  # fmt: skip
    assert sum(not ok for ok in figures) <= 2


@pytest.mark.parametrize("text", ["8/10", "10/10", "15/15", "20/18.5", "120份", "≥95%", "3~5", "0起"])
def test_what_is_no_figure_is_not_taken_for_one(reader: FigureReader, text: str) -> None:
    """A figure with a sign that no figure has, printed clearly in any font, is never surely read as a figure."""
    rng = np.random.default_rng(11)
    sheets = [print_text(text, rng) for _ in range(12)]
    readings = reader.read_lines([sheet[20:-20, 20:-20] for sheet in sheets])
    assert not [r.text for r in readings if parse_number(r.text) is not None and certainty(r) >= 0.99]


def test_crops_of_any_kind_are_read_in_order(reader: FigureReader) -> None:
    """Grey and colour, wide and narrow crops come back in their order; none gives nothing."""
    rng = np.random.default_rng(3)
    clean = print_text("1,860.25", rng)[20:-20, 20:-20]
    coloured = np.repeat(clean[:, :, None], 3, axis=2)
    assert [reading.text for reading in reader.read_lines([clean, print_text("7", rng)[20:-20, 20:-20], coloured])] == [
        "1,860.25", "7", "1,860.25",
    ]  # fmt: skip
    assert reader.read_lines([]) == []


def test_words_are_no_figures(reader: FigureReader) -> None:
    """What is no sign of a figure is a question mark, so that nobody takes it for one."""
    (reading,) = reader.read_lines([print_text("合计", np.random.default_rng(1))])
    assert "?" in reading.text


def test_strips_are_alike() -> None:
    """A strip has one height and its print is full ink on white paper, whatever the scan's contrast."""
    page = np.full((60, 200), 210, np.uint8)
    page[20:40, 50:150] = 120
    strip = as_strip(page)
    assert strip.shape == (STRIP, round(200 * STRIP / 60))
    assert (int(strip.max()), int(strip.min())) == (255, 0)


def test_crops_depend_on_the_seed_alone() -> None:
    """The same seed draws the same crops, with labels of the reader's alphabet."""
    (first, texts), (again, _) = draw_crops(12, (5, 1)), draw_crops(12, (5, 1))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert all(set(text) <= set("0123456789.,-%?") and text for text in texts)


def test_the_model_is_loaded_once() -> None:
    """The reader of cells and the engine's own share it, though only the engine's settings are settled."""
    given = load_settings().engine
    assert FigureReader(given)._tell is FigureReader(settle(given))._tell
