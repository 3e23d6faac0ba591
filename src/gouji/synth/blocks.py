"""The narrative as blocks: what the prose writes, the printer prints and the truth keeps."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True)
class Span:
    """A labelled stretch of a block's text, half open; `label` is the NER's."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Stated:
    """A fact that a block states: its key, its value (money in 元), and its clause, verbatim from the text."""

    key: str
    value: Decimal
    unit: str
    evidence: str
    subject: str | None = None
    year: int | None = None


@dataclass(frozen=True)
class Block:
    """One heading (1: part, 2: section, 3: sub-section) or paragraph of the narrative."""

    kind: Literal["heading1", "heading2", "heading3", "paragraph"]
    text: str
    spans: tuple[Span, ...] = ()
    facts: tuple[Stated, ...] = ()
