"""The recogniser with its convolutions in whole numbers of eight bits: the weights as shipped, rounded when loaded.

What a convolution is fed is rounded to 256 steps over a range measured once on drawn lines (Jacob et al. 2018), its
weights to 255 steps of each output channel's largest. The ranges are models/recognition/ranges.json:

    python -m gouji.engines.int8 LINES.npz models/recognition

measures them on the crops that `gouji.synth.line_crops` writes. They hold for the shipped weights alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gouji.config import data_dir, load_settings
from gouji.engines.grey_input import take_channel
from gouji.engines.weights import model_dir, shipped_weights
from gouji.protocols import Image

FILE = "ranges.json"
LEAST_CHANNELS = 48  # a convolution of fewer is soon done, and the first ones see the picture itself
KEPT_PERCENT = 99.99  # of what a convolution is fed; what is beyond is cut off
Model = Any  # an openvino.Model
Ranges = Mapping[str, tuple[float, float]]
"""Least and most of what each convolution, by its name, is fed."""


def load_ranges() -> Ranges | None:
    """The ranges; None when they were measured on other weights than the shipped ones."""
    told = json.loads((data_dir("models") / "recognition" / FILE).read_text("utf-8"))
    if told["sha256"] != shipped_weights("recognition").sha256:
        return None
    return {name: (low, high) for name, (low, high) in told["ranges"].items()}


def to_int8(model: Model, ranges: Ranges) -> Model:
    """The model with its convolutions rounded; changed in place."""
    for node in _convolutions(model):
        if node.get_friendly_name() in ranges:
            _round_input(node, *ranges[node.get_friendly_name()])
            _round_weights(node)
    return model


def _convolutions(model: Model) -> list[Any]:
    """The convolutions over many channels that run along the line, in order."""
    return [
        node
        for node in model.get_ordered_ops()
        if node.get_type_name() == "Convolution"
        and node.input(1).get_partial_shape().to_shape()[1] >= LEAST_CHANNELS
        and node.output(0).get_partial_shape()[3].is_dynamic
    ]


def _round_input(node: Any, low: float, high: float) -> None:
    from openvino import opset13 as op

    step = (high - low) / 255
    low = -round(-low / step) * step  # so that 0, the padding, is a step
    ends = [op.constant(np.float32(value)) for value in (low, low + 255 * step)]
    rounded = op.fake_quantize(node.input_value(0), *ends, *ends, 256)
    node.input(0).replace_source_output(rounded.output(0))


def _round_weights(node: Any) -> None:
    from openvino import opset13 as op

    weights = np.asarray(node.input_value(1).get_node().data, np.float32)
    most = np.abs(weights).max(axis=(1, 2, 3), keepdims=True).clip(1e-6)
    ends = [op.constant(-most), op.constant(most)]
    rounded = op.fake_quantize(op.constant(weights), *ends, *ends, 255)
    node.input(1).replace_source_output(rounded.output(0))


def measure_ranges(tensors: Sequence[NDArray[np.float32]]) -> Ranges:
    """The ranges over what the shipped recogniser is fed with these (1, 1, height, width) tensors, 0 within each."""
    import openvino

    core = openvino.Core()
    model = take_channel(core.read_model(model_dir("recognition") / "inference.onnx"))
    names = [node.get_friendly_name() for node in _convolutions(model)]
    fed: list[Any] = []
    for node in _convolutions(model):
        source = node.input_value(0)
        if all(source != other for other in fed):
            fed.append(source)
    places = [next(i for i, other in enumerate(fed) if other == node.input_value(0)) for node in _convolutions(model)]
    model.add_outputs(fed)
    compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    ends = np.zeros((len(fed), 2))
    for tensor in tensors:
        told = compiled(tensor)
        for i in range(len(fed)):
            low, high = np.percentile(told[i + 1], (100 - KEPT_PERCENT, KEPT_PERCENT))
            ends[i] = min(ends[i, 0], low), max(ends[i, 1], high)
    return {name: (float(ends[i, 0]), float(ends[i, 1])) for name, i in zip(names, places, strict=True)}


def main(given: Sequence[str]) -> None:
    """The command line."""
    from gouji.engines.ocr_openvino import as_tensor

    narrow = load_settings().engine.rec_narrow
    with np.load(given[0]) as lines:
        crops: list[Image] = [lines[name] for name in lines.files]
    ranges = measure_ranges([as_tensor(crop, narrow) for crop in crops])
    shown = {name: [round(low, 5), round(high, 5)] for name, (low, high) in ranges.items()}
    told = {"sha256": shipped_weights("recognition").sha256, "lines": len(crops), "ranges": shown}
    (Path(given[1]) / FILE).write_text(json.dumps(told, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
