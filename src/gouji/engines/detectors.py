"""Detectors of table regions behind layoutparser's model interface: `detect(image) -> Layout`.

`rulings` is gouji's own; `paddle` is PaddleOCR's LayoutDetection; any dotted name is a layoutparser model class, whose
weights the user brings (layoutparser's own are no longer hosted).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence

import layoutparser as lp
from layoutparser.models.base_layoutmodel import BaseLayoutModel

from gouji.config import DetectorSettings
from gouji.engines.channels import as_bgr
from gouji.errors import SetupError
from gouji.geometry import Box
from gouji.protocols import Image, LayoutDetector

FindBoxes = Callable[[Image], Sequence[Box]]


def open_detector(settings: DetectorSettings, find_boxes: FindBoxes) -> LayoutDetector:
    """The detector that the settings name; `find_boxes` is what the default one asks.

    Raises:
        SetupError: the class, its package or its weights are missing.
    """
    detector: LayoutDetector
    if settings.name == "rulings":
        detector = RulingsDetector(find_boxes)
    elif settings.name == "paddle":
        detector = PaddleDetector(settings)
    else:
        detector = _layoutparser_model(settings)
    return detector


def layout_of(boxes: Sequence[Box], kind: str = "table") -> lp.Layout:
    """Boxes as a layoutparser Layout of TextBlocks with full score."""
    return lp.Layout([lp.TextBlock(lp.Rectangle(*box), type=kind, score=1.0) for box in boxes])


def table_boxes(layout: lp.Layout, settings: DetectorSettings) -> list[Box]:
    """The boxes of a layout's tables from top to bottom: blocks with a table's label and enough score."""
    boxes = [
        tuple(round(value) for value in block.coordinates)
        for block in layout
        if block.type in settings.table_labels and (block.score is None or block.score >= settings.min_score)
    ]
    return sorted(boxes, key=lambda box: (box[1], box[0]))


class RulingsDetector(BaseLayoutModel):  # type: ignore[misc]  # layoutparser has no types
    """Tables are where rulings form a lattice."""

    DEPENDENCIES = ()
    DETECTOR_NAME = "rulings"
    MODEL_CATALOG: dict[str, dict[str, str]] = {}  # noqa: RUF012  # layoutparser's interface

    def __init__(self, find_boxes: FindBoxes) -> None:
        self._find_boxes = find_boxes

    def image_loader(self, image: Image) -> Image:
        """The image as it is."""
        return image

    def detect(self, image: Image) -> lp.Layout:
        """The lattices' frames as blocks of type "table"."""
        return layout_of(self._find_boxes(self.image_loader(image)))


class PaddleDetector(BaseLayoutModel):  # type: ignore[misc]
    """PaddleOCR's LayoutDetection with a model that the user has."""

    DEPENDENCIES = ()  # layoutparser checks only backends that it knows
    DETECTOR_NAME = "paddle"
    MODEL_CATALOG: dict[str, dict[str, str]] = {}  # noqa: RUF012

    def __init__(self, settings: DetectorSettings) -> None:
        options = {"model_name": settings.config or None, "model_dir": settings.weights or None}
        try:
            from paddleocr import LayoutDetection

            self._model = LayoutDetection(**{key: value for key, value in options.items() if value})
        except Exception as error:  # PaddleOCR raises whatever its loader raised
            raise SetupError(
                f"LayoutDetection cannot be loaded ({error}); set detector.config and detector.weights"
            ) from error

    def image_loader(self, image: Image) -> Image:
        """The image in three channels, as PaddleOCR wants it."""
        return as_bgr(image)

    def detect(self, image: Image) -> lp.Layout:
        """PaddleOCR's boxes with its labels and scores."""
        (result,) = self._model.predict(self.image_loader(image))
        return lp.Layout(
            [
                lp.TextBlock(lp.Rectangle(*box["coordinate"]), type=box["label"], score=box["score"])
                for box in result["boxes"]
            ]
        )


def _layoutparser_model(settings: DetectorSettings) -> LayoutDetector:
    """An instance of the class with the dotted name, for example `layoutparser.models.Detectron2LayoutModel`."""
    module, _, name = settings.name.rpartition(".")
    try:
        model = getattr(importlib.import_module(module), name)
        found: LayoutDetector = model(config_path=settings.config or None, model_path=settings.weights or None)
        return found
    except Exception as error:  # a missing module, class, backend or weight file: whatever the model raises
        raise SetupError(f"detector {settings.name} cannot be loaded ({error}); see docs on detectors") from error
