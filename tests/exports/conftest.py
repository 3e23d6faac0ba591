from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from gouji.records import (
    Cell,
    Check,
    Document,
    Fact,
    Finding,
    Item,
    MadeBy,
    Page,
    Paragraph,
    Pointer,
    Report,
    Source,
    Suggestion,
    Table,
)

BOX = (10, 20, 30, 40)


def cell(row: int, col: int, text: str, value: str | None = None, **more: object) -> Cell:
    number = None if value is None else Decimal(value)
    box = (col * 10, row * 10, col * 10 + 9, row * 10 + 9)
    return Cell(row=row, col=col, text=text, value=number, page=2, box=box, **more)  # type: ignore[arg-type]


@pytest.fixture
def tricky() -> Report:
    """A small report with all that an export may stumble over: signs, marks, merged cells, long numbers, gaps."""
    cells = (
        cell(0, 0, "科目", header=True, row_span=2),
        cell(0, 1, "支出|元", header=True, col_span=2),
        cell(1, 1, "=1+1", header=True),
        cell(1, 2, "@合计", header=True),
        cell(2, 0, "+办公费<b>&\n第二行", row_span=2),
        cell(2, 1, "-1,234.50", "-1234.50", flags=("low_confidence", "check:I1"), alternatives=("-1,284.50",)),
        cell(2, 2, "59.950%", "59.950", flags=("corrected:c1",)),
        cell(3, 1, "12345678901234567.89", "12345678901234567.89"),
        cell(3, 2, "0205", "205"),
        cell(4, 0, "—"),
        cell(4, 1, "8.00", "8.00", col_span=2),
    )
    table = Table(
        id="t1", form="final.expenditure", title="支出/决算:表[甲]*?" + "很长" * 20, number="公开03表",
        organization="-某局", unit="元", unit_factor=1, pages=(2,), n_rows=5, n_cols=3, header_rows=2,
        notes=("=注：1",), cells=cells,
    )  # fmt: skip
    twin = table.model_copy(update={"id": "t1 ", "cells": (), "n_rows": 0, "notes": (), "header_rows": 0})
    items = (
        Item(table="t1", row=2, col=1, form="final.expenditure", code="0301", name="=办公费", measure="total",
             amount=Decimal("-1234.50"), text="-1,234.50", page=2, box=BOX, flags=("check:I1",)),
        Item(table="t1", row=2, col=2, form="final.expenditure", name="率", measure="rate",
             amount=Decimal("59.950"), text="59.950%", page=2, box=BOX, flags=("corrected:c1",)),
        Item(table="t1", row=4, col=0, form="final.expenditure", name="无", measure="total", amount=None, text="—",
             page=2, box=BOX),
    )  # fmt: skip
    text = "支出1.50万元，其中办公费1.50万元<script>alert(1)</script>。"
    facts = (
        Fact(key="expenditure.total", value=Decimal("15000.00"), unit="元", year=2024, evidence="支出1.50万元", page=1,
             box=BOX, confidence=0.9, method="rule:x"),
        Fact(key="office", value=Decimal("15000.00"), unit="元", subject="某局", evidence="万元，其中办公费1.50万元",
             page=1, box=BOX, confidence=0.5, method="correction:c2"),
    )  # fmt: skip
    at = Pointer(table="t1", row=2, col=1)
    return Report(
        source=Source(file="某局<2024>.pdf", sha256="ab" * 32, media_type="application/pdf", pages=2),
        made_by=MadeBy(gouji="0", engine="none", models=("a", "b"), detector="none", ner=None, settings="0"),
        document=Document(title="青禾县某局2024年度<决算>", organization="青禾县某局", fiscal_year=2024,
                          kind="final_account", published=date(2025, 8, 1)),
        pages=tuple(Page(page=n, width=100, height=200, dpi=100, origin="scan", seals=(BOX,)) for n in (1, 2)),
        tables=(table, twin),
        items=items,
        narrative=(
            Paragraph(kind="heading", text="一、支出*情况*", section=(), pages=(1,), boxes=((0, 0, 50, 10),)),
            Paragraph(kind="paragraph", text=text, section=("一、支出*情况*",), pages=(1,), boxes=((0, 20, 50, 30),)),
            Paragraph(kind="paragraph", text="1. 说明", section=("一、支出*情况*",), pages=(2,),
                      boxes=((0, 99, 9, 109),)),
        ),
        facts=facts,
        checks=(
            Check(rule="I1", status="fail", message="合计应等于各项之和", expected=Decimal("1.00"),
                  actual=Decimal("2.00"), difference=Decimal("1.00"), kind="digit", operands=(at, Pointer(fact=0))),
            Check(rule="I2", status="skipped", message="略", reason="缺表"),
        ),
        suggestions=(Suggestion(cell=at, text="-1,284.50", value=Decimal("-1284.50"), rules=("I1",)),),
        findings=(Finding(code="check.failed", severity="error", message="=合计<不符>", pointers=(at,)),
                  Finding(code="page.blank", severity="info", message="空白", pointers=(Pointer(page=1),))),
    )  # fmt: skip
