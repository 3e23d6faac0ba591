"""Lines to prose: paragraphs whole, headings known, furniture and contents apart, every character's place kept."""

from __future__ import annotations

import pytest

from gouji.facts import Narrative, build_narrative
from gouji.records import Line, Page

EM = 40
LEFT, RIGHT = 160, 160 + 30 * EM


def page(number: int, height: int = 2300) -> Page:
    """A scanned page of 1600 pixels' width."""
    return Page(page=number, width=1600, height=height, dpi=200, origin="scan")


def line(text: str, y: int, x: int = LEFT, confidence: float = 0.99) -> Line:
    """A line of full-width characters of 40 pixels."""
    width = int(sum(EM / 2 if ord(c) < 128 else EM for c in text))
    return Line(text=text, box=(x, y, x + width, y + 44), confidence=confidence, chars=(confidence,) * len(text))


def block(text: str, y: int, columns: int = 30) -> list[Line]:
    """A paragraph as printed: first line indented by two characters, full lines, a last line."""
    first, rest = text[: columns - 2], text[columns - 2 :]
    lines = [line(first, y, LEFT + 2 * EM)]
    return lines + [line(rest[i : i + columns], y + 70 * (1 + i // columns)) for i in range(0, len(rest), columns)]


def texts(narrative: Narrative) -> list[str]:
    """The texts of the passages."""
    return [passage.text for passage in narrative.passages]


LONG = "本单位认真贯彻落实各项工作部署统筹推进年度重点任务" * 3 + "成效明显。"
OTHER = "全年组织业务培训并开展监督检查持续提升服务水平和工作质量" * 2 + "各项任务如期完成。"


def test_indented_lines_begin_paragraphs() -> None:
    """Full lines run on; an indented line begins the next paragraph."""
    assert texts(build_narrative([(page(1), [*block(LONG, 300), *block(OTHER, 800)])])) == [LONG, OTHER]


def test_paragraph_runs_over_the_page_break() -> None:
    """A paragraph whose page ends in mid-sentence goes on at the top of the next page and knows both pages."""
    above, below = block(LONG, 1900), block(LONG, 60)
    pages = [(page(1), [*block(OTHER, 300), *above[:2]]), (page(2), [*below[2:], *block(OTHER, 800)])]
    narrative = build_narrative(pages)
    assert texts(narrative) == [OTHER, LONG, OTHER]
    assert narrative.passages[1].paragraph.pages == (1, 2)


def test_page_numbers_and_running_heads_are_left_out() -> None:
    """A line like "— 3 —", a bare number and a head that comes on every page are furniture, not prose."""
    pages = [
        (page(n), [line("云砚县水务局部门决算", 60), *block(LONG, 400), line(f"— {n} —", 2200, 760)])
        for n in range(1, 5)
    ]
    narrative = build_narrative(pages)
    assert texts(narrative) == [LONG] * 4
    assert len(narrative.furniture) == 8


@pytest.mark.parametrize("number", ["3", "-3-", "— 12 —", "第3页", "第 3 页 共 20 页", "3/20"])
def test_every_way_to_print_a_page_number_is_known(number: str) -> None:
    """A page number at the foot is no prose, however it is printed."""
    assert texts(build_narrative([(page(3), [*block(LONG, 400), line(number, 2200, 760)])])) == [LONG]


def test_contents_with_a_title_are_kept_apart() -> None:
    """The lines under 目录 are the table of contents; the same lines later are headings."""
    toc = [
        line("目  录", 200, 700),
        line("第一部分 部门概况", 300),
        line("一、主要职责", 370),
        line("第二部分 情况说明", 440),
    ]
    body = [line("第一部分 部门概况", 200, 600), line("一、主要职责", 300), *block(LONG, 400)]
    narrative = build_narrative([(page(1), toc), (page(2), body)])
    assert len(narrative.toc) == 4
    assert texts(narrative) == ["第一部分 部门概况", "一、主要职责", LONG]


def test_contents_without_a_title_are_known_by_their_dots() -> None:
    """A page of entries with dot leaders is a table of contents without the word."""
    toc = [line(f"{n}、情况说明之{n}{'.' * 20}{i}", 300 + 70 * i) for i, n in enumerate("一二三四五六", 1)]
    narrative = build_narrative([(page(1), toc), (page(2), block(LONG, 400))])
    assert len(narrative.toc) == 6
    assert texts(narrative) == [LONG]


def test_headings_give_the_section_path() -> None:
    """A paragraph knows the headings above it, outermost first; a new section closes the deeper ones."""
    lines = [
        line("第三部分 情况说明", 200, 600),
        line("五、一般公共预算支出情况说明", 300),
        line("（一）总体情况", 370),
        *block(LONG, 440),
        line("六、基本支出情况说明", 900),
        *block(OTHER, 970),
    ]
    narrative = build_narrative([(page(1), lines)])
    paragraphs = [p.paragraph for p in narrative.passages if p.paragraph.kind == "paragraph"]
    assert paragraphs[0].section == ("第三部分 情况说明", "五、一般公共预算支出情况说明", "（一）总体情况")
    assert paragraphs[1].section == ("第三部分 情况说明", "六、基本支出情况说明")


def test_numbered_item_with_a_figure_is_a_paragraph() -> None:
    """A line like "（一）人员经费401.20万元。" is said, not headed."""
    lines = [*block(LONG, 200), *block("（一）人员经费401.20万元。", 500), *block(OTHER, 700)]
    assert {p.paragraph.kind for p in build_narrative([(page(1), lines)]).passages} == {"paragraph"}


def test_stray_text_of_a_seal_is_dropped() -> None:
    """A few doubtful characters inside a seal's box are no prose."""
    sealed = page(1).model_copy(update={"seals": ((900, 1200, 1300, 1600),)})
    stray = line("县水", 1300, 1000, confidence=0.4)
    assert texts(build_narrative([(sealed, [*block(LONG, 300), stray])])) == [LONG]


def test_range_of_characters_knows_its_page_box_and_confidence() -> None:
    """Evidence of a few characters gets the part of the line that they stand on, and the worst of their confidences."""
    lines = block(LONG, 300)
    doubtful = lines[1].model_copy(update={"chars": (0.5, *lines[1].chars[1:])})
    passage = build_narrative([(page(7), [lines[0], doubtful, *lines[2:]])]).passages[0]
    assert passage.place(29, 31) == (7, (LEFT + EM, 370, LEFT + 3 * EM, 414))
    assert passage.confidence(0, 20) == 0.99
    assert passage.confidence(25, 30) == 0.5


def test_range_over_a_page_break_takes_the_first_page() -> None:
    """The box of evidence that runs over a page break lies on the page where it begins."""
    above, below = block(LONG, 2000), block(LONG, 200)
    passages = build_narrative([(page(1), [*block(OTHER, 300), *above[:1]]), (page(2), below[1:])]).passages
    assert passages[1].place(20, 40)[0] == 1


def test_no_lines_give_no_prose() -> None:
    """An empty page and an empty document are fine."""
    assert build_narrative([]).passages == ()
    assert build_narrative([(page(1), [])]).passages == ()


def test_pieces_of_one_row_are_put_together() -> None:
    """Two pieces of one printed row are one line, left to right."""
    lines = block(LONG, 300)
    left, right = lines[1].text[:10], lines[1].text[10:]
    pieces = [line(right, 372, LEFT + 10 * EM), line(left, 370)]
    assert texts(build_narrative([(page(1), [lines[0], *pieces, *lines[2:]])])) == [LONG]


def test_paragraphs_without_indentation_end_with_a_short_line() -> None:
    """Where no line is indented, a line that leaves room after a full stop ends its paragraph."""
    first = [line(LONG[i : i + 30], 300 + 70 * n) for n, i in enumerate(range(0, len(LONG), 30))]
    second = [line(OTHER[i : i + 30], 800 + 70 * n) for n, i in enumerate(range(0, len(OTHER), 30))]
    assert texts(build_narrative([(page(1), [*first, *second])])) == [LONG, OTHER]


def test_numbered_item_begins_anew_after_a_full_line() -> None:
    """A numbered line flush left after a full line that ends a sentence is a paragraph of its own."""
    full = LONG[:59] + "。"
    first = [line(full[:30], 300), line(full[30:], 370)]
    second = [line("2.公用经费30.00万元。", 440)]
    assert texts(build_narrative([(page(1), [*first, *second])])) == [full, "2.公用经费30.00万元。"]
