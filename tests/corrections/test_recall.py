from __future__ import annotations

from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gouji.config import load_settings
from gouji.pipeline import correct
from gouji.recall import Recall
from gouji.records import Correction, Pointer, Report, Table
from tests.corrections.test_corrections import HEAD, ROWS, report, table

SETTINGS = load_settings()
OTHER = [["201", "一般公共服务支出", "1,860.50", "860.50", "1,000.00"], ["", "合计", "1,860.50", "860.50", "1,000.00"]]
KINDS = ("cell", "cell", "cell", "unit", "form", "split", "year", "undo")
TEXTS = ("", "860.50", "214.33", "214.38", "1,860.50", "1,074.83", "2,074.83", "12", "无", "208", "20805")


def bound() -> Report:
    """Two bodies' forms in one report, one of them torn over two tables, and a table that is no form."""
    tables = (
        table("t1", [HEAD, *ROWS[:3]]),
        table("t2", [HEAD, ROWS[3]], 2),
        table("t3", [HEAD, *OTHER], 2),
        table("t4", [["甲", "乙"], ["1", "2"]], 2, "说明"),
    )
    return correct(report(*tables), [confirmation("t4", 1, 0, "1")], SETTINGS)[0]


def confirmation(name: str, row: int, col: int, text: str) -> Correction:
    target = Pointer(table=name, row=row, col=col)
    return Correction(id="c0", who="甲", kind="cell", target=target, old=text, new=text)


def cells_of(read: Report) -> list[tuple[Table, int]]:
    return [(each, i) for each in read.tables for i in range(len(each.cells))]


READ = bound()
CELLS = cells_of(READ)


@st.composite
def logs(draw: st.DrawFn) -> list[Correction]:
    """Corrections of cells, of what is said of tables, of a split and of the year; some are taken back."""
    log: list[Correction] = []
    for number in range(draw(st.integers(1, 6))):
        name, kind = (
            f"c{number}",
            draw(st.sampled_from(KINDS)),
        )
        where, at = draw(st.sampled_from(CELLS))
        cell = where.cells[at]
        if kind == "undo" and log:
            log.append(Correction(id=name, who="甲", kind="undo", undoes=draw(st.sampled_from(log)).id))
        elif kind == "unit":
            unit = draw(st.sampled_from(("元", "万元")))
            log.append(Correction(id=name, who="甲", kind="unit", target=Pointer(table=where.id), old="万元", new=unit))
        elif kind == "form":
            log.append(Correction(id=name, who="甲", kind="form", target=Pointer(table=where.id), old=where.form or ""))
        elif kind == "split":
            place = Pointer(table=where.id, row=max(1, cell.row))
            log.append(Correction(id=name, who="甲", kind="split", target=place, new=f"{where.id}.{place.row}"))
        elif kind == "year":
            log.append(Correction(id=name, who="甲", kind="year", old="2024", new="2023"))
        else:
            place = Pointer(table=where.id, row=cell.row, col=cell.col)
            text = draw(st.sampled_from(TEXTS))
            log.append(Correction(id=name, who="甲", kind="cell", target=place, old=cell.text, new=text))
    return log


class TestRecall:
    @given(logs())
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_report_corrected_step_by_step_equals_one_corrected_at_once(self, log: list[Correction]) -> None:
        """What is kept from decision to decision never shows: each state is that of a run without memory."""
        recall = Recall()
        for upto in range(1, len(log) + 1):
            assert correct(READ, log[:upto], SETTINGS, recall) == correct(READ, log[:upto], SETTINGS)

    def test_table_that_no_correction_touches_stays_the_same_record(self) -> None:
        """A decision makes only its own table anew."""
        recall = Recall()
        logs = [confirmation("t1", 1, 2, text) for text in ("1,860.50", "1,860.51")]
        first, second = (correct(READ, [each], SETTINGS, recall)[0] for each in logs)
        assert [a is b for a, b in zip(first.tables, second.tables, strict=True)][3]

    @pytest.mark.parametrize("given", [("a", (1, "b")), (None, frozenset({"a"}))])
    def test_equal_values_are_the_same(self, given: tuple[object, ...]) -> None:
        """Text, numbers and sets are told by their value."""
        recall, made = Recall(), []
        for _ in range(2):
            recall(partial(made.append, 1), *given)
            recall.turn()
        assert made == [1]

    def test_what_a_run_did_not_ask_for_is_forgotten(self) -> None:
        """Memory holds no more than the last run and this one."""
        recall, made = Recall(), []
        recall(partial(made.append, 1), "a")
        recall.turn()
        recall.turn()
        recall(partial(made.append, 1), "a")
        assert made == [1, 1]
