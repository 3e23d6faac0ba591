"""The narrative's text for the NER and the facts that it states."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from gouji.synth.corpus import labelled_paragraphs, write_corpus
from gouji.synth.invent import invent
from gouji.synth.prose import write_prose

LABELS = {"ORG", "PROJECT", "ITEM", "MONEY", "PERCENT", "COUNT", "SCORE", "AREA", "YEAR"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_fact_stands_in_its_paragraph(seed: int) -> None:
    """The evidence of each stated fact is found verbatim in the block that states it."""
    for report in ("final_account", "budget"):
        for block in write_prose(invent(seed, report=report), random.Random(seed)):  # type: ignore[arg-type]
            assert all(fact.evidence in block.text for fact in block.facts)


def test_narrative_is_repeatable_and_varied() -> None:
    """The same seed writes the same text, another seed another one."""
    body = invent(5)
    assert write_prose(body, random.Random(1)) == write_prose(body, random.Random(1))
    assert write_prose(body, random.Random(1)) != write_prose(body, random.Random(2))


def test_spans_hold_words_of_their_label() -> None:
    """Spans lie inside the text, don't overlap and begin and end with a printed character, noise or not."""
    seen = set()
    for paragraph in labelled_paragraphs(11):
        end = 0
        for span in sorted(paragraph.spans, key=lambda s: s.start):
            word = paragraph.text[span.start : span.end]
            assert end <= span.start < span.end <= len(paragraph.text)
            assert word == word.strip()
            end = span.end
            seen.add(span.label)
    assert seen <= LABELS
    assert {"ORG", "PROJECT", "MONEY", "YEAR"} <= seen


def test_corpus_is_written_in_two_parts(tmp_path: Path) -> None:
    """Every tenth body is held out; each line is one paragraph with its spans."""
    train, dev = write_corpus(tmp_path, 10, 3)
    lines = [json.loads(line) for path in (train, dev) for line in path.read_text("utf-8").splitlines()]
    assert all(set(line) == {"text", "spans"} for line in lines)
    assert len(train.read_text("utf-8")) > len(dev.read_text("utf-8")) > 0
