from __future__ import annotations

from decimal import Decimal

import pytest

from gouji.checks.evaluate import run_checks
from gouji.cli.projects import project_rows
from gouji.cli.show import show_projects
from gouji.config import load_settings
from gouji.records import Cell, Document, Fact, Item, MadeBy, Report, Source, Table

BOX = (0, 0, 9, 9)
ROWS = (("渡槽加固", "60.00", "57.00", "96.5"), ("测站更新", "20.00", "20.00", "100"))


def listed() -> tuple[Table, tuple[Item, ...]]:
    """The list of two projects' results as a form with its items."""
    cells = [
        Cell(row=row, col=col, text=text, value=Decimal(text) if col else None, page=7, box=BOX)
        for row, texts in enumerate(ROWS)
        for col, text in enumerate(texts)
    ]
    measures = {1: ("budget", 10000), 2: ("executed", 10000), 3: ("score", 1)}
    items = tuple(
        Item(
            table="t1", row=cell.row, col=cell.col, form="performance.summary", name=ROWS[cell.row][0],
            measure=measures[cell.col][0], amount=Decimal(cell.text) * measures[cell.col][1], text=cell.text, page=7,
            box=BOX,
        )
        for cell in cells
        if cell.col
    )  # fmt: skip
    table = Table(
        id="t1", form="performance.summary", title="项目单位自评汇总表", unit="万元", unit_factor=10000, pages=(7,),
        n_rows=2, n_cols=4, cells=tuple(cells),
    )  # fmt: skip
    return table, items


def told(score: str) -> Report:
    """A report whose narrative gives the first of the projects a score."""
    table, items = listed()
    document = Document(fiscal_year=2024, kind="final_account")
    fact = Fact(
        key="score.project", value=Decimal(score), unit="分", subject="渡槽加固", year=2024, page=5, box=BOX,
        evidence=f"自评得分{score}分", confidence=0.9, method="rule",
    )  # fmt: skip
    outcome = run_checks((table,), items, (fact,), (), document, (), load_settings().checks)
    return Report(
        source=Source(file="a.pdf", sha256="0", media_type="application/pdf", pages=1),
        made_by=MadeBy(gouji="0", engine="none", models=(), detector="none", ner=None, settings="0"),
        document=document, pages=(), tables=(table,), items=items, facts=(fact,), checks=outcome.checks,
    )  # fmt: skip


@pytest.mark.parametrize(("score", "said"), [("96.5", "agrees"), ("95.6", "differs: score")])
def test_projects_come_from_the_form_and_the_narrative_agrees_or_not(score: str, said: str) -> None:
    """Each project's figures are those of its form; what the narrative tells otherwise is named."""
    first, second = project_rows(told(score))
    assert first == ("渡槽加固", "项目单位自评汇总表", "7", "600,000.00", "570,000.00", "", "96.5", said)
    assert second[-1] == ""


def test_without_performance_forms_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """A report without such forms has no table of projects."""
    show_projects(told("96.5").model_copy(update={"tables": (), "items": ()}))
    assert capsys.readouterr().out == ""
