"""What holds for the project as a whole."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import jsonschema
import pytest

from gouji.cli.doctor import is_headless
from gouji.cli.show import schema_text
from gouji.config import load_settings
from gouji.records import Cell, Document, Finding, MadeBy, Page, Report, Source, Table
from gouji.store import report_to_json
from gouji.version import __version__

ROOT = Path(__file__).resolve().parents[2]


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines)


def test_imports_run_down_only() -> None:
    """The import contracts of pyproject.toml hold."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_cv2_is_the_headless_build() -> None:
    """Of the three packages that install cv2, the one that needs no libGL won."""
    import cv2

    assert is_headless(cv2.getBuildInformation())
    assert cv2.__version__ == "4.10.0"


def test_headless_is_told_from_windows() -> None:
    """The build information of a cv2 with windows is recognised."""
    assert is_headless("  GUI:                           NONE\n  GTK+: NO")
    assert not is_headless("  GUI:                           QT5\n")
    assert not is_headless("  GUI:                           GTK3\n")


def test_pins_are_plain() -> None:
    """constraints.txt holds names and versions only: no addresses, no markers, no local paths."""
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line), line


@pytest.mark.parametrize("name", ["opencv-python", "opencv-contrib-python", "opencv-python-headless"])
def test_cv2_twins_have_one_version(name: str) -> None:
    """The three packages that install cv2 are pinned alike."""
    assert pins()[name] == "4.10.0.84"


def test_pins_know_what_prefect_needs() -> None:
    """Prefect 3.8.8 can't schedule with SQLAlchemy 2.1, nor deploy with FastAPI 0.151, which refuses its null."""
    assert pins()["prefect"] == "3.8.8"
    assert tuple(map(int, pins()["fastapi"].split(".")[:2])) < (0, 151)
    assert tuple(map(int, pins()["sqlalchemy"].split(".")[:2])) < (2, 1)


def test_version_is_that_of_the_package() -> None:
    """The installed package and the module name the same version."""
    assert version("gouji") == __version__


def test_schema_is_up_to_date() -> None:
    """docs/report.schema.json is what `gouji schema` prints; `make schema` writes it."""
    assert (ROOT / "docs" / "report.schema.json").read_text("utf-8") == schema_text()


def test_report_is_valid_by_the_schema() -> None:
    """A report as written passes the published schema; one with a float amount does not."""
    cell = Cell(row=0, col=0, text="12.50", value="12.50", page=1, box=(0, 0, 5, 5))  # type: ignore[arg-type]
    report = Report(
        source=Source(file="a.pdf", sha256="0", media_type="application/pdf", pages=1),
        made_by=MadeBy(gouji="0", engine="none", models=(), detector="none", ner=None, settings="0"),
        document=Document(),
        pages=(Page(page=1, width=1, height=1, dpi=100, origin="scan"),),
        tables=(Table(id="t1", pages=(1,), n_rows=1, n_cols=1, cells=(cell,)),),
        findings=(Finding(code="x", severity="info", message="说明"),),
    )
    schema = json.loads(schema_text())
    written = json.loads(report_to_json(report))
    jsonschema.validate(written, schema)
    assert written["tables"][0]["cells"][0]["value"] == "12.50"
    written["tables"][0]["cells"][0]["value"] = 12.5
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(written, schema)


def test_every_setting_is_explained() -> None:
    """Every setting of configs/gouji.toml has its place in the file, and the file holds no other."""
    shipped = tomllib.loads((ROOT / "configs" / "gouji.toml").read_text("utf-8"))
    assert load_settings().model_dump(mode="json") == json.loads(json.dumps(shipped))


def test_help_comes_at_once() -> None:
    """`gouji --help` loads no room, no vendor and no model."""
    heavy = "numpy cv2 paddleocr openvino onnxruntime spacy pandas pydantic pypdfium2"
    code = (
        "import sys; from gouji.cli.command import run; run(['--help']);"
        f"print([name for name in '{heavy}'.split() if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_gouji_is_imported_at_once() -> None:
    """`import gouji` loads nothing heavy either."""
    code = "import sys, gouji; print(sorted(m for m in ('numpy', 'cv2', 'pydantic') if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
