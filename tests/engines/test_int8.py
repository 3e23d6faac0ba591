from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tables.drawing import Grey, blank, write

from gouji.config import EngineSettings, load_settings
from gouji.engines.int8 import load_ranges, measure_ranges, to_int8
from gouji.engines.registry import open_engine
from gouji.engines.weights import model_dir
from gouji.errors import SetupError
from gouji.zh import normalise

openvino = pytest.importorskip("openvino")
LINES = ["一般公共预算财政拨款支出 1,234.56", "机关事业单位基本养老保险缴费支出", "9,876,543.21", "合计", "2080505"]


def settings(**changes: object) -> EngineSettings:
    return load_settings().engine.model_copy(update={"name": "openvino", "precision": "int8", **changes})


def crop_of(text: str) -> Grey:
    wide = blank(64, 32 * (len(text) + 2))
    _, _, right, bottom = write(wide, 8, 8, text, 32)
    return np.ascontiguousarray(wide[: bottom + 8, : right + 8])


def test_rounded_to_eight_bits_lines_read_the_same() -> None:
    """The rounded recogniser reads drawn lines to the last digit, as surely as the plain one."""
    readings = open_engine(settings()).read_lines([crop_of(text) for text in LINES])
    assert [normalise(reading.text).replace(" ", "") for reading in readings] == [t.replace(" ", "") for t in LINES]
    assert min(reading.confidence for reading in readings) > 0.9


def test_every_wide_convolution_is_rounded() -> None:
    """What convolutions of the shipped recogniser are fed, and their weights, is rounded: the ranges name them all."""
    ranges = load_ranges()
    assert ranges is not None
    model = to_int8(openvino.Core().read_model(model_dir("recognition") / "inference.onnx"), ranges)
    rounded = [node for node in model.get_ordered_ops() if node.get_type_name() == "FakeQuantize"]
    assert len(rounded) == 2 * len(ranges)


def test_ranges_hold_what_was_fed() -> None:
    """Ranges measured on blank paper and on print hold 0, and print's are wider."""
    paper = np.full((1, 1, 48, 64), 1.0, np.float32)
    printed = np.where(np.random.default_rng(0).random((1, 1, 48, 64)) < 0.5, -1.0, 1.0).astype(np.float32)
    plain, busy = measure_ranges([paper]), measure_ranges([paper, printed])
    assert set(plain) == set(busy) == set(load_ranges() or ())
    assert all(low <= 0 <= high for low, high in busy.values())
    assert all(busy[name][1] >= high for name, (_, high) in plain.items())


def test_another_recogniser_is_refused(tmp_path: Path) -> None:
    """The ranges are of the shipped weights; for others int8 is one clear error."""
    for name in ("inference.onnx", "inference.yml"):
        (tmp_path / name).write_bytes((model_dir("recognition") / name).read_bytes())
    with pytest.raises(SetupError, match="int8 is for the shipped recogniser alone"):
        open_engine(settings(rec_model_dir=str(tmp_path)))
