"""`gouji crawl` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from gouji.cli.command import run
from gouji.cli.crawl import exit_code, summary_line
from gouji.crawl.records import Summary
from gouji.errors import CrawlError, OutputError

SITE = "name = '某地'\nstart = ['http://127.0.0.1:9/']\nhosts = ['127.0.0.1']\n"


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line on stderr."""
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def test_no_site_without_a_contact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A site elsewhere is not asked before somebody is named whom it can turn to."""
    assert run(["crawl", "example", "--out", str(tmp_path / "out")]) == 2
    assert "crawl.contact" in told(capsys)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--sites"),
        (["nowhere"], "it has: example"),
        (["--status"], "crawl first"),
        (["--sites", "none"], "--sites"),
        (["example", "--set", "crawl.delay_s=-1"], "crawl.delay_s"),
    ],
)
def test_commands_that_make_no_sense(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """What is missing is said in one sentence; the exit code is 2."""
    assert run(["crawl", *arguments, "--out", str(tmp_path / "out")]) == 2
    assert said in told(capsys)


def test_dead_site_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A site of which nothing comes exits with 10; --status and --register tell of it afterwards."""
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "dead.toml").write_text(SITE, "utf-8")
    (tmp_path / "register.csv").write_text("department,kind,year,approved\n某局,决算,2024,2025-08-01\n", "utf-8")
    where = ["crawl", "--out", str(tmp_path / "out"), "--sites", str(tmp_path / "sites")]
    hasty = [f"--set=crawl.{each}" for each in ("retries=0", "delay_s=0", "allowed_networks=['127.0.0.0/8']")]
    assert run([*where, *hasty]) == 10
    assert "unreachable" in told(capsys)
    assert run([*where, "--status", "-v", "--register", str(tmp_path / "register.csv")]) == 0
    out = capsys.readouterr().out
    assert "http://127.0.0.1:9/" in out
    assert "refuses connections" in out
    assert "1 missing" in out


def test_exit_codes_tell_of_parts() -> None:
    """0 when all came, 8 when some did not, a common error's own code when nothing did."""

    def summary(**outcomes: int) -> Summary:
        given = {"site": "a", "crawl": 1, "state": "finished", "began": "2025-01-01T00:00:00Z", "ended": None}
        return Summary.model_validate({**given, "outcomes": outcomes})

    assert exit_code([summary(new=1, robots=2)]) == 0
    assert exit_code([summary(new=1, gone=1)]) == 8
    assert exit_code([summary(new=1), CrawlError("x")]) == 8
    assert exit_code([OutputError("x"), OutputError("x")]) == 6
    assert summary_line(summary(new=1, gone=2)) == "a: 1 new, 2 gone"
