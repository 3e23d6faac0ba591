"""The narrative of a fictitious report: texts of `configs/synth/prose*.toml` filled with the body's figures."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gouji.synth.blocks import Block, Span, Stated
from gouji.synth.figures import Body
from gouji.synth.shares import true_function_slots, true_project_slots, true_slots
from gouji.synth.slots import (
    Habits,
    Piece,
    Value,
    draw_habits,
    function_slots,
    phrase_data,
    project_slots,
    random_value,
    slots_of,
)
from gouji.synth.subjects import synth_data

_TOKEN = re.compile(r"\{([@?!]?)([a-z_0-9]+)(?::([A-Z]+))?\}")
_CN = "一二三四五六七八九十"
_PARTS = {
    "final_account": ("部门概况", "{year}部门决算表", "{year}部门决算情况说明", "名词解释"),
    "budget": ("部门概况", "{year}部门预算表", "{year}部门预算情况说明", "名词解释"),
}


class Writer:
    """Fills texts with one body's values; every choice comes from `rng`."""

    def __init__(self, body: Body, rng: random.Random) -> None:
        self.body = body
        self.rng = rng
        self.habits: Habits = draw_habits(body, rng)
        self.known: Mapping[str, Value] = slots_of(body, self.habits, rng) | true_slots(body, self.habits, rng)
        self.values = self.known

    def with_values(self, more: Mapping[str, Value]) -> None:
        """Set the values of the project or function that comes next."""
        self.values = {**self.known, **more}

    def choose(self, texts: Sequence[str]) -> str:
        """One of the texts whose values this body has; "" when there is none."""
        fit = [text for text in texts if self._fits(text)]
        return self.rng.choice(fit) if fit else ""

    def _fits(self, text: str) -> bool:
        for mark, name, label in _TOKEN.findall(text):
            if mark == "!" and name in self.values:
                return False
            if mark in ("", "?") and not label and name not in self.values:
                return False
        return True

    def pieces(self, text: str) -> Iterator[Piece]:
        """The text's stretches, slots filled."""
        at = 0
        for token in _TOKEN.finditer(text):
            yield Piece(text[at : token.start()])
            at = token.end()
            mark, name, label = token.groups()
            if mark == "@":
                yield from self.pieces(self.choose(phrase_data()[name]))
            elif not mark:
                known = self.values.get(name)
                yield from known if known is not None else random_value(name, label, self.habits, self.rng)
        yield Piece(text[at:])

    def block(self, kind: Any, text: str, year: int) -> Block:
        """The block of one text; facts are stated for `year`."""
        pieces = list(self.pieces(text))
        whole = "".join(piece.text for piece in pieces)
        spans, facts, at = [], [], 0
        for piece in pieces:
            lead = len(piece.text) - len(piece.text.lstrip())
            end = at + len(piece.text.rstrip())
            if piece.label and piece.text.strip():
                spans.append(Span(at + lead, end, piece.label))
            clause = _clause(whole, at)
            facts += [Stated(key, value, unit, clause, piece.subject, year) for key, value, unit in piece.states]
            at += len(piece.text)
        return Block(kind, whole, tuple(spans), tuple(facts))


def write_prose(body: Body, rng: random.Random) -> list[Block]:
    """The whole narrative of a report: 概况, 情况说明, 名词解释, with its facts and its labelled spans."""
    writer = Writer(body, rng)
    shared = synth_data("prose")["section"]
    own = synth_data("prose_final" if body.report == "final_account" else "prose_budget")["section"]
    parts = _PARTS[body.report]
    blocks = [writer.block("heading1", f"第一部分  {parts[0]}", body.year)]
    blocks += _sections(writer, [section for section in shared if section["part"] == "overview"])
    blocks.append(writer.block("heading1", f"第二部分  {parts[1]}", body.year))
    blocks.append(writer.block("heading1", f"第三部分  {parts[2]}", body.year))
    blocks += _sections(writer, own)
    blocks.append(writer.block("heading1", f"第四部分  {parts[3]}", body.year))
    blocks += _sections(writer, [section for section in shared if section["part"] == "terms"])
    return blocks


def _sections(writer: Writer, sections: Sequence[Mapping[str, Any]]) -> list[Block]:
    blocks: list[Block] = []
    number = 0
    for section in sections:
        heading = writer.choose(section["heading"])
        if heading:
            blocks.append(writer.block("heading2", f"{_chinese(number + 1)}、{heading}", writer.body.year))
            number += 1
        blocks += _paragraphs(writer, section)
    return blocks


def _paragraphs(writer: Writer, section: Mapping[str, Any]) -> Iterator[Block]:
    year = writer.body.year - (1 if section["id"] == "assets" and writer.body.report == "budget" else 0)
    for values in _rounds(writer, section.get("each", "")):
        writer.with_values(values)
        for texts in section["paragraphs"]:
            text = writer.choose(texts)
            if text:
                yield writer.block("paragraph", text, year)


def _rounds(writer: Writer, each: str) -> list[dict[str, Value]]:
    if each == "project":
        numbered = enumerate(writer.body.projects, 1)
        return [project_slots(p, i, writer.habits) | true_project_slots(p) for i, p in numbered]
    if each == "function":
        rows = [row for row in writer.body.rows if row.gpb or row.gpb_budget]
        pairs = zip(function_slots(writer.body, writer.habits), rows, strict=True)
        return [slots | true_function_slots(row, writer.habits) for slots, row in pairs]
    return [{}]


def _chinese(number: int) -> str:
    """1 → 一, 12 → 十二 (up to 19)."""
    return _CN[number - 1] if number <= 10 else "十" + _CN[number - 11]


def _clause(text: str, at: int) -> str:
    """The part of the text between full stops and semicolons around a position."""
    start = max(text.rfind(stop, 0, at) for stop in "。；") + 1
    ends = [end for end in (text.find(stop, at) for stop in "。；") if end >= 0]
    return text[start : min(ends, default=len(text))].strip()
