"""Models made for colour given one channel: pages are grey when they are read, and all channels were copies of one.

The channels are made inside the model, whatever model it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

CHANNELS = 3
Model = Any  # an openvino.Model


def take_channel(model: Model) -> Model:
    """The model fed with (n, 1, height, width), which stands for each of its channels. Changed in place."""
    from openvino import opset13 as op

    fed = op.parameter([-1, 1, -1, -1], np.float32)
    return _fed_with(model, fed, op.concat([fed] * CHANNELS, 1))


def take_pixels(model: Model, mean: NDArray[np.float32], deviation: NDArray[np.float32]) -> Model:
    """The model fed with grey pixels (n, 1, height, width) of 0..255, which it brings to its scale itself.

    `mean` and `deviation` are of each channel, for pixels of 0..1. Changed in place.
    """
    from openvino import opset13 as op

    scale, offset = (
        part.reshape(1, CHANNELS, 1, 1).astype(np.float32) for part in (1 / 255 / deviation, -mean / deviation)
    )
    fed = op.parameter([-1, 1, -1, -1], np.uint8)
    return _fed_with(
        model, fed, op.add(op.multiply(op.convert(fed, np.float32), op.constant(scale)), op.constant(offset))
    )


def _fed_with(model: Model, fed: Any, channels: Any) -> Model:
    """The model with a new input, of which `channels` are made for what the old one was fed to."""
    (old,) = model.get_parameters()
    for target in list(old.output(0).get_target_inputs()):
        target.replace_source_output(channels.output(0))
    model.add_parameters([fed])
    model.remove_parameter(old)
    model.validate_nodes_and_infer_types()
    return model
