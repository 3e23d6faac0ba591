"""The OCR engines by name. A new engine is one file in this folder and one line here."""

from __future__ import annotations

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


def require_engine(name: str) -> None:
    """See that there is an engine of that name; nothing is loaded.

    Raises:
        UsageError: there is none.
    """
    if name not in ENGINES:
        raise UsageError(f"engine.name = {name}: choose one of {', '.join(ENGINES)}")


def open_engine(settings: EngineSettings) -> OcrEngine:
    """The engine that the settings name, its models loaded.

    Raises:
        UsageError: there is no engine of that name.
        SetupError: its package or its models are missing.
    """
    require_engine(settings.name)
    return ENGINES[settings.name](settings)


def model_names(settings: EngineSettings) -> tuple[str, ...]:
    """The names of the models that the settings lead to, detection first; nothing is loaded."""
    given = (
        ("detection", settings.det_model_name, settings.det_model_dir),
        ("recognition", settings.rec_model_name, settings.rec_model_dir),
    )
    return tuple(Path(folder).name if folder else name or shipped_weights(task).name for task, name, folder in given)
