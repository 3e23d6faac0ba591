from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from gouji.cli.command import run
from gouji.cli.profile import stage_lines
from gouji.synth.write import write_report


def test_profile_tells_of_every_stage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`gouji read --profile` prints a line for each stage, after reading as always."""
    write_report(tmp_path, 31, (), "final_account", short=True, name="digital")
    assert run(["read", str(tmp_path / "digital.digital.pdf"), "--out", str(tmp_path / "out"), "--profile"]) == 0
    told = capsys.readouterr().out
    rows = {line[:22].strip(): float(line[22:31]) for line in told.splitlines() if line.endswith("%")}
    assert rows["rasterise"] > 0
    assert rows["checks"] > 0
    assert rows["of it in the models"] == 0
    assert "in all" in told


def test_a_reader_that_another_asks_is_counted_once() -> None:
    """The seconds of the reader of figures lie in the engine's where that asks it, and count by themselves else."""
    engine, asking, cells = (
        ("ocr_openvino.py", 1, "read_lines"),
        ("narrowed.py", 1, "_read_figures"),
        ("glance.py", 1, "glance"),
    )
    figures = {asking: (1, 1, 0.0, 2.0), cells: (1, 1, 0.0, 1.0)}
    told = {engine: (1, 1, 5.0, 7.0, {}), ("figures.py", 1, "read_lines"): (2, 2, 3.0, 3.0, figures)}
    rows = list(stage_lines(SimpleNamespace(stats=told, total_tt=10.0)))  # type: ignore[arg-type]
    assert rows[-2].split()[-3:] == ["8.00", "s", "80.0%"]
