"""The OCR engines by name. A new engine is one file in this folder and one line here."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

from gouji.config import EngineSettings
from gouji.engines.weights import shipped_weights
from gouji.errors import UsageError
from gouji.protocols import OcrEngine


def _paddle(settings: EngineSettings) -> OcrEngine:
    from gouji.engines.ocr_paddle import PaddleEngine

    return PaddleEngine(settings)


def _openvino(settings: EngineSettings) -> OcrEngine:
    from gouji.engines.ocr_openvino import OpenVinoEngine

    return OpenVinoEngine(settings)


# Each entry imports its vendor only when it is asked for.
ENGINES: dict[str, Callable[[EngineSettings], OcrEngine]] = {
    "paddle": _paddle,
    "openvino": _openvino,
}

AUTO = "auto"
# What "auto" takes: the first whose package is installed.
PREFERRED = (("openvino", "openvino"), ("paddle", "paddleocr"))


def settle(settings: EngineSettings) -> EngineSettings:
    """The settings with "auto" replaced by an engine's name.

    OpenVINO reads the same weights several times faster on a CPU; other devices, and models that PaddleOCR fetches by
    name, are PaddleOCR's.
    """
    if settings.name != AUTO:
        return settings
    if settings.device != "cpu" or settings.det_model_name or settings.rec_model_name:
        return settings.model_copy(update={"name": "paddle"})
    installed = (name for name, package in PREFERRED if importlib.util.find_spec(package))
    return settings.model_copy(update={"name": next(installed, "paddle")})


def require_engine(name: str) -> None:
    """See that there is an engine of that name; nothing is loaded.

    Raises:
        UsageError: there is none.
    """
    if name not in (AUTO, *ENGINES):
        raise UsageError(f"engine.name = {name}: choose one of {', '.join((AUTO, *ENGINES))}")


def open_engine(settings: EngineSettings) -> OcrEngine:
    """The engine that the settings name, its models loaded.

    Raises:
        UsageError: there is no engine of that name.
        SetupError: its package or its models are missing.
    """
    require_engine(settings.name)
    settled = settle(settings)
    return ENGINES[settled.name](settled)


def model_names(settings: EngineSettings) -> tuple[str, ...]:
    """The names of the models that the settings lead to, detection first; nothing is loaded."""
    given = (
        ("detection", settings.det_model_name, settings.det_model_dir),
        ("recognition", settings.rec_model_name, settings.rec_model_dir),
    )
    return tuple(Path(folder).name if folder else name or shipped_weights(task).name for task, name, folder in given)
