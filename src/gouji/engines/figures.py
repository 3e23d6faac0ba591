"""A second reader, of figures alone: small, quick, and trained on print that scanners and fax machines have worn.

It knows digits, points, commas, dashes and per cent; anything else is "?". Its weights are `models/figures`, made by
`make figures`; it runs on ONNX Runtime beside any engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gouji.config import data_dir
from gouji.engines.ctc import Decoder
from gouji.errors import SetupError
from gouji.ink import STRIP, Mask, as_strip
from gouji.protocols import Image, Reading
from gouji.zh import FIGURE_SIGNS, NO_FIGURE

BATCH = 32
ROOM = 8  # pixels of paper after the longest strip of a batch
STEP = 16  # widths are rounded up to this


class FigureReader:
    """Reads crops of one line each as figures; see `gouji.protocols.OcrEngine.read_lines`. Loaded when first asked."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._decoder = Decoder(("", *FIGURE_SIGNS, NO_FIGURE))

    def read_lines(self, crops: Sequence[Image]) -> list[Reading]:
        """One reading for each crop, in order; "?" in its text stands for what is no sign of a figure."""
        readings = [Reading("", 0.0)] * len(crops)
        strips = [as_strip(_grey(crop)) for crop in crops]
        for batch in _batches(strips):
            tensor = _tensor([strips[i] for i in batch])
            (told,) = self._session.run(None, {"strips": tensor})
            for i, frames in zip(batch, np.exp(told), strict=True):
                readings[i] = self._decoder.decode(frames, strips[i].shape[1] / tensor.shape[3])
        return readings

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        path = data_dir("models") / "figures" / "figures.onnx"
        if not path.is_file():
            raise SetupError(f"{path} is missing; install gouji again, or make it with: make figures")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _grey(crop: Image) -> Mask:
    return crop if crop.ndim == 2 else np.asarray(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), np.uint8)


def _batches(strips: Sequence[Mask]) -> Iterator[list[int]]:
    """Indices in batches of like width."""
    order = sorted(range(len(strips)), key=lambda i: strips[i].shape[1])
    for start in range(0, len(order), BATCH):
        yield order[start : start + BATCH]


def _tensor(strips: Sequence[Mask]) -> NDArray[np.float32]:
    """(n, 1, STRIP, width) of ink 0..1."""
    width = -(-(max(strip.shape[1] for strip in strips) + ROOM) // STEP) * STEP
    batch = np.zeros((len(strips), 1, STRIP, width), np.float32)
    for row, strip in zip(batch, strips, strict=True):
        row[0, :, : strip.shape[1]] = strip
    return np.asarray(batch / 255, np.float32)
