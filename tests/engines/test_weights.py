from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from gouji.engines import weights
from gouji.engines.weights import CHARACTERS, alphabet_of, cache_dir, characters, model_dir, onnx_file, shipped_weights
from gouji.errors import SetupError

TASKS = ["detection", "recognition"]


@pytest.mark.parametrize("task", TASKS)
def test_shipped_weights_are_those_of_the_manifest(task: str) -> None:
    """The file that a dependency carries has the hash that the manifest names, and a free licence."""
    entry = shipped_weights(task)
    assert hashlib.sha256(onnx_file(entry).read_bytes()).hexdigest() == entry.sha256
    assert entry.licence == "Apache-2.0"


@pytest.mark.parametrize("task", TASKS)
def test_model_is_laid_out_once(task: str, tmp_path: Path) -> None:
    """The first call makes a folder that PaddleOCR can read, the second finds it and touches nothing."""
    folder = model_dir(task, cache=tmp_path)
    described = yaml.safe_load((folder / "inference.yml").read_text("utf-8"))
    assert described["Global"]["model_name"] == shipped_weights(task).name
    before = (folder / "inference.onnx").stat()
    (folder / "mark").write_text("kept", "utf-8")
    assert model_dir(task, cache=tmp_path) == folder
    assert (folder / "inference.onnx").stat().st_mtime_ns == before.st_mtime_ns
    assert (folder / "mark").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_alphabet_is_complete(tmp_path: Path) -> None:
    """The recogniser's alphabet holds figures, Chinese characters and punctuation, and is written to its folder."""
    alphabet = characters(onnx_file(shipped_weights("recognition")))
    folder = model_dir("recognition", cache=tmp_path)
    assert alphabet_of(folder) == alphabet
    (folder / CHARACTERS).unlink()
    assert alphabet_of(folder) == alphabet
    assert set("0123456789.,%-一般公共预算财政拨款“”（）：、") <= set(alphabet)
    assert len(alphabet) == len(set(alphabet))


@pytest.mark.parametrize("task", TASKS)
def test_changed_weights_are_refused(task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other bytes than the manifest names are not used, and the error says what to reinstall."""
    changed = replace(shipped_weights(task), sha256="0" * 64)
    monkeypatch.setattr(weights, "shipped_weights", lambda _: changed)
    with pytest.raises(SetupError, match=r"sha256.*reinstall rapidocr"):
        model_dir(task, cache=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_given_folder_is_used(tmp_path: Path) -> None:
    """A folder that the user gives is used as it is; nothing is laid out."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "inference.yml").write_text("Global: {model_name: mine}", "utf-8")
    cache = tmp_path / "cache"
    assert model_dir("recognition", str(own), cache) == own
    assert not cache.exists()


def test_given_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    """A given folder without a model is an error that names the folder."""
    with pytest.raises(SetupError, match=r"holds no inference\.yml"):
        model_dir("detection", str(tmp_path / "absent"))


def test_missing_package_is_told() -> None:
    """Without the package that carries the weights the error says what to install."""
    with pytest.raises(SetupError, match="install it with pip"):
        onnx_file(replace(shipped_weights("detection"), package="gouji_no_such_package"))


def test_missing_file_is_told() -> None:
    """A version of the package without the file is told from the right one."""
    with pytest.raises(SetupError, match=r"constraints\.txt"):
        onnx_file(replace(shipped_weights("detection"), file="models/absent.onnx"))


def test_cache_folder_may_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """GOUJI_CACHE_DIR names the cache folder."""
    monkeypatch.setenv("GOUJI_CACHE_DIR", str(tmp_path))
    assert cache_dir() == tmp_path
    monkeypatch.delenv("GOUJI_CACHE_DIR")
    assert cache_dir().name == "models"
