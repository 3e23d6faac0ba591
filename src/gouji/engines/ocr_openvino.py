"""The same ONNX weights on OpenVINO: several times faster on a CPU, no vendor's pipeline around them.

Resizing follows PaddleOCR's: detection to multiples of 32 with ImageNet's mean and deviation, recognition to a height
of 48 px in -1..1. Unlike PaddleOCR, crops are not padded to 320 px, and words are read narrowed (`narrowed`).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gouji.config import EngineSettings
from gouji.engines.channels import as_grey
from gouji.engines.db import quads_of
from gouji.engines.figures import FigureReader
from gouji.engines.grey_input import take_channel, take_pixels
from gouji.engines.int8 import Ranges, load_ranges, to_int8
from gouji.engines.narrowed import read_narrowed
from gouji.engines.tune import saved_choice
from gouji.engines.weights import alphabet_of, cache_dir, decoder_of, model_dir
from gouji.errors import SetupError
from gouji.protocols import Image, Quad, Reading

HEIGHT = 48
FRAME = 8  # pixels: a frame of the recogniser's output
MAX_WIDTH = 3200
WIDTH_STEPS = ((256, 32), (1024, 64), (MAX_WIDTH, 128))  # up to a width, the step to which it is rounded up
FIT = 0.93  # of its narrowed width: a line is narrowed so much more if it then fills a step wholly
BATCH_WIDTH = 256  # wider lines are read one by one: together they no longer fit a core's cache
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)

# Pinned, the threads of all processes of a crew share the first core while the others stand idle.
LATENCY = {"PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False}


class OpenVinoEngine:
    """OpenVINO behind gouji's protocol."""

    name = "openvino"

    def __init__(self, settings: EngineSettings) -> None:
        core = _core()
        precision = _precision(settings)
        options = _options(settings, precision)
        folders = [
            model_dir(task, given)
            for task, given in (("detection", settings.det_model_dir), ("recognition", settings.rec_model_dir))
        ]
        detector = core.read_model(folders[0] / "inference.onnx")
        self._detect = Compiled(core, take_pixels(detector, MEAN, DEVIATION), options)
        recogniser = take_channel(core.read_model(folders[1] / "inference.onnx"))
        self._recognise = Compiled(core, recogniser, options)
        self._glimpse = self._recognise  # reads words narrowed
        if precision == "int8":
            self._glimpse = Compiled(core, to_int8(recogniser, ranges_for(settings)), options)
        self._decoder = decoder_of(["", *alphabet_of(folders[1]), " "], settings)
        self._figures = FigureReader(settings) if settings.figures else None
        self._settings = settings
        self.models = tuple(folder.name.rsplit("-", 2)[0] for folder in folders)

    def find_lines(self, image: Image) -> list[Quad]:
        """The quads of text lines, unordered."""
        size = [max(32, round(side / 32) * 32) for side in image.shape[:2]]
        small = cv2.resize(as_grey(image), (size[1], size[0]))
        heat = self._detect(small[None, None])[0, 0]
        stretch = np.array([image.shape[1] / size[1], image.shape[0] / size[0]], np.float32)
        settings = self._settings
        return [
            quad * stretch
            for quad in quads_of(heat, settings.det_threshold, settings.det_box_threshold, settings.det_unclip_ratio)
        ]

    def read_lines(self, crops: Sequence[Image]) -> list[Reading]:
        """One reading for each crop."""
        share = self._settings.rec_narrow
        return read_narrowed(crops, self.read_at, share, self._figures) if share < 1 else self.read_at(crops, 1.0)

    def read_at(self, crops: Sequence[Image], share: float) -> list[Reading]:
        """One reading for each crop, narrowed to a share of its width."""
        readings = [Reading("", 0.0)] * len(crops)
        widths = [_width(crop, share) for crop in crops]
        for width, batch in _batches(widths, self._settings.rec_batch):
            strips = [_strip(crops[i], widths[i]) for i in batch]
            probabilities = (self._glimpse if share < 1 else self._recognise)(_tensor(strips, width))
            for i, strip, frames in zip(batch, strips, probabilities, strict=True):
                readings[i] = self._decoder.decode(frames, strip.shape[1] / width)
        return readings


class Compiled:
    """A model made ready; called with a tensor it gives its first output, which stands until this thread calls next."""

    def __init__(self, core: Any, model: Any, options: dict[str, Any]) -> None:
        self.model = core.compile_model(model, "CPU", options)
        self._own = threading.local()

    def __call__(self, tensor: NDArray[Any]) -> NDArray[np.float32]:
        """The output for a tensor that lies whole in memory."""
        from openvino import Tensor

        request = self._request()
        request.set_input_tensor(Tensor(tensor, shared_memory=True))
        request.infer()
        return np.asarray(request.get_output_tensor(0).data)

    def _request(self) -> Any:
        """The thread's own: its output is no copy, and another's would be written over while it is looked at."""
        if not hasattr(self._own, "request"):
            self._own.request = self.model.create_infer_request()
        return self._own.request


def compile_model(path: Path, settings: EngineSettings) -> Compiled:
    """A model of another reader compiled as the engine's own are.

    Raises:
        SetupError: OpenVINO is missing.
    """
    return Compiled(_core(), path, _options(settings, _precision(settings)))


def _core() -> Any:
    try:
        import openvino
    except ImportError as error:
        raise SetupError("engine.name is openvino, but OpenVINO is missing; install gouji[fast]") from error
    return openvino.Core()


def _precision(settings: EngineSettings) -> str | None:
    """The arithmetic that is asked for; None: OpenVINO's choice, as where what was tuned is for another recogniser."""
    if settings.precision != "auto":
        return settings.precision
    chosen = saved_choice()
    return chosen if chosen in precisions_for(settings) else None


def _options(settings: EngineSettings, precision: str | None) -> dict[str, Any]:
    options: dict[str, Any] = {"CACHE_DIR": str(cache_dir() / "openvino"), **LATENCY}
    if precision:
        options["INFERENCE_PRECISION_HINT"] = precision if precision != "int8" else native_precisions()[-1]
    if settings.threads:
        options["INFERENCE_NUM_THREADS"] = settings.threads
    return options


def precisions_for(settings: EngineSettings) -> tuple[str, ...]:
    """The arithmetic that can be had for the recogniser that the settings name; int8 is for words read narrowed.

    Raises:
        SetupError: OpenVINO is missing.
    """
    whole = settings.rec_model_dir or settings.rec_narrow == 1 or load_ranges() is None
    return native_precisions() if whole else (*native_precisions(), "int8")


def ranges_for(settings: EngineSettings) -> Ranges:
    """The ranges of the recogniser that the settings name.

    Raises:
        SetupError: it is not the shipped one.
    """
    ranges = None if settings.rec_model_dir else load_ranges()
    if ranges is None:
        raise SetupError("engine.precision = int8 is for the shipped recogniser alone; choose f32, bf16 or auto")
    return ranges


def native_precisions() -> tuple[str, ...]:
    """The arithmetic that this processor has of its own, of f32 and bf16, in this order.

    Raises:
        SetupError: OpenVINO is missing.
    """
    try:
        import openvino
    except ImportError as error:
        raise SetupError("there is nothing to tune: OpenVINO is missing; install gouji[fast]") from error
    native = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return tuple(name.lower().replace("fp", "f") for name in ("FP32", "BF16") if name in native)


def _batches(widths: Sequence[int], size: int) -> Iterator[tuple[int, list[int]]]:
    """A padded width with the indices of the lines that are given it, `size` of them or one alone.

    Every other shape would be compiled anew, which takes as long as reading a line. A line is padded by its own width,
    so that it reads the same whatever is read beside it.
    """
    padded = [_padded(width) for width in widths]
    order = sorted(range(len(widths)), key=lambda i: padded[i])
    for width, group in groupby(order, key=lambda i: padded[i]):
        alike = list(group)
        full = len(alike) - len(alike) % size if width <= BATCH_WIDTH else 0
        for start in range(0, full, size):
            yield width, alike[start : start + size]
        for i in alike[full:]:
            yield width, [i]


def _padded(width: int) -> int:
    """The width rounded up, the wider the coarser: every shape takes memory, and time to compile."""
    step = _step(width)
    return -(-width // step) * step


def _step(width: int) -> int:
    return next(step for most, step in WIDTH_STEPS if width <= most)


def _width(crop: Image, share: float) -> int:
    """The width of a line of the recogniser's height; narrowed to a share of it, it has a frame more.

    Two characters alone would be lost in as many frames as they need beside others.
    """
    width = share * HEIGHT * crop.shape[1] / crop.shape[0] + (FRAME if share < 1 else 0)
    whole = int(min(MAX_WIDTH, max(1, math.ceil(width))))
    step = _step(whole)
    filled = whole // step * step
    return filled if share < 1 and filled >= FIT * whole else whole


def _strip(crop: Image, width: int) -> Image:
    return np.asarray(cv2.resize(as_grey(crop), (width, HEIGHT)))


def as_tensor(crop: Image, share: float) -> NDArray[np.float32]:
    """(1, 1, HEIGHT, width): a crop as the recogniser is fed with it, narrowed to a share of its width."""
    width = _width(crop, share)
    return _tensor([_strip(crop, width)], width)


def _tensor(strips: list[Image], width: int) -> NDArray[np.float32]:
    batch = np.zeros((len(strips), 1, HEIGHT, width), np.float32)
    for row, strip in zip(batch, strips, strict=True):
        row[0, :, : strip.shape[1]] = strip.astype(np.float32) / 127.5 - 1
    return batch
