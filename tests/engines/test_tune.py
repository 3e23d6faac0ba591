from __future__ import annotations

from pathlib import Path

import pytest

from gouji.cli.command import run
from gouji.config import EngineSettings, load_settings
from gouji.engines import ocr_openvino, registry, tune
from gouji.engines.tune import Timing, choose_precision, save_choice, saved_choice
from gouji.engines.weights import model_dir


def settings(**changes: object) -> EngineSettings:
    return load_settings().engine.model_copy(update=changes)


@pytest.mark.parametrize(
    ("installed", "changes", "name"),
    [
        ({"openvino", "paddleocr"}, {}, "openvino"),
        ({"paddleocr"}, {}, "paddle"),
        ({"openvino", "paddleocr"}, {"device": "gpu:0"}, "paddle"),
        ({"openvino", "paddleocr"}, {"rec_model_name": "PP-OCRv5_server_rec"}, "paddle"),
        ({"openvino", "paddleocr"}, {"name": "paddle"}, "paddle"),
    ],
)
def test_auto_takes_the_fastest_engine_that_can(
    monkeypatch: pytest.MonkeyPatch, installed: set[str], changes: dict[str, object], name: str
) -> None:
    """OpenVINO where it is installed, PaddleOCR otherwise and for what only it can; a named one stays."""
    monkeypatch.setattr(registry.importlib.util, "find_spec", lambda package: package if package in installed else None)
    assert registry.settle(settings(**changes)).name == name


@pytest.mark.parametrize(
    ("timings", "chosen"),
    [
        ([Timing("f32", 40.0)], "f32"),
        ([Timing("f32", 40.0), Timing("bf16", 90.0)], "bf16"),
        ([Timing("f32", 40.0), Timing("bf16", 41.0)], "f32"),
        ([Timing("f32", 40.0), Timing("int8", 80.0)], "int8"),
        ([Timing("f32", 40.0), Timing("bf16", 80.0), Timing("int8", 120.0)], "int8"),
        ([Timing("f32", 40.0), Timing("bf16", 80.0), Timing("int8", 86.0)], "bf16"),
    ],
)
def test_shorter_arithmetic_must_be_worth_its_rounding(timings: list[Timing], chosen: str) -> None:
    """bf16 and int8 are chosen only where they are clearly faster than what is more exact."""
    assert choose_precision(timings) == chosen


def test_choice_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What was chosen is there for the next run; none, or a damaged file, is no choice."""
    monkeypatch.setenv("GOUJI_CACHE_DIR", str(tmp_path / "cache"))
    assert saved_choice() is None
    save_choice("bf16")
    assert saved_choice() == "bf16"
    (tmp_path / "cache" / tune.FILE).write_text('{"precision": "f3')
    assert saved_choice() is None


def test_doctor_tunes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`gouji doctor --tune` prints what it measured and keeps the faster."""
    monkeypatch.setenv("GOUJI_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(tune, "measure", lambda _: [Timing("f32", 40.0), Timing("bf16", 90.0)])
    assert run(["doctor", "--tune"]) == 0
    assert "bf16: 90.0 lines of print a second" in capsys.readouterr().out
    assert saved_choice() == "bf16"


def test_what_was_tuned_is_for_the_shipped_recogniser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where int8 was chosen, a recogniser of the user's own is read without it, and without an error."""
    pytest.importorskip("openvino")
    shipped = model_dir("recognition")
    monkeypatch.setattr(ocr_openvino, "saved_choice", lambda: "int8")
    engine = ocr_openvino.OpenVinoEngine(settings(name="openvino"))
    assert engine._glimpse is not engine._recognise
    own = ocr_openvino.OpenVinoEngine(settings(name="openvino", rec_model_dir=str(shipped)))
    assert own._glimpse is own._recognise
