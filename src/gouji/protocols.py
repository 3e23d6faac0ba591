"""The seams: what an OCR engine and a layout detector must be. Implementations live in `engines/`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import layoutparser as lp

Image = NDArray[np.uint8]  # (height, width) grey or (height, width, 3) BGR
Quad = NDArray[np.float32]  # (4, 2) corner points x, y: top left, top right, bottom right, bottom left


@dataclass(frozen=True)
class Reading:
    """What a recogniser made of one crop. `chars` and `places` run along `text`.

    `chars`: confidence of each character, 0..1. `places`: middle of each character as a share (0..1) of the crop's
    width. `alternatives`: other readings of the whole crop with their confidence, best first; empty when the engine
    gives none. `figure`: what a doubtful crop says when it can only be a figure; "" when it was not asked or cannot be.
    """

    text: str
    confidence: float
    chars: tuple[float, ...] = ()
    places: tuple[float, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()
    figure: str = ""


class LineReader(Protocol):
    """Reads lines of text. One that fails raises; it never returns an empty result instead."""

    def read_lines(self, crops: Sequence[Image]) -> list[Reading]:
        """One reading for each crop (one line of text each), in the same order; text "" when there is none."""
        ...


class OcrEngine(LineReader, Protocol):
    """Finds lines of text, and reads them."""

    name: str
    models: tuple[str, ...]

    def find_lines(self, image: Image) -> list[Quad]:
        """The quads of text lines in pixels of the image, which is seen as it is; unordered; empty without text."""
        ...


class LayoutDetector(Protocol):
    """layoutparser's model interface (`lp.models.BaseLayoutModel`)."""

    def detect(self, image: Image) -> lp.Layout:
        """The regions of an upright page as TextBlocks with `type` and `score`."""
        ...
