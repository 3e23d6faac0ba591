from __future__ import annotations

import numpy as np
import pytest

from gouji.engines.grey_input import take_channel, take_pixels
from gouji.engines.weights import model_dir

openvino = pytest.importorskip("openvino")
MEAN, DEVIATION = np.array([0.5, 0.4, 0.3], np.float32), np.array([0.2, 0.25, 0.3], np.float32)
EXACT = {"INFERENCE_PRECISION_HINT": "f32"}
GREY = np.random.default_rng(3).integers(0, 256, (1, 1, 64, 96)).astype(np.uint8)


def test_pixels_are_spread_to_the_channels_of_a_detector() -> None:
    """Fed with grey pixels it sees what it saw when all its channels were made of them."""
    core, path = openvino.Core(), model_dir("detection") / "inference.onnx"
    colour = (GREY.astype(np.float32) / 255 - MEAN.reshape(1, 3, 1, 1)) / DEVIATION.reshape(1, 3, 1, 1)
    before = core.compile_model(core.read_model(path), "CPU", EXACT)(colour)[0]
    after = core.compile_model(take_pixels(core.read_model(path), MEAN, DEVIATION), "CPU", EXACT)(GREY)[0]
    assert np.abs(after - before).max() < 1e-3


def test_channels_that_are_alike_are_one() -> None:
    """A recogniser fed with one channel says what it said of three that were alike."""
    core, path = openvino.Core(), model_dir("recognition") / "inference.onnx"
    line = GREY[:, :, :48].astype(np.float32) / 127.5 - 1
    before = core.compile_model(core.read_model(path), "CPU", EXACT)(line.repeat(3, axis=1))[0]
    after = core.compile_model(take_channel(core.read_model(path)), "CPU", EXACT)(line)[0]
    assert np.abs(after - before).max() < 1e-3
