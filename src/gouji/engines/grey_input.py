"""Models made for colour given one channel: pages are grey when they are read, and all channels were copies of one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Model = Any  # an openvino.Model


def sum_channels(model: Model) -> Model:
    """The model fed with (n, 1, height, width), all channels having been alike: its first convolution's weights summed.

    Changed in place.
    """
    from openvino import opset13 as op

    first = _first_convolution(model)
    weights = np.asarray(first.input_value(1).get_node().data, np.float32).sum(axis=1, keepdims=True)
    first.input(1).replace_source_output(op.constant(weights).output(0))
    _replace_input(model, op.parameter([-1, 1, -1, -1], np.float32), lambda fed: fed)
    return model


def take_pixels(model: Model, mean: NDArray[np.float32], deviation: NDArray[np.float32]) -> Model:
    """The model fed with grey pixels (n, 1, height, width) of 0..255, which it spreads to its channels itself.

    `mean` and `deviation` are of each channel, for pixels of 0..1. Changed in place.
    """
    from openvino import opset13 as op

    scale, offset = (1 / 255 / deviation), (-mean / deviation)

    def spread(fed: Any) -> Any:
        scaled = op.multiply(op.convert(fed, np.float32), op.constant(scale.reshape(1, -1, 1, 1).astype(np.float32)))
        return op.add(scaled, op.constant(offset.reshape(1, -1, 1, 1).astype(np.float32)))

    _replace_input(model, op.parameter([-1, 1, -1, -1], np.uint8), spread)
    return model


def _first_convolution(model: Model) -> Any:
    return next(node for node in model.get_ordered_ops() if node.get_type_name() == "Convolution")


def _replace_input(model: Model, fed: Any, prepare: Any) -> None:
    (old,) = model.get_parameters()
    ready = prepare(fed)
    for target in list(old.output(0).get_target_inputs()):
        target.replace_source_output(ready.output(0))
    model.add_parameters([fed])
    model.remove_parameter(old)
    model.validate_nodes_and_infer_types()
