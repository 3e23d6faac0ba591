"""The sample in `examples/`."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pypdfium2
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample, made anew by its own script."""
    spec = importlib.util.spec_from_file_location("make_sample", EXAMPLES / "make_sample.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    out = tmp_path_factory.mktemp("sample")
    module.make_sample(out)
    return out


def test_the_truth_of_the_sample_is_reproduced_to_the_byte(made: Path) -> None:
    """`examples/make_sample.py` writes the very truth that is in the repository."""
    assert (made / "sample.truth.json").read_bytes() == (EXAMPLES / "sample.truth.json").read_bytes()


def test_the_scan_of_the_sample_is_reproduced_to_the_eye(made: Path) -> None:
    """The scan made anew has the same pages; only versions of OpenCV and libjpeg may move a grey level."""
    new, kept = (pypdfium2.PdfDocument((folder / "sample.pdf").read_bytes()) for folder in (made, EXAMPLES))
    assert len(new) == len(kept)
    for page, other in zip(new, kept, strict=True):
        pixels = [p.render(scale=0.5).to_numpy().astype(int) for p in (page, other)]
        assert abs(pixels[0] - pixels[1]).mean() < 1.5
    new.close()
    kept.close()
