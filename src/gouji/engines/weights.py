"""Where model weights are: those a user gave, or the shipped ones, laid out as PaddleOCR wants them.

PaddleOCR reads a folder with `inference.onnx` and `inference.yml`. The `rapidocr` wheel carries bare ONNX files, so the
folder is made once in the user's cache, after the file's sha256 has been compared with `models/manifest.toml`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
import yaml

from gouji.config import EngineSettings, data_dir
from gouji.engines.ctc import Decoder
from gouji.engines.language import Language, load_language
from gouji.errors import SetupError
from gouji.zh import is_chinese

LAYOUT = 3  # counts up when what is written beside the weights changes
CHARACTERS = "characters.txt"
PREPROCESS: dict[str, list[dict[str, Any]]] = {
    "detection": [
        {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
        {"DetResizeForTest": {"resize_long": 960}},
        {
            "NormalizeImage": {
                "mean": [0.485, 0.456, 0.406],
                "std": [0.229, 0.224, 0.225],
                "scale": "1./255.",
                "order": "hwc",
            }
        },
        {"ToCHWImage": None},
    ],
    "recognition": [
        {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
        {
            "RecResizeImg": {"image_shape": [3, 48, 96]}
        },  # PaddleOCR's 320 pads every figure of a table to thrice its width
    ],
}


@dataclass(frozen=True)
class Weights:
    """One entry of `models/manifest.toml`."""

    name: str
    task: str
    package: str
    file: str
    sha256: str
    licence: str
    source: str


def shipped_weights(task: str) -> Weights:
    """The manifest's entry for "detection" or "recognition"."""
    entries = tomllib.loads((data_dir("models") / "manifest.toml").read_text("utf-8"))["weights"]
    return next(Weights(**entry) for entry in entries if entry["task"] == task)


def onnx_file(weights: Weights) -> Path:
    """The file inside the package that carries it.

    Raises:
        SetupError: the package is not installed, or carries other bytes than the manifest names.
    """
    spec = importlib.util.find_spec(weights.package)
    if spec is None or spec.origin is None:
        raise SetupError(f"the package {weights.package} carries the model {weights.name}; install it with pip")
    path = Path(spec.origin).parent / weights.file
    if not path.is_file():
        raise SetupError(
            f"{weights.package} does not carry {weights.file}; install the version that constraints.txt pins"
        )
    return path


def model_dir(task: str, given: str = "", cache: Path | None = None) -> Path:
    """The folder of a model: the one `given` by the user, or the shipped weights laid out in the cache.

    Raises:
        SetupError: the given folder holds no model, or the shipped weights are missing or changed.
    """
    if given:
        return _given_dir(Path(given).expanduser())
    weights = shipped_weights(task)
    folder = (cache or cache_dir()) / f"{weights.name}-{weights.sha256[:12]}-{LAYOUT}"
    if not (folder / "inference.yml").is_file():
        _lay_out(weights, folder)
    return folder


def cache_dir() -> Path:
    """The user's cache folder for models; `GOUJI_CACHE_DIR` overrides it."""
    own = os.environ.get("GOUJI_CACHE_DIR")
    return Path(own) if own else Path(platformdirs.user_cache_dir("gouji")) / "models"


def _given_dir(folder: Path) -> Path:
    if not (folder / "inference.yml").is_file():
        raise SetupError(f"{folder} holds no inference.yml; give a PaddleOCR inference model folder in the settings")
    return folder


def _lay_out(weights: Weights, folder: Path) -> None:
    source = onnx_file(weights)
    if hashlib.sha256(source.read_bytes()).hexdigest() != weights.sha256:
        raise SetupError(
            f"{weights.name}: the file's sha256 is not that of models/manifest.toml; reinstall {weights.package}"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    shutil.copyfile(source, part / "inference.onnx")
    (part / "inference.yml").write_text(yaml.safe_dump(_describe(weights, source), allow_unicode=True), "utf-8")
    if weights.task == "recognition":
        (part / CHARACTERS).write_text("\n".join(characters(source)), "utf-8", newline="")
    try:
        part.rename(folder)
    except OSError:  # another process was first: its folder is as good
        shutil.rmtree(part, ignore_errors=True)


def _describe(weights: Weights, source: Path) -> dict[str, Any]:
    return {
        "Global": {"model_name": weights.name},
        "PreProcess": {"transform_ops": PREPROCESS[weights.task]},
        "PostProcess": (
            {"name": "DBPostProcess", "thresh": 0.3, "box_thresh": 0.6, "max_candidates": 1000, "unclip_ratio": 1.5}
            if weights.task == "detection"
            else {"name": "CTCLabelDecode", "character_dict": characters(source)}
        ),
    }


def alphabet_of(folder: Path) -> list[str]:
    """The alphabet of the recogniser in a folder, in the order of `characters`; those laid out here have it beside."""
    kept = folder / CHARACTERS
    if kept.is_file():
        return kept.read_bytes().decode("utf-8").split("\n")
    return characters(folder / "inference.onnx")


def characters(onnx: Path) -> list[str]:
    """The recogniser's alphabet in the order of its classes 1…n; class 0 is CTC's blank, class n + 1 the space."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(onnx), providers=["CPUExecutionProvider"])
    return str(session.get_modelmeta().custom_metadata_map["character"]).split("\n")


def simplified_twins(alphabet: Iterable[str]) -> dict[str, str]:
    """The traditional forms of an alphabet with the simplified characters that mainland reports print for them.

    What GB 2312 holds is in use on the mainland and stays, whatever else it may be elsewhere.
    """
    from opencc import OpenCC

    foreign = [char for char in alphabet if is_chinese(char) and not _in_gb2312(char)]
    twins = OpenCC("t2s").convert("\n".join(foreign)).split("\n")
    return {char: twin for char, twin in zip(foreign, twins, strict=True) if char != twin and _in_gb2312(twin)}


def _in_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def shipped_language() -> Language | None:
    """The language model in `models/language`; None when it is not there or damaged."""
    try:
        return load_language(data_dir("models") / "language" / "chars.tsv.gz")
    except (OSError, ValueError):
        return None


def decoder_of(alphabet: Sequence[str], settings: EngineSettings) -> Decoder:
    """The decoder of an alphabet (blank first), with the field's language when the settings ask for it."""
    return Decoder(alphabet, shipped_language() if settings.language else None, simplified_twins(alphabet))
