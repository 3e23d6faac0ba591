from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from tables.drawing import Grey, blank, write

from gouji.config import EngineSettings, load_settings
from gouji.engines.registry import ENGINES, model_names, open_engine
from gouji.errors import SetupError, UsageError
from gouji.protocols import OcrEngine
from gouji.zh import normalise

LINE = "一般公共预算财政拨款支出 1,234.56"
NAMES = ["openvino", "paddle"]


def settings(**changes: object) -> EngineSettings:
    return load_settings().engine.model_copy(update=changes)


@cache
def opened(name: str) -> OcrEngine:
    pytest.importorskip({"paddle": "paddleocr"}.get(name, name))
    return open_engine(settings(name=name))


@pytest.fixture(params=NAMES)
def engine(request: pytest.FixtureRequest) -> OcrEngine:
    return opened(request.param)


def crop_of(text: str, size: int = 32) -> Grey:
    wide = blank(size * 2, size * (len(text) + 2))
    _, _, right, bottom = write(wide, 8, 8, text, size)
    return np.ascontiguousarray(wide[: bottom + 8, : right + 8])


def test_both_engines_are_known() -> None:
    """The list on the door."""
    assert set(ENGINES) >= set(NAMES)


def test_line_is_read(engine: OcrEngine) -> None:
    """A drawn line of words and figures is read to the last digit, with a confidence and a place a character."""
    (reading,) = engine.read_lines([crop_of(LINE)])
    assert normalise(reading.text).replace(" ", "") == LINE.replace(" ", "")
    assert reading.confidence > 0.9
    assert len(reading.chars) == len(reading.places) == len(reading.text)
    assert list(reading.places) == sorted(reading.places)
    assert reading.places[0] < 0.1
    assert 0.9 < reading.places[-1] <= 1


def test_readings_come_in_the_order_of_the_crops(engine: OcrEngine) -> None:
    """However wide the crops, grey or in colour, one reading comes for each, in their order."""
    texts = [
        "合计",
        "机关事业单位基本养老保险缴费支出",
        "12.50",
        "0",
        "三、国有资本经营预算",
        "9,876,543.21",
        "项目",
        "2080505",
        "无",
        "行政运行",
    ]
    crops = [crop_of(text) for text in texts]
    crops[4] = np.repeat(crops[4][:, :, None], 3, axis=2)
    readings = engine.read_lines(crops)
    assert [normalise(reading.text) for reading in readings] == texts


def test_line_reads_the_same_beside_others() -> None:
    """On OpenVINO the reading of a line does not depend on the lines that are read with it."""
    engine = opened("openvino")
    crops = [crop_of("1,234.56"), crop_of("合计"), crop_of("一般公共预算财政拨款收入支出决算表"), crop_of("78.90")]
    alone = [engine.read_lines([crop])[0] for crop in crops]
    beside = engine.read_lines(crops)
    assert [reading.text for reading in beside] == [reading.text for reading in alone]
    assert [r.confidence for r in beside] == pytest.approx([r.confidence for r in alone], abs=1e-4)


def test_words_are_read_narrowed_and_figures_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """On OpenVINO words are recognised once, at less than their width; a figure is recognised at its full width too."""
    engine = opened("openvino")
    widths: list[int] = []
    for name in ("_glimpse", "_recognise"):
        read = getattr(engine, name)
        told = lambda strips, read=read: (widths.append(strips.shape[3]), read(strips))[1]  # noqa: E731
        monkeypatch.setattr(engine, name, told)
    words, figure = crop_of("机关事业单位基本养老保险缴费支出"), crop_of("9,876,543.21")
    full = {name: 48 * crop.shape[1] / crop.shape[0] for name, crop in (("words", words), ("figure", figure))}
    engine.read_lines([words])
    assert len(widths) == 1
    assert widths.pop() < 0.7 * full["words"]
    engine.read_lines([figure])
    assert len(widths) == 2
    assert max(widths) >= full["figure"]


def test_reading_binds_no_thread_to_a_core() -> None:
    """On OpenVINO no model is pinned to cores: those of two processes would share the first one."""
    engine = opened("openvino")
    for model in (engine._detect, engine._recognise, engine._glimpse):  # type: ignore[attr-defined]
        assert not model.model.get_property("ENABLE_CPU_PINNING")


def test_no_crops_no_readings(engine: OcrEngine) -> None:
    """Nothing to read is nothing read."""
    assert engine.read_lines([]) == []


def test_blank_crop_is_empty(engine: OcrEngine) -> None:
    """White paper reads as nothing."""
    (reading,) = engine.read_lines([blank(40, 200)])
    assert (reading.text, reading.confidence) == ("", 0.0)


def test_lines_are_found(engine: OcrEngine) -> None:
    """The lines of a page are found where they stand, in pixels of the page."""
    page = blank(500, 700)
    boxes = [
        write(page, 60, y, text, 30) for y, text in ((80, "部门收支总体情况说明"), (200, "本年收入合计"), (360, LINE))
    ]
    quads = sorted(engine.find_lines(page), key=lambda quad: float(quad[0, 1]))
    assert len(quads) == 3
    for quad, (x0, y0, x1, y1) in zip(quads, boxes, strict=True):
        assert quad.shape == (4, 2)
        middle = quad.mean(axis=0)
        assert middle == pytest.approx(((x0 + x1) / 2, (y0 + y1) / 2), abs=10)
        assert quad[2, 0] - quad[0, 0] == pytest.approx(x1 - x0, abs=30)


def test_blank_page_has_no_lines(engine: OcrEngine) -> None:
    """White paper holds no line of text."""
    assert engine.find_lines(blank(300, 400)) == []


def test_engine_names_its_models(engine: OcrEngine) -> None:
    """The models are named, detection first, as the report tells them."""
    assert len(engine.models) == 2
    assert engine.models == model_names(settings(name=engine.name))


def test_engines_agree() -> None:
    """Both engines run the same weights: the same crop gives the same text with nearly the same confidence."""
    crops = [crop_of("科目名称"), crop_of("3,856.92"), crop_of("（一）政府性基金预算财政拨款")]
    ours, theirs = (opened(name).read_lines(crops) for name in NAMES)
    for a, b in zip(ours, theirs, strict=True):
        assert a.text == b.text
        assert a.confidence == pytest.approx(b.confidence, abs=0.08)


def test_unknown_engine_is_told() -> None:
    """A name that is no engine's is an error that lists those that are."""
    with pytest.raises(UsageError, match=r"engine\.name = abacus: choose one of auto, paddle, openvino"):
        open_engine(settings(name="abacus"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("folder", ["det_model_dir", "rec_model_dir"])
def test_engine_without_its_weights_is_told(name: str, folder: str, tmp_path: Path) -> None:
    """A model folder that holds no model is one clear error."""
    pytest.importorskip({"paddle": "paddleocr"}.get(name, name))
    with pytest.raises(SetupError, match=r"holds no inference\.yml"):
        open_engine(settings(name=name, **{folder: str(tmp_path)}))


def test_models_are_named_without_loading() -> None:
    """Model names follow from the settings: the folder's, the given name, or the shipped weights'."""
    assert model_names(settings()) == ("PP-OCRv6_small_det", "PP-OCRv6_small_rec")
    named = settings(det_model_name="PP-OCRv5_server_det", rec_model_dir="/models/own_rec")
    assert model_names(named) == ("PP-OCRv5_server_det", "own_rec")


def test_threads_read_their_own_lines() -> None:
    """On OpenVINO threads may share an engine: each is told what its own crop says."""
    engine = opened("openvino")
    crops = [crop_of(f"本年收入合计 {1000 + 111 * i}.{10 + i}") for i in range(8)] * 4
    alone = [engine.read_lines([crop])[0].text for crop in crops]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda crop: engine.read_lines([crop])[0].text, crops))
    assert together == alone
