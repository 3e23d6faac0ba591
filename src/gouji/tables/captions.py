"""What stands around a table: title, number, unit, department above it, notes below it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, cast

from gouji.geometry import Box, center, height, overlap_y, union, width
from gouji.records import Line
from gouji.zh import UNITS, is_page_number, normalise, squeeze

Unit = Literal["万元", "元", "亿元", "千元"]
Row = tuple[Line, ...]

MAX_ABOVE = 5  # rows looked at above a table
MAX_NOTES = 10
SENTENCE_ROWS = 3  # rows over which a note's first sentence may run
NEAR = 3.2  # heights of print: what is farther from the table than this is not its caption
_NUMBER = re.compile(
    r"(?:省|市|县|区)?(?:级|直)?(?:部门|单位)?(?:预算|决算|财决|财预)?公开\d{1,2}(?:-\d{1,2})?表(?:附表)?"
    r"|(?:省级|市级|县级|区级|部门|单位)?(?:预算|决算|财决|财预|预|决|附)\d{1,2}(?:-\d)?表|(?:省级|市级|县级|区级)\d{1,2}表"
    r"|(?:部门|单位)?(?:预算|决算)?公开表\d{1,2}(?:-\d{1,2})?(?![\d表])|附?表[:：]?\d{1,2}(?:-\d{1,2})?(?!\d)"
    r"|附?表[一二三四五六七八九十]{1,3}(?![一-龥])|附?表[（(][一二三四五六七八九十\d]{1,3}[）)]"
    r"|^附件\d{0,2}(?:-\d{1,2})?(?=[：:]|$)"
)
_MONEY = r"(亿元|万元|千元|元)"
_UNIT = re.compile(
    rf"[（(]?(?:金额|计量|货币)?单位[:：]?(?:人民币[:：]?)?{_MONEY}(?:[（(][^（）()]*[）)])?[）)]?|^[（(]?金额[:：]{_MONEY}[）)]?$"
    rf"|[（(](?:人民币)?{_MONEY}[）)]$"
)
_COMMON_UNIT = re.compile(
    r"^[（(]?(?:本套|全部|以下|各|本)?(?:报表|表格|表)?(?:统一)?(?:金额|计量)?单位(?:均|统一)?[:：为]{1,2}(?:人民币)?"
    rf"[“\"]?{_MONEY}[”\"]?[）)。]?$"
)
_ORGANIZATION = re.compile(
    r"(?:编制|公开|填报|预算|申报|主管|汇总)?(?:部门|单位)(?:[/／、](?:部门|单位)|[（(](?:部门|单位)[）)])?(?:(?:编码|代码)[及和])?(?:名称)?"
    r"(?:[（(](?:盖章|公章|签章)[）)])?[:：](.+)"
)
_OWN_CODE = re.compile(r"^(?:[\[［【（(]?\d{3,9}[\]］】）)]?[-—]?)(?=[^\d])")
_META = re.compile(
    r"单位[:：]|部门[:：]|部门名称|单位名称|名称[:：]|金额单位|编制日期|填报日期|^[（(]?20\d\d年?度?[）)]?$"
    r"|^20\d\d年\d{1,2}月\d{1,2}日$"
)
_TITLE = re.compile(r"表(?:[（(].{1,20}[）)])?$|明细表|总表|续表|一览表")
_UNCALLED_TITLE = re.compile(r"(?:情况|明细|汇总|一览)(?:[（(].{1,20}[）)])?$")
_BROKEN_OFF = re.compile(
    r"(?:财政拨款|(?<!部门)(?<!单位)[预决]算|资金|经费|支出|收入|收支|绩效|项目|年度?|“三公”|[、和及与的])$"
)
_NUMBERING = re.compile(
    r"^(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[、.．])"
)
_NOTE = re.compile(r"^(?:[（(]?注|备注|(?:特别|有关|情况)?说明[:：]|[*＊※]|填表说明|填报说明)")
_OF_TABLE = re.compile(r"^(?:\d{1,2}[.．、])?本表|本表(?:无数据|没有数据|为空|是空表|无内容|无数字)")
_CONTINUED = re.compile(r"^[（(]?(?:续表?|接上[表页]|续上[表页]|续前表)[）)]?$")


@dataclass(frozen=True)
class Caption:
    """What was found around one grid; `lines` are the lines it used up, `title_rows` how many rows the title took."""

    title: str | None = None
    number: str | None = None
    organization: str | None = None
    unit: Unit | None = None
    notes: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()

    @property
    def unit_factor(self) -> int | None:
        """What turns a printed amount into 元."""
        return UNITS[self.unit] if self.unit else None


def is_folio(line: Line) -> bool:
    """Whether the line is a page number."""
    return is_page_number(line.text)


def is_passing(line: Line) -> bool:
    """Whether the line is no text of the document: a page number, 续表 by itself, or a stray mark of one character."""
    text = squeeze(line.text)
    return len(text) <= 1 or is_page_number(text) or bool(_CONTINUED.match(text))


def read_caption(frame: Box, lines: Sequence[Line], top: int, bottom: int) -> Caption:
    """The caption of the grid with this frame from the page's lines; `top` and `bottom` bound what belongs to it."""
    between = [line for line in lines if not is_folio(line)]
    above = _rows([line for line in between if top <= center(line.box)[1] < frame[1]])[::-1]
    below = _rows([line for line in between if frame[3] <= center(line.box)[1] < bottom])
    meta, title = _above(frame, above)
    notes = _notes(frame, below)
    words = [squeeze(line.text) for line in (*meta, *title)]
    unit = next((said for text in words if (said := said_unit(text))), None)
    heading = [line for line in title if _NUMBERING.match(squeeze(line.text))]  # stays a heading of the prose
    return Caption(
        title="".join(_bare_title(line) for line in title) or None,
        number=next((found.group(0) for text in words if (found := _NUMBER.search(text))), None),
        organization=_organization(meta),
        unit=unit,
        notes=_note_texts(notes),
        lines=tuple(line for line in (*meta, *title, *(line for row in notes for line in row)) if line not in heading),
    )


def said_unit(text: str) -> Unit | None:
    """The unit that a squeezed line of a caption says; None when it says none."""
    found = _UNIT.search(text)
    return cast(Unit, next(filter(None, found.groups()))) if found else None


def common_unit(lines: Iterable[Line]) -> Unit | None:
    """The unit that a line by itself gives for all tables (on their cover page, say); None without one, or with two."""
    said = {found.group(1) for line in lines if (found := _COMMON_UNIT.search(squeeze(line.text)))}
    return cast(Unit, said.pop()) if len(said) == 1 else None


def _bare_title(line: Line) -> str:
    """The line without table number, unit and a heading's numbering."""
    text = squeeze(line.text)
    for part in (_UNIT, _NUMBER, _NUMBERING):
        text = part.sub("", text)
    return text.strip("：:")


def _rows(lines: Sequence[Line]) -> list[Row]:
    """Lines that stand side by side, from top to bottom."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: center(line.box)[1]):
        if rows and overlap_y(line.box, rows[-1][-1].box) > 0.5:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [tuple(sorted(row, key=lambda line: line.box[0])) for row in rows]


def _above(frame: Box, rows: Sequence[Row]) -> tuple[list[Line], list[Line]]:
    """The meta lines and the title's lines (top to bottom) above a table; `rows` come nearest first.

    One row of other words (a name, a date) may stand between the title and the table.
    """
    meta: list[Line] = []
    passed: list[Line] = []
    floor = frame[1]
    for index, row in enumerate(rows[:MAX_ABOVE]):
        box = union(line.box for line in row)
        if floor - box[3] > NEAR * height(box):
            break
        title = [line for line in row if _is_title(line, frame)]
        if title:
            meta += [line for line in row if line not in title] + passed
            whole = _whole_title(title, rows[index + 1 :], frame)
            return meta + _number_above(whole, rows), whole
        if any(_is_meta(line) for line in row):
            meta += row
        elif passed or not _is_short(row):
            break
        else:
            passed += row
        floor = box[1]
    return meta, []


def _number_above(title: Sequence[Line], rows: Sequence[Row]) -> list[Line]:
    """The lines of the row right above the title when they are its number or unit."""
    top, size = min(line.box[1] for line in title), height(title[0].box)
    row = next((row for row in rows if row[0].box[3] <= top), None)
    if row is None or top - row[0].box[3] > NEAR * size or not all(_is_meta(line) for line in row):
        return []
    return list(row)


def _is_meta(line: Line) -> bool:
    text = squeeze(line.text)
    return bool(_META.search(text) or _UNIT.search(text)) or (bool(_NUMBER.search(text)) and not _NUMBER.sub("", text))


def _is_short(row: Row) -> bool:
    text = "".join(squeeze(line.text) for line in row)
    return len(text) <= 30 and not text.endswith(("。", "；", "，")) and not _NUMBERING.match(text)


def _is_title(line: Line, frame: Box) -> bool:
    text = squeeze(line.text)
    bare = _bare_title(line)
    if not bare or len(text) > 60 or text.endswith(("。", "；", "，", "：")) or _ORGANIZATION.match(text):
        return False
    if _TITLE.search(bare):
        return True
    called = "表" in bare or bool(_UNCALLED_TITLE.search(bare))
    return called and _is_centred((line,), frame) and not _NUMBERING.match(text)


def _is_centred(row: Row, frame: Box) -> bool:
    box = union(line.box for line in row)
    return abs(center(box)[0] - center(frame)[0]) < 0.06 * width(frame) and width(box) < 0.95 * width(frame)


def _whole_title(title: list[Line], farther: Sequence[Row], frame: Box) -> list[Line]:
    """The title's lines: a full, centred row of the same size right above belongs to a title too long for one row."""
    whole = list(title)
    for above in farther[:2]:
        box, own = union(line.box for line in above), union(line.box for line in whole)
        text = "".join(squeeze(line.text) for line in above)
        size = height(title[0].box)
        same = abs(height(box) - size) < 0.2 * size and own[1] - box[3] < 1.1 * size
        # A title is broken where the line is full, or where its words plainly go on.
        broken = width(box) > 0.7 * width(frame) or bool(_BROKEN_OFF.search(text))
        if not (same and broken and _is_centred(above, frame)) or _NUMBERING.match(text) or _TITLE.search(text):
            break
        whole = [*above, *whole]
    return whole


def _organization(meta: Sequence[Line]) -> str | None:
    """What follows 部门： or 编制单位：, up to the next key of the same line."""
    for line in meta:
        for part in re.split(r"\s{2,}|(?=金额单位)|(?=单位[:：])|(?=公开\d+表)", normalise(line.text).strip()):
            found = _ORGANIZATION.match(squeeze(part))
            if found and not _UNIT.match(squeeze(part)):
                return _OWN_CODE.sub("", found.group(1))
    return None


def _notes(frame: Box, rows: Sequence[Row]) -> list[Row]:
    """The rows of notes right below a table: from 注 on, in small print, closely set."""
    if not rows or not _is_note(rows):
        return []
    first = union(line.box for line in rows[0])
    if first[1] - frame[3] > NEAR * height(first):
        return []
    notes = [rows[0]]
    for before, row in pairwise(rows[:MAX_NOTES]):
        box, last = union(line.box for line in row), union(line.box for line in before)
        loose = box[1] - last[3] > 1.1 * height(first) or height(box) > 1.25 * height(first)
        if loose or re.match(r"^(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]{1,3}、)", squeeze(row[0].text)):
            break
        notes.append(row)
    return notes


def _is_note(rows: Sequence[Row]) -> bool:
    """Whether a note begins here: it is called one, or its first sentence speaks of 本表."""
    if _NOTE.match(squeeze(rows[0][0].text)):
        return True
    sentence = "".join(squeeze(line.text) for row in rows[:SENTENCE_ROWS] for line in row).partition("。")[0]
    return bool(_OF_TABLE.search(sentence))


def _note_texts(rows: Sequence[Row]) -> tuple[str, ...]:
    """One text a note: a row that starts no new note continues the last."""
    texts: list[str] = []
    for row in rows:
        text = "".join(normalise(line.text).strip() for line in row)
        if not texts or _NOTE.match(squeeze(text)) or _NUMBERING.match(squeeze(text)):
            texts.append(text)
        else:
            texts[-1] += text
    return tuple(texts)
