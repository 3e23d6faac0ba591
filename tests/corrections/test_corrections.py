from __future__ import annotations

import multiprocessing
from datetime import UTC
from decimal import Decimal
from pathlib import Path

import pytest

from gouji import store
from gouji.config import load_settings
from gouji.corrections import admit, apply, examine, parse_value, read_value
from gouji.errors import ConflictError, InputError, UsageError
from gouji.forms import load_definitions, recognise_forms
from gouji.pipeline import correct
from gouji.records import Cell, Correction, Document, Fact, MadeBy, Page, Pointer, Report, Source, Table
from gouji.zh import parse_number

TITLE = "一般公共预算财政拨款支出决算表"
HEAD = ["科目编码", "科目名称", "合计", "基本支出", "项目支出"]
ROWS = [
    ["201", "一般公共服务支出", "1,860.50", "860.50", "1,000.00"],
    ["20126", "档案事务", "1,860.50", "860.50", "1,000.00"],
    ["208", "社会保障和就业支出", "214.38", "214.33", ""],
    ["", "合计", "2,074.88", "1,074.88", "1,000.00"],
]


def table(
    name: str, rows: list[list[str]], page: int = 1, title: str | None = "一般公共预算财政拨款支出决算表"
) -> Table:
    cells = tuple(
        Cell(
            row=r, col=c, text=text, value=parse_number(text), page=page, box=(c * 90, r * 20, c * 90 + 90, r * 20 + 20)
        )
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    return Table(id=name, title=title, unit="万元", unit_factor=10000, pages=(page,), n_rows=len(rows),
                 n_cols=len(rows[0]), cells=cells)  # fmt: skip


def report(*tables: Table) -> Report:
    fact = Fact(
        key="gpb.expenditure", value=Decimal("20748800"), unit="元", year=2024, evidence="支出2074.88万元", page=2,
        box=(0, 0, 9, 9), confidence=0.9, method="rule:gpb.expenditure",
    )  # fmt: skip
    return Report(
        source=Source(file="a.pdf", sha256="0", media_type="application/pdf", pages=2),
        made_by=MadeBy(gouji="0", engine="none", models=(), detector="none", ner=None, settings="0"),
        document=Document(organization="某县档案馆", fiscal_year=2024, kind="final_account"),
        pages=tuple(Page(page=n, width=600, height=800, dpi=100, origin="scan") for n in (1, 2)),
        tables=recognise_forms(tables or (table("t1", [HEAD, *ROWS]),), load_definitions()),
        facts=(fact,),
    )


def cell_fix(row: int, col: int, old: str, new: str, name: str = "c1") -> Correction:
    target = Pointer(table="t1", row=row, col=col)
    return Correction(id=name, who="甲", kind="cell", target=target, old=old, new=new)


def failing(checked: Report) -> set[str]:
    return {check.rule for check in checked.checks if check.status == "fail"}


class TestChecksAgain:
    def test_corrected_cell_turns_the_sum_right(self) -> None:
        """With the planted digit put right, items and checks follow; the report as read is untouched."""
        settings = load_settings()
        read = report()
        before, _ = correct(read, [cell_fix(3, 3, "214.33", "214.33")], settings)
        after, _ = correct(read, [cell_fix(3, 3, "214.33", "214.38")], settings)
        assert failing(before)
        assert not failing(after)
        item = next(i for i in after.items if (i.row, i.col) == (3, 3))
        assert item.amount == Decimal("2143800")
        assert "corrected:c1" in item.flags
        assert item.confidence == 1
        assert read.tables[0].cells[18].text == "214.33"

    def test_confirmed_cell_is_marked_and_gets_no_suggestion(self) -> None:
        """A reading that a person found right stays, carries who says so, and is not suggested away."""
        after, _ = correct(report(), [cell_fix(3, 3, "214.33", "214.33")], load_settings())
        cell = next(c for c in after.tables[0].cells if (c.row, c.col) == (3, 3))
        assert cell.text == "214.33"
        assert "confirmed:c1" in cell.flags
        assert all((s.cell.row, s.cell.col) != (3, 3) for s in after.suggestions)

    def test_no_correction_no_change(self) -> None:
        """Without corrections the report comes back as it is; checking again makes nothing surer."""
        read = report()
        assert correct(read, [], load_settings())[0] is read
        once, _ = correct(read, [cell_fix(3, 3, "214.33", "214.38")], load_settings())
        twice, _ = correct(once, [cell_fix(1, 1, "一般公共服务支出", "一般公共服务支出", "c2")], load_settings())
        sure = [cell.confidence for cell in once.tables[0].cells]
        assert [cell.confidence for cell in twice.tables[0].cells] == sure

    def test_undone_correction_has_no_effect(self) -> None:
        """An undo is a record of its own: the report is as it was read, the log keeps both."""
        log = [cell_fix(3, 3, "214.33", "214.38"), Correction(id="c2", who="乙", kind="undo", undoes="c1")]
        read = report()
        assert correct(read, log, load_settings())[0] is read

    def test_form_given_by_a_person_gives_items(self) -> None:
        """A table without a title becomes the form that a person names, and loses the one that is taken from it."""
        read = report(table("t1", [HEAD, *ROWS], title=None))
        gave = Correction(id="c1", who="甲", kind="form", target=Pointer(table="t1"), old="", new="final.gpb")
        after, _ = correct(read, [gave], load_settings())
        assert after.tables[0].form == "final.gpb"
        assert after.items
        took, _ = correct(report(), [gave.model_copy(update={"old": "final.gpb", "new": ""})], load_settings())
        assert took.tables[0].form is None
        assert not took.items

    def test_unit_moves_the_items(self) -> None:
        """Another unit of a table multiplies its items."""
        unit = Correction(id="c1", who="甲", kind="unit", target=Pointer(table="t1"), old="万元", new="元")
        after, _ = correct(report(), [unit], load_settings())
        assert after.tables[0].unit_factor == 1
        assert next(i for i in after.items if (i.row, i.col) == (4, 2)).amount == Decimal("2074.88")


class TestFactsAndDocument:
    def test_fact_takes_the_given_value_with_its_origin(self) -> None:
        """A corrected fact says by its method which correction it is from."""
        fix = Correction(id="c7", who="甲", kind="fact", target=Pointer(fact=0), old="20748800", new="20748900")
        given = apply(report(), [fix])
        assert given.facts[0].value == Decimal("20748900")
        assert given.facts[0].method == "correction:c7"

    def test_fact_that_is_none_goes(self) -> None:
        """A fact that the report does not state is left out; the indices as read are told."""
        fix = Correction(id="c1", who="甲", kind="fact", target=Pointer(fact=0), old="20748800", new="")
        given = apply(report(), [fix])
        assert given.facts == ()
        assert given.facts_read == ()

    def test_document_is_corrected(self) -> None:
        """Title, organization and year of the document are corrected without a table in the target."""
        log = [
            Correction(id="c1", who="甲", kind="organization", old="某县档案馆", new="某县档案局"),
            Correction(id="c2", who="甲", kind="year", old="2024", new="2023"),
            Correction(id="c3", who="甲", kind="title", old="", new="2023年度部门决算"),
        ]
        document = apply(report(), log).document
        assert (document.organization, document.fiscal_year) == ("某县档案局", 2023)
        assert document.title == "2023年度部门决算"


class TestSplitAndJoin:
    def test_split_table_becomes_two_and_places_lead_back(self) -> None:
        """The rows from the split on are a table of their own, whose cells know where they stood as read."""
        split = Correction(id="c1", who="甲", kind="split", target=Pointer(table="t1", row=3), new="t1.3")
        fix = cell_fix(3, 3, "214.33", "214.38", "c2")
        given = apply(report(), [split, fix])
        assert [(t.id, t.n_rows) for t in given.tables] == [("t1", 3), ("t1.3", 2)]
        assert given.as_read("t1.3", 0, 3) == ("t1", 3, 3)
        assert next(c for c in given.tables[1].cells if (c.row, c.col) == (0, 3)).text == "214.38"

    def test_joined_table_drops_the_repeated_head_and_its_items_follow(self) -> None:
        """A continued table joins the one before without its repeated head; its sums hold again."""
        first = table("t1", [HEAD, *ROWS[:2]])
        second = table("t2", [HEAD, ["208", "社会保障和就业支出", "214.38", "214.38", ""], ROWS[3]], 2, title=None)
        join = Correction(id="c1", who="甲", kind="join", target=Pointer(table="t2"), new="t1")
        after, given = correct(report(first, second), [join], load_settings())
        assert [(t.id, t.n_rows, t.pages) for t in after.tables] == [("t1", 5, (1, 2))]
        assert given.as_read("t1", 3, 2) == ("t2", 1, 2)
        assert not failing(after)
        assert any(item.row == 4 for item in after.items)

    def test_tables_of_other_widths_are_not_joined(self) -> None:
        """A join that cannot be is refused with its reason, not done by half."""
        read = report(table("t1", [HEAD, *ROWS]), table("t2", [["甲", "乙"], ["1", "2"]], 2))
        join = Correction(id="c1", who="甲", kind="join", target=Pointer(table="t2"), new="t1")
        with pytest.raises(UsageError, match="columns"):
            examine(read, [], join)
        assert apply(read, [join]).stale == (join,)


class TestConflicts:
    def test_second_person_is_told(self) -> None:
        """A draft made of what no longer stands is refused with what stands now."""
        first = cell_fix(3, 3, "214.33", "214.38")
        with pytest.raises(ConflictError) as told:
            admit([first], cell_fix(3, 3, "214.33", "214.35"), "214.33")
        assert told.value.theirs == "214.38"
        admit([first], cell_fix(3, 3, "214.38", "214.35"), "214.33")

    def test_only_the_last_correction_of_a_place_is_taken_back(self) -> None:
        """What another correction stands on stays; what was taken back is not taken back twice."""
        log = [cell_fix(3, 3, "214.33", "214.38"), cell_fix(3, 3, "214.38", "214.35", "c2")]
        undo = Correction(who="甲", kind="undo", undoes="c1")
        with pytest.raises(ConflictError):
            admit(log, undo)
        with pytest.raises(ConflictError):
            admit(
                [*log, Correction(id="c3", who="甲", kind="undo", undoes="c2")],
                undo.model_copy(update={"undoes": "c2"}),
            )

    def test_report_read_anew_leaves_corrections_stale(self) -> None:
        """A correction of a text that is no longer read there has no effect and is told."""
        fix = cell_fix(3, 3, "214.88", "214.38")
        given = apply(report(), [fix])
        assert given.stale == (fix,)
        assert given.tables[0].cells[18].text == "214.33"

    @pytest.mark.parametrize(
        "draft",
        [
            Correction(who="甲", kind="cell", target=Pointer(table="t9", row=0, col=0)),
            Correction(who="甲", kind="cell", target=Pointer(table="t1", row=99, col=0)),
            Correction(who="甲", kind="fact", target=Pointer(fact=5)),
            Correction(who="甲", kind="fact", target=Pointer(fact=0), new="许多"),
            Correction(who="甲", kind="unit", target=Pointer(table="t1"), new="斤"),
            Correction(who="甲", kind="year", new="24"),
            Correction(who="甲", kind="unit", new="元"),
            Correction(who="甲", kind="split", target=Pointer(table="t1", row=0), new="t1.0"),
        ],
    )
    def test_nonsense_is_refused(self, draft: Correction) -> None:
        """A correction of a place that is not there, or to what it cannot be, is refused."""
        with pytest.raises(UsageError):
            examine(report(), [], draft)


def append_many(folder: str, who: str) -> None:
    for n in range(20):
        fix = Correction(who=who, kind="cell", target=Pointer(table="t1", row=n, col=len(who)), old="1", new="2")
        store.add_correction(Path(folder), fix, "1")


class TestLog:
    def test_log_is_only_added_to(self, tmp_path: Path) -> None:
        """Each correction is a line with its own id and time; the lines before stay byte for byte."""
        first = store.add_correction(tmp_path, cell_fix(3, 3, "214.33", "214.38"), "214.33")
        before = (tmp_path / store.CORRECTIONS).read_bytes()
        second = store.add_correction(tmp_path, Correction(who="乙", kind="undo", undoes=first.id))
        assert (tmp_path / store.CORRECTIONS).read_bytes().startswith(before)
        assert store.load_corrections(tmp_path) == (first, second)
        assert (first.id, second.id) == ("c1", "c2")
        assert first.when.tzinfo == UTC

    def test_conflict_leaves_the_log_as_it_was(self, tmp_path: Path) -> None:
        """What is refused is not written."""
        store.add_correction(tmp_path, cell_fix(3, 3, "214.33", "214.38"), "214.33")
        with pytest.raises(ConflictError):
            store.add_correction(tmp_path, cell_fix(3, 3, "214.33", "214.35"), "214.33")
        assert len(store.load_corrections(tmp_path)) == 1

    def test_torn_line_is_written_over_and_a_damaged_one_told(self, tmp_path: Path) -> None:
        """A line that a crash cut off goes; a damaged line before the end is an error, never skipped."""
        store.add_correction(tmp_path, cell_fix(3, 3, "214.33", "214.38"), "214.33")
        path = tmp_path / store.CORRECTIONS
        path.write_bytes(path.read_bytes() + b'{"id": "c2", "wh')
        assert len(store.load_corrections(tmp_path)) == 1
        store.add_correction(tmp_path, cell_fix(3, 3, "214.38", "214.35"), "214.33")
        assert [c.id for c in store.load_corrections(tmp_path)] == ["c1", "c2"]
        path.write_bytes(b"{}\n" + path.read_bytes())
        with pytest.raises(InputError, match="damaged"):
            store.load_corrections(tmp_path)

    def test_two_processes_lose_nothing(self, tmp_path: Path) -> None:
        """Two processes that write at once leave every line, whole, with ids of its own."""
        context = multiprocessing.get_context("spawn")
        workers = [context.Process(target=append_many, args=(str(tmp_path), who)) for who in ("甲", "乙乙")]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert [c.id for c in store.load_corrections(tmp_path)] == [f"c{n}" for n in range(1, 41)]


@pytest.mark.parametrize(
    ("text", "value"), [("1,533.18万元", "15331800"), ("12", "12"), ("3亿元", "300000000"), ("若干", None)]
)
def test_typed_figures_may_carry_a_unit(text: str, value: str | None) -> None:
    """A figure with its unit of money is in 元."""
    assert parse_value(text) == (None if value is None else Decimal(value))


def test_what_is_read_at_a_target() -> None:
    """What stands as read is given as text, "" for nothing."""
    read = report()
    assert read_value(read, [], "cell", Pointer(table="t1", row=1, col=2)) == "1,860.50"
    assert read_value(read, [], "title", Pointer()) == ""
    assert read_value(read, [], "unit", Pointer(table="t1")) == "万元"
    assert read_value(read, [], "year", Pointer()) == "2024"
