from __future__ import annotations

from pathlib import Path

import pytest

from gouji.cli.command import run
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
