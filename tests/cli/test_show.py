from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from gouji import store
from gouji.cli import doctor
from gouji.cli.command import run
from gouji.cli.show import amount
from gouji.config import load_settings
from gouji.records import Cell, Document, Fact, Item, MadeBy, Page, Report, Source, Table

BOX = (0, 0, 9, 9)


def summary(total: str) -> tuple[Table, tuple[Item, ...]]:
    """A form of which one identity can be told: income and expenditure total the same."""
    lines = (("收入总计", "revenue", "100.00"), ("支出总计", "expenditure", total))
    cells = tuple(
        Cell(row=0, col=k, text=text, value=Decimal(text), page=1, box=BOX) for k, (*_, text) in enumerate(lines)
    )
    items = tuple(
        Item(
            table="t1", row=0, col=k, form="final.summary", name=name, measure=f"{side}.amount",
            amount=Decimal(text) * 10000, text=text, page=1, box=BOX,
        )
        for k, (name, side, text) in enumerate(lines)
    )  # fmt: skip
    table = Table(
        id="t1", form="final.summary", unit="万元", unit_factor=10000, pages=(1,), n_rows=1, n_cols=2, cells=cells
    )
    return table, items


def saved(folder: Path, total: str = "100.00") -> Path:
    table, items = summary(total)
    fact = Fact(
        key="revenue.total", value=Decimal("1000000.00"), unit="元", subject="某局", year=2024, page=1, box=BOX,
        evidence="收入总计100.00万元", confidence=0.9, method="rule",
    )  # fmt: skip
    report = Report(
        source=Source(file="a.pdf", sha256="0", media_type="application/pdf", pages=1),
        made_by=MadeBy(gouji="0", engine="none", models=(), detector="none", ner=None, settings="0"),
        document=Document(title="某局2024年度部门决算", fiscal_year=2024, kind="final_account"),
        pages=(Page(page=1, width=10, height=10, dpi=100, origin="scan"),),
        tables=(table,),
        items=items,
        facts=(fact,),
    )
    folder.mkdir(parents=True)
    store.write_text(folder / "report.json", store.report_to_json(report))
    return folder


def test_facts_are_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`gouji facts` prints keys and figures; with --why the clauses too."""
    folder = saved(tmp_path / "a")
    assert run(["facts", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "revenue.total" in told
    assert "1,000,000.00" in told
    assert "收入总计100.00万元" not in told
    assert run(["facts", str(folder / "report.json"), "--why"]) == 0
    assert "收入总计[100.00万元 MONEY]" in capsys.readouterr().out


def test_checks_are_made_afresh(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`gouji check` evaluates the saved figures by today's identities; only --strict makes failures errors."""
    good, bad = saved(tmp_path / "good"), saved(tmp_path / "bad", total="109.00")
    assert run(["check", str(good), "--strict"]) == 0
    assert run(["check", str(good), str(bad)]) == 0
    told = capsys.readouterr().out
    assert "I5" in told
    assert "90,000" in told
    assert run(["check", str(good), str(bad), "--strict"]) == 9


def test_what_is_no_report_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing or foreign JSON file exits with 3."""
    (tmp_path / "other.json").write_text('{"schema": "other"}')
    for path in (tmp_path / "none.json", tmp_path / "other.json"):
        assert run(["facts", str(path)]) == 3
        assert path.name in capsys.readouterr().err


def test_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    """`gouji schema` prints a JSON Schema."""
    assert run(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["properties"]["schema"]["const"] == "gouji.report/1"


def test_amounts_keep_their_digits() -> None:
    """Figures are shown with thousands set apart and all decimals they have."""
    assert amount(Decimal("1234567.50")) == "1,234,567.50"
    assert amount(None) == ""


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """`gouji --version` names the version."""
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("gouji ")


def test_synth_refuses_what_it_does_not_know(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A kind or quality that does not exist exits with 2."""
    assert run(["synth", "--out", str(tmp_path), "--kind", "novel"]) == 2
    assert run(["synth", "--out", str(tmp_path), "--quality", "perfect"]) == 2
    assert "perfect" in capsys.readouterr().err


class TestDoctor:
    def test_all_needed_is_there(self, capsys: pytest.CaptureFixture[str]) -> None:
        """`gouji doctor` names engine, models and packages and is content with this installation."""
        assert run(["doctor", "--set", "facts.ner=false"]) == 0
        told = capsys.readouterr().out
        assert "PP-OCRv6_small_rec" in told
        assert "headless" in told

    def test_missing_models_are_told(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A model folder that is not there exits with 7."""
        folder = tmp_path / "none"
        assert run(["doctor", "--set", f"engine.rec_model_dir='{folder}'"]) == 7
        assert "missing" in capsys.readouterr().out

    def test_missing_package_has_advice(self) -> None:
        """What is missing comes with what to do about it."""
        seen = doctor._package("no-such-package", "install it", needed=True)
        assert (seen.state, seen.advice, seen.needed) == ("not installed", "install it", True)

    def test_missing_ner_model_is_told(self, tmp_path: Path) -> None:
        """Without the NER model the doctor says how to make it; gouji works without it when told so."""
        settings = load_settings(overrides=[f"facts.ner_model_dir='{tmp_path}'"])
        (seen,) = [each for each in doctor.observe(settings) if each.what == "NER model"]
        assert "make ner" in seen.advice
        assert doctor.ner_state(load_settings(overrides=["facts.ner=false"])) == "switched off"
