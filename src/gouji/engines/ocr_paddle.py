"""The embedded default: PaddleOCR's own text detection and recognition, offline, on ONNX Runtime.

PaddleOCR resizes, batches and runs the models; only the last step, probabilities to text, is ours, because PaddleOCR's
gives neither places nor runners-up. With a model name and no folder PaddleOCR takes its official model from its own
cache; models that are not ONNX need the extra `paddle`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gouji.config import EngineSettings
from gouji.engines.channels import as_bgr
from gouji.engines.ctc import Decoder
from gouji.engines.weights import decoder_of, model_dir
from gouji.errors import SetupError
from gouji.protocols import Image, Quad, Reading

MAX_SIDE = 4000  # pixels up to which PaddleOCR's detector takes an image as it is


class PaddleEngine:
    """PaddleOCR 3.7 behind gouji's protocol."""

    name = "paddle"

    def __init__(self, settings: EngineSettings) -> None:
        os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
        try:
            from paddleocr import TextDetection, TextRecognition
        except ImportError as error:
            raise SetupError(f"PaddleOCR cannot be imported ({error}); run gouji doctor") from error
        self._batch = settings.rec_batch
        self._detection = _load(
            TextDetection, "detection", settings, settings.det_model_dir, settings.det_model_name,
            limit_side_len=MAX_SIDE, limit_type="max", thresh=settings.det_threshold,
            box_thresh=settings.det_box_threshold, unclip_ratio=settings.det_unclip_ratio,
        )  # fmt: skip
        self._recognition = _load(
            TextRecognition, "recognition", settings, settings.rec_model_dir, settings.rec_model_name
        )
        predictor = self._recognition.paddlex_predictor
        decoder = decoder_of(list(predictor.post_op.character), settings)
        predictor.post_op = _readings_of(decoder, _least_ratio(predictor.config))
        self.models: tuple[str, ...] = (self._detection.paddlex_predictor.model_name, predictor.model_name)

    def find_lines(self, image: Image) -> list[Quad]:
        """The quads of text lines, unordered."""
        (result,) = self._detection.predict(as_bgr(image))
        return [np.asarray(quad, np.float32) for quad in result["dt_polys"]]

    def read_lines(self, crops: Sequence[Image]) -> list[Reading]:
        """One reading for each crop."""
        order = sorted(range(len(crops)), key=lambda i: crops[i].shape[1] / crops[i].shape[0])
        readings: list[Reading] = [Reading("", 0.0)] * len(crops)
        results = self._recognition.predict([as_bgr(crops[i]) for i in order], batch_size=self._batch)
        for i, result in zip(order, results, strict=True):
            readings[i] = result["rec_text"]
        return readings


def _load(model: Any, task: str, settings: EngineSettings, folder: str, name: str, **options: Any) -> Any:
    """A PaddleOCR model on ONNX Runtime, or on Paddle when the folder or the name asks for it."""
    if name and not folder:
        return model(model_name=name, device=settings.device, **options)
    path = model_dir(task, folder)
    engine = "onnxruntime" if (path / "inference.onnx").is_file() else "paddle"
    if settings.threads and engine == "onnxruntime":
        options["engine_config"] = {"intra_op_num_threads": settings.threads}
    try:
        return model(model_name=_name_in(path), model_dir=str(path), engine=engine, device=settings.device, **options)
    except (RuntimeError, ValueError, ImportError) as error:
        raise SetupError(f"PaddleOCR cannot load the model in {path} ({error}); see gouji doctor") from error


def _name_in(folder: Path) -> str:
    import yaml

    return str(yaml.safe_load((folder / "inference.yml").read_text("utf-8"))["Global"]["model_name"])


def _least_ratio(config: Any) -> float:
    """The ratio of width to height to which PaddleOCR pads every crop at least, by the model's own inference.yml."""
    steps = config["PreProcess"]["transform_ops"]
    _, height, width = next(step["RecResizeImg"]["image_shape"] for step in steps if "RecResizeImg" in step)
    return float(width / height)


def _readings_of(decoder: Decoder, least_ratio: float) -> Any:
    """A stand-in for PaddleOCR's CTCLabelDecode: a callable from a batch to (readings, confidences)."""

    def decode_batch(
        predictions: Any, wh_ratio_list: Sequence[float], max_wh_ratio: float, **_: Any
    ) -> tuple[list[Reading], list[float]]:
        batch = np.asarray(predictions[0])
        widest = max(max_wh_ratio, least_ratio)
        readings = [decoder.decode(frames, ratio / widest) for frames, ratio in zip(batch, wh_ratio_list, strict=True)]
        return readings, [reading.confidence for reading in readings]

    return decode_batch
