from __future__ import annotations

from collections.abc import Sequence

import pytest

from gouji.config import load_settings
from gouji.corrections import apply, carry, is_lost
from gouji.pipeline import correct
from gouji.records import Correction, Page, Pointer, Report, Table
from gouji.zh import parse_number
from tests.corrections.test_corrections import HEAD, ROWS, cell_fix, report, table

FIX = cell_fix(3, 3, "214.33", "214.38")
NOTES = [["说明", "214.33"], ["备注", "无"]]


def laid(shown: Table, dx: int = 0, dy: int = 0, times: int = 1) -> Table:
    """The table elsewhere on its page, or on one of other resolution."""
    moved = {cell: tuple(times * (n + d) for n, d in zip(cell.box, (dx, dy) * 2, strict=True)) for cell in shown.cells}
    return shown.model_copy(
        update={"cells": tuple(cell.model_copy(update={"box": box}) for cell, box in moved.items())}
    )


def main_table(name: str = "t1", rows: Sequence[list[str]] = ROWS) -> Table:
    return laid(table(name, [HEAD, *rows]), dy=100)


def with_text(shown: Table, row: int, col: int, text: str) -> Table:
    cells = tuple(
        cell.model_copy(update={"text": text, "value": parse_number(text)}) if (cell.row, cell.col) == (row, col)
        else cell
        for cell in shown.cells
    )  # fmt: skip
    return shown.model_copy(update={"cells": cells})


def texts(read: Report, log: Sequence[Correction]) -> dict[tuple[str, int, int], str]:
    """What persons put in, by where it now stands."""
    return {
        (each.id, cell.row, cell.col): cell.text
        for each in apply(read, log).tables
        for cell in each.cells
        if any(flag.startswith(("corrected:", "confirmed:")) for flag in cell.flags)
    }


BEFORE = report(main_table())


class TestCells:
    def test_follow_their_table_under_another_name(self) -> None:
        """A table found before it shifts the names; the correction goes with its cell, not to one that looks alike."""
        twin = laid(table("t1", [HEAD, ["214.33"] * 5, ["214.33"] * 5, ["214.33"] * 5], title="另表"), dy=400)
        now = report(twin, main_table("t2"))
        assert texts(now, carry([FIX], BEFORE, now)) == {("t2", 3, 3): "214.38"}

    def test_follow_their_row(self) -> None:
        """A heading now read as the table's first row shifts all rows; the places on the page tell which is which."""
        now = report(laid(table("t1", [["单位：万元", "", "", "", ""], HEAD, *ROWS]), dy=80))
        assert texts(now, carry([FIX], BEFORE, now)) == {("t1", 4, 3): "214.38"}

    def test_are_found_by_their_names_where_the_page_lies_otherwise(self) -> None:
        """Turned upright otherwise, the page has its cells elsewhere; row and column say which is meant."""
        now = report(laid(main_table(), dx=70, dy=310))
        assert texts(now, carry([FIX], BEFORE, now)) == {("t1", 3, 3): "214.38"}

    def test_are_found_at_another_resolution(self) -> None:
        """Boxes are compared as parts of the page."""
        pages = tuple(Page(page=n, width=1200, height=1600, dpi=200, origin="scan") for n in (1, 2))
        now = report(laid(main_table("t5", [[*row[:1], "？", *row[2:]] for row in ROWS]), times=2))
        now = now.model_copy(update={"pages": pages})
        assert texts(now, carry([FIX], BEFORE, now)) == {("t5", 3, 3): "214.38"}

    def test_become_confirmations_where_the_reading_caught_up(self) -> None:
        """What the person put in is now read: their word stands for it, however it is written."""
        now = report(with_text(main_table(), 3, 3, "0,214.380"[2:]))
        (kept,) = carry([FIX], BEFORE, now)
        assert (kept.old, kept.new) == ("214.380", "214.380")
        assert "confirmed:c1" in correct(now, [kept], load_settings())[0].tables[0].cells[18].flags

    def test_second_correction_stays_where_the_first_is_read_now(self) -> None:
        """Of two corrections of a cell the one that the reading made up for no longer changes anything."""
        again = cell_fix(3, 3, "214.38", "214.39", "c2")
        now = report(with_text(main_table(), 3, 3, "214.38"))
        assert texts(now, carry([FIX, again], BEFORE, now)) == {("t1", 3, 3): "214.39"}

    @pytest.mark.parametrize(
        "now",
        [
            report(with_text(main_table(), 3, 3, "274.33")),
            report(main_table(rows=ROWS[:2])),
            report(laid(main_table(), dy=20)),
            report(main_table()).model_copy(update={"tables": (), "pages": ()}),
            report(main_table()).model_copy(update={"source": BEFORE.source.model_copy(update={"sha256": "1"})}),
        ],
        ids=["a third text", "no such row", "place and names disagree", "page not read", "another file"],
    )
    def test_lost_ones_stay_in_the_log_and_change_nothing(self, now: Report) -> None:
        """Where the cell is not found with the same text, the correction is told as stale and put nowhere else."""
        log = carry([FIX], BEFORE, now)
        assert [(each.id, each.old, each.new, is_lost(each)) for each in log] == [("c1", "214.33", "214.38", True)]
        assert apply(now, log).stale == log
        assert texts(now, log) == {}
        assert carry(log, now, BEFORE) == log

    def test_what_was_taken_back_stays_taken_back(self) -> None:
        """The log keeps its length, its ids and its undos; one that was taken back does not come back."""
        undo = Correction(id="c2", who="甲", kind="undo", undoes="c1")
        now = report(main_table("t4"))
        log = carry([FIX, undo], BEFORE, now)
        assert log == (FIX.model_copy(update={"target": log[0].target}), undo)
        assert log[0].target.table == "t4"
        assert texts(now, log) == {}


def said(kind: str, target: Pointer, old: str, new: str, name: str) -> Correction:
    return Correction.model_validate({"id": name, "who": "甲", "kind": kind, "target": target, "old": old, "new": new})


class TestOthers:
    def test_split_and_what_is_said_of_its_part(self) -> None:
        """A split goes with its row, a title with the part that the split made, under their new names."""
        log = [
            said("split", Pointer(table="t1", row=3), "", "t1.3", "c1"),
            said("title", Pointer(table="t1.3"), "", "另一张表", "c2"),
        ]
        now = report(laid(table("t7", [["单位：万元", "", "", "", ""], HEAD, *ROWS]), dy=80))
        given = apply(now, carry(log, BEFORE, now))
        assert [(each.id, each.title) for each in given.tables][1] == ("t7.4", "另一张表")
        assert given.stale == ()

    def test_join_goes_with_both_tables(self) -> None:
        """Both tables are found again, or the join is lost."""
        second = table("t2", [HEAD, ["210", "卫生健康支出", "1.00", "1.00", ""]], 2)
        before = report(main_table(), second)
        log = [said("join", Pointer(table="t2"), "", "t1", "c1")]
        now = report(main_table("t3"), second.model_copy(update={"id": "t4"}))
        (only,) = apply(now, carry(log, before, now)).tables
        assert only.pages == (1, 2)
        assert all(map(is_lost, carry(log, before, report(second))))

    def test_facts_go_by_what_they_say(self) -> None:
        """A fact is found by its key, subject, year and page, wherever it stands in the list."""
        other = BEFORE.facts[0].model_copy(update={"key": "staff.total", "unit": "人"})
        now = BEFORE.model_copy(update={"facts": (other, BEFORE.facts[0])})
        log = [said("fact", Pointer(fact=0), "20748800", "20748000", "c1")]
        assert [str(fact.value) for fact in apply(now, carry(log, BEFORE, now)).facts] == ["20748800", "20748000"]
        twice = BEFORE.model_copy(update={"facts": (*BEFORE.facts, *BEFORE.facts)})
        assert all(map(is_lost, carry(log, BEFORE, twice)))

    @pytest.mark.parametrize(("read", "stale"), [(2024, False), (2023, False), (2019, True), (None, True)])
    def test_document_goes_by_what_was_read(self, read: int | None, stale: bool) -> None:
        """The year that a person put right stays where the same or the right one is read, else it is told."""
        log = [said("year", Pointer(), "2024", "2023", "c1")]
        now = BEFORE.model_copy(update={"document": BEFORE.document.model_copy(update={"fiscal_year": read})})
        given = apply(now, carry(log, BEFORE, now))
        assert (bool(given.stale), given.document.fiscal_year) == (stale, read if stale else 2023)
