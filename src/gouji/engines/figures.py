"""A second reader, of figures alone: small, quick, and trained on print that scanners and fax machines have worn.

It knows digits, points, commas, dashes and per cent; anything else is "?". Its weights are `models/figures`, made by
`make figures`; it runs on OpenVINO where the engine does, on ONNX Runtime beside any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gouji.config import EngineSettings, data_dir
from gouji.engines.channels import as_grey
from gouji.engines.ctc import Decoder
from gouji.engines.registry import settle
from gouji.errors import SetupError
from gouji.ink import STRIP, Mask, as_strip
from gouji.protocols import Image, Reading
from gouji.zh import FIGURE_SIGNS, NO_FIGURE

BATCH = 8
ROOM = 8  # pixels of paper after a strip at least
STEP = 32  # widths are rounded up to this: few shapes to compile
Tell = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""From strips (n, 1, STRIP, width) of ink 0..1 to log probabilities (n, width / 2, classes)."""


class FigureReader:
    """Reads crops of one line each as figures; see `gouji.protocols.OcrEngine.read_lines`. Loaded when first asked."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._decoder = Decoder(("", *FIGURE_SIGNS, NO_FIGURE))

    def read_lines(self, crops: Sequence[Image]) -> list[Reading]:
        """One reading for each crop, in order; "?" in its text stands for what is no sign of a figure."""
        readings = [Reading("", 0.0)] * len(crops)
        strips = [as_strip(as_grey(crop)) for crop in crops]
        for width, batch in _batches(strips):
            told = self._tell(_tensor([strips[i] for i in batch], width))
            for i, frames in zip(batch, np.exp(told), strict=True):
                readings[i] = self._decoder.decode(frames, strips[i].shape[1] / width)
        return readings

    @cached_property
    def _tell(self) -> Tell:
        return _load(settle(self._settings))


@lru_cache(maxsize=1)
def _load(settings: EngineSettings) -> Tell:
    """The model, the same for the engine's lines as for the cells of tables."""
    path = data_dir("models") / "figures" / "figures.onnx"
    if not path.is_file():
        raise SetupError(f"{path} is missing; install gouji again, or make it with: make figures")
    return (_on_openvino if settings.name == "openvino" else _on_onnxruntime)(path, settings)


def _on_openvino(path: Path, settings: EngineSettings) -> Tell:
    from gouji.engines.ocr_openvino import compile_model

    return compile_model(path, settings)


def _on_onnxruntime(path: Path, settings: EngineSettings) -> Tell:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings.threads
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda strips: np.asarray(session.run(None, {"strips": strips})[0])


def _batches(strips: Sequence[Mask]) -> Iterator[tuple[int, list[int]]]:
    """A padded width with the indices of the strips that are given it, `BATCH` of them or one alone."""
    padded = [-(-(strip.shape[1] + ROOM) // STEP) * STEP for strip in strips]
    for width in sorted(set(padded)):
        alike = [i for i, own in enumerate(padded) if own == width]
        full = len(alike) - len(alike) % BATCH
        yield from ((width, alike[start : start + BATCH]) for start in range(0, full, BATCH))
        yield from ((width, [i]) for i in alike[full:])


def _tensor(strips: Sequence[Mask], width: int) -> NDArray[np.float32]:
    """(n, 1, STRIP, width) of ink 0..1."""
    batch = np.zeros((len(strips), 1, STRIP, width), np.float32)
    for row, strip in zip(batch, strips, strict=True):
        row[0, :, : strip.shape[1]] = strip
    return np.asarray(batch / 255, np.float32)
