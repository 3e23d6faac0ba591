"""What stands around a table: title, number, unit, department above it, notes below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, cast

from gouji.geometry import Box, center, height, overlap_y, union, width
from gouji.records import Line
from gouji.zh import UNITS, normalise, squeeze

Unit = Literal["万元", "元", "亿元", "千元"]
Row = tuple[Line, ...]

MAX_ABOVE = 5  # rows looked at above a table
MAX_NOTES = 10
NEAR = 3.2  # heights of print: what is farther from the table than this is not its caption
_NUMBER = re.compile(
    r"(?:公开|预算公开|决算公开|财决公开|附|预|决)?(?:表\d{1,2}(?:-\d{1,2})?(?!\d)|(?:公开|预算|决算)\d{1,2}(?:-\d)?表|附?表[一二三四五六七八九十]{1,3}$)"
)
_UNIT = re.compile(r"(?:金额)?单位[:：]?(?:人民币)?(亿元|万元|千元|元)")
_ORGANIZATION = re.compile(
    r"(?:编制|公开|填报|预算|申报|主管)?(?:部门|单位)(?:名称)?(?:[（(](?:盖章|公章|签章)[）)])?[:：](.+)"
)
_META = re.compile(
    r"单位[:：]|部门[:：]|部门名称|单位名称|公开\d+表|^[（(]?20\d\d年度?[）)]?$|金额单位|编制日期|填报日期|^表\d|^附表|^附件\d*$"
)
_TITLE = re.compile(r"表(?:[（(].{1,20}[）)])?$|明细表|总表|续表|一览表")
_NUMBERED = re.compile(
    r"^(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[、.．])"
)
_NOTE = re.compile(r"^(?:[（(]?注|备注|说明[:：]|[*＊※]|填表说明|填报说明)")
_FOLIO = re.compile(r"^[-—－–·\s]*(?:第?\d{1,4}页?(?:[/共]\d{1,4}页?)?)[-—－–·\s]*$")


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
    return bool(_FOLIO.match(normalise(line.text).strip()))


def read_caption(frame: Box, lines: Sequence[Line], top: int, bottom: int) -> Caption:
    """The caption of the grid with this frame from the page's lines; `top` and `bottom` bound what belongs to it."""
    between = [line for line in lines if not is_folio(line)]
    above = _rows([line for line in between if top <= center(line.box)[1] < frame[1]])[::-1]
    below = _rows([line for line in between if frame[3] <= center(line.box)[1] < bottom])
    meta, title = _above(frame, above)
    notes = _notes(frame, below)
    text = "  ".join(squeeze(line.text) for row in meta for line in row)
    found_unit = _UNIT.search(text)
    return Caption(
        title="".join(squeeze(line.text) for row in title for line in row) or None,
        number=_number(meta),
        organization=_organization(meta),
        unit=_unit(found_unit.group(1)) if found_unit else None,
        notes=_note_texts(notes),
        lines=tuple(line for row in (*meta, *title, *notes) for line in row),
    )


def _rows(lines: Sequence[Line]) -> list[Row]:
    """Lines that stand side by side, from top to bottom."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: center(line.box)[1]):
        if rows and overlap_y(line.box, rows[-1][-1].box) > 0.5:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [tuple(sorted(row, key=lambda line: line.box[0])) for row in rows]


def _above(frame: Box, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The meta rows and the title's rows (top to bottom) above a table; `rows` come nearest first."""
    meta: list[Row] = []
    floor = frame[1]
    for index, row in enumerate(rows[:MAX_ABOVE]):
        box = union(line.box for line in row)
        if floor - box[3] > NEAR * height(box):
            break
        if _is_meta(row):
            meta.append(row)
        elif _is_title(row, frame):
            return meta, _whole_title(row, rows[index + 1 :], frame)
        else:
            break
        floor = box[1]
    return meta, []


def _is_meta(row: Row) -> bool:
    return bool(any(_META.search(squeeze(line.text)) for line in row))


def _is_title(row: Row, frame: Box) -> bool:
    text = "".join(squeeze(line.text) for line in row)
    if len(text) > 60 or text.endswith(("。", "；", "，", "：")):
        return False
    return bool(_TITLE.search(text)) or (_is_centred(row, frame) and not _NUMBERED.match(text) and "表" in text)


def _is_centred(row: Row, frame: Box) -> bool:
    box = union(line.box for line in row)
    return abs(center(box)[0] - center(frame)[0]) < 0.06 * width(frame) and width(box) < 0.95 * width(frame)


def _whole_title(row: Row, farther: Sequence[Row], frame: Box) -> list[Row]:
    """The title's rows: a centred row of the same size right above belongs to a title too long for one row."""
    title = [row]
    for above in farther[:2]:
        box, own = union(line.box for line in above), union(line.box for line in title[0])
        text = "".join(squeeze(line.text) for line in above)
        same = abs(height(box) - height(own)) < 0.2 * height(own) and own[1] - box[3] < 1.1 * height(own)
        wide = width(box) > 0.7 * width(frame)  # a title is broken only where the line is full
        if not (same and wide and _is_centred(above, frame)) or _NUMBERED.match(text) or _TITLE.search(text):
            break
        title.insert(0, above)
    return title


def _number(meta: Sequence[Row]) -> str | None:
    for row in meta:
        for line in row:
            if found := _NUMBER.search(squeeze(line.text)):
                return found.group(0)
    return None


def _organization(meta: Sequence[Row]) -> str | None:
    """What follows 部门： or 编制单位：, up to the next key of the same line."""
    for row in meta:
        for line in row:
            for part in re.split(r"\s{2,}|(?=金额单位)|(?=单位[:：])|(?=公开\d+表)", normalise(line.text).strip()):
                found = _ORGANIZATION.match(squeeze(part))
                if found and not _UNIT.match(squeeze(part)):
                    return found.group(1)
    return None


def _unit(text: str) -> Unit:
    return cast(Unit, text)  # one of those that _UNIT knows


def _notes(frame: Box, rows: Sequence[Row]) -> list[Row]:
    """The rows of notes right below a table: from 注 on, in small print, closely set."""
    if not rows or not _NOTE.match(squeeze(rows[0][0].text)):
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


def _note_texts(rows: Sequence[Row]) -> tuple[str, ...]:
    """One text a note: a row that starts no new note continues the last."""
    texts: list[str] = []
    for row in rows:
        text = "".join(normalise(line.text).strip() for line in row)
        if not texts or _NOTE.match(squeeze(text)) or _NUMBERED.match(squeeze(text)):
            texts.append(text)
        else:
            texts[-1] += text
    return tuple(texts)
