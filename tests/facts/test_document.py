"""What the report is, from its cover, its headings and its captions."""

from __future__ import annotations

from datetime import date

import pytest

from gouji.facts import Narrative, describe_document
from gouji.records import Document, Line, Table


def cover(*texts: str) -> list[Line]:
    """The lines of a cover."""
    return [Line(text=t, box=(100, 100 * i, 900, 100 * i + 60), confidence=0.9) for i, t in enumerate(texts, 1)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("云砚县水务局2023年度部门决算",), ("云砚县水务局2023年度部门决算", "云砚县水务局", 2023, "final_account")),
        (
            ("2023 年度", "云砚县水务局部门决算"),
            ("2023年度云砚县水务局部门决算", "云砚县水务局", 2023, "final_account"),
        ),
        (("2025年清桐县第三中学单位预算公开",), ("2025年清桐县第三中学单位预算公开", "清桐县第三中学", 2025, "budget")),
        (
            ("霁川市中级人民法院", "2024年部门预算"),
            ("霁川市中级人民法院2024年部门预算", "霁川市中级人民法院", 2024, "budget"),
        ),
        (
            ("柳坞镇人民政府2022年度部门决算公开说明",),
            ("柳坞镇人民政府2022年度部门决算公开说明", "柳坞镇人民政府", 2022, "final_account"),
        ),
    ],
)
def test_cover_says_whose_which_year_and_what(lines: tuple[str, ...], expected: tuple[str, str, int, str]) -> None:
    """Title, organisation, year and kind are read from a cover of one or more lines."""
    found = describe_document(Narrative(()), cover(*lines))
    assert (found.title, found.organization, found.fiscal_year, found.kind) == expected


def test_publication_date_is_read() -> None:
    """A full date on the cover is the day of publication."""
    assert describe_document(Narrative(()), cover("云砚县水务局2023年度部门决算", "2024年9月14日")).published == date(
        2024, 9, 14
    )


def test_captions_help_where_the_cover_is_silent() -> None:
    """Without a title the tables' captions say whose and for which year."""
    table = Table(
        id="t1", title="2023年度收入支出决算总表", organization="禾川县审计局", pages=(1,), n_rows=1, n_cols=1, cells=()
    )
    found = describe_document(Narrative(()), [], [table])
    assert (found.organization, found.fiscal_year, found.kind) == ("禾川县审计局", 2023, "final_account")


@pytest.mark.parametrize(
    "line",
    [
        "注：本表反映部门本年度“三公”经费支出预决算情况",
        "其中，预算数为全年预算数，反映按规定程序调整后的预算",
        "收入支出决算总表自",
        "入支出决算",
    ],
)
def test_notes_and_forms_titles_are_no_title(line: str) -> None:
    """Without a cover neither the note below a form nor what was read of a form's title names the document."""
    table = Table(
        id="t1", title="收入支出决算总表", organization="禾川县审计局", pages=(1,), n_rows=1, n_cols=1, cells=()
    )
    found = describe_document(Narrative(()), cover("单位：万元", line), [table])
    assert (found.title, found.organization, found.kind) == (None, "禾川县审计局", "final_account")


def test_nothing_is_made_up() -> None:
    """An empty document is described by nothing."""
    assert describe_document(Narrative(()), []) == Document()
