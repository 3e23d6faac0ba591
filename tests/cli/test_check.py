from __future__ import annotations

from pathlib import Path

import pytest

from gouji import store
from gouji.checks.explain import rule_ids
from gouji.checks.rules import load_identities
from gouji.cli.command import run
from tests.cli.test_show import saved


@pytest.mark.parametrize("rule", rule_ids(load_identities()))
def test_every_rule_explains_itself(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`gouji check --explain` tells of every rule what it says, its tolerance and where it stands."""
    assert run(["check", "--explain", rule.lower()]) == 0
    told = capsys.readouterr().out
    assert told.startswith(rule)
    assert "允差" in told
    assert "configs/identities/" in told


def test_an_unknown_rule_names_near_ones(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip in the rule's name is a usage error that offers the rules it may mean."""
    assert run(["check", "--explain", "I88"]) == 2
    assert "I8" in capsys.readouterr().err


def test_nothing_to_check_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither report nor rule, and --out without --html, are usage errors."""
    assert run(["check"]) == 2
    assert run(["check", str(saved(tmp_path / "a")), "--out", str(tmp_path)]) == 2
    assert "--html" in capsys.readouterr().err


def sheet(folder: Path) -> str:
    return next(folder.glob("*.audit.html")).read_text("utf-8")


class TestAuditSheet:
    def test_the_sum_that_fails_is_written_out(self, tmp_path: Path) -> None:
        """Both figures, the difference, rule and place are on the sheet, which says that it has no pictures."""
        folder = saved(tmp_path / "bad", total="109.00")
        assert run(["check", str(folder), "--html"]) == 0
        page = sheet(folder)
        for text in ("收入总计", "109.00", "100.00", "-9", "I5", "不附原件截图"):
            assert text in page

    def test_what_was_read_is_escaped(self, tmp_path: Path) -> None:
        """Markup in the document is text on the sheet."""
        folder = saved(tmp_path / "bad", total="109.00")
        report = store.load_report(folder)
        title = "<script>alert(1)</script>"
        changed = report.model_copy(update={"document": report.document.model_copy(update={"title": title})})
        store.write_text(folder / "report.json", store.report_to_json(changed))
        assert run(["check", str(folder), "--html", "--out", str(tmp_path / "sheets")]) == 0
        page = sheet(tmp_path / "sheets")
        assert "<script" not in page
        assert "&lt;script&gt;" in page

    def test_a_report_without_failures_says_so(self, tmp_path: Path) -> None:
        """Where all holds the sheet says that nothing was found."""
        folder = saved(tmp_path / "good")
        assert run(["check", str(folder), "--html"]) == 0
        assert "未发现问题" in sheet(folder)
