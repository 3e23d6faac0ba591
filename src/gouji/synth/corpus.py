"""Labelled text for the NER: paragraphs of fictitious narratives with other names put in and with OCR's noise."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from gouji.errors import OutputError
from gouji.synth.blocks import Block, Span
from gouji.synth.figures import Body
from gouji.synth.invent import invent
from gouji.synth.prose import write_prose
from gouji.synth.slots import Habits, Piece, draw_habits, random_value
from gouji.synth.subjects import synth_data

NOISY = 0.5  # share of paragraphs that get noise
SLIP = 0.012  # share of characters misread in a noisy paragraph
LOST = 0.003
KEPT = 0.35  # share of a narrative's paragraphs that are kept: they resemble each other
EXTRA = 75  # texts of `prose_ner.toml` for each body
BLANK = 0.004
_SLOT = re.compile(r"\{(?P<name>[a-z]+)(?::(?P<label>[A-Z]+))?\}")


@dataclass(frozen=True)
class Labelled:
    """One paragraph with its labelled spans (half open, in characters)."""

    text: str
    spans: tuple[Span, ...]


def write_corpus(out: Path, bodies: int, seed: int) -> tuple[Path, Path]:
    """Writes `train.jsonl` and `dev.jsonl` (every tenth body) to a folder; one {"text", "spans"} object a line.

    Raises:
        OutputError: the folder cannot be written.
    """
    lines: dict[str, list[str]] = {"train": [], "dev": []}
    for number in range(bodies):
        part = "dev" if number % 10 == 9 else "train"
        lines[part] += [_line(paragraph) for paragraph in labelled_paragraphs(seed * 100_000 + number)]
    try:
        out.mkdir(parents=True, exist_ok=True)
        for part, kept in lines.items():
            (out / f"{part}.jsonl").write_text("\n".join(kept) + "\n", "utf-8")
    except OSError as error:
        raise OutputError(f"{out}: cannot be written ({error.strerror}); choose another folder") from error
    return out / "train.jsonl", out / "dev.jsonl"


def _line(paragraph: Labelled) -> str:
    spans = [[span.start, span.end, span.label] for span in paragraph.spans]
    return json.dumps({"text": paragraph.text, "spans": spans}, ensure_ascii=False)


def labelled_paragraphs(seed: int) -> Iterator[Labelled]:
    """All blocks of one body's narrative, renamed and partly noisy; repeatable by seed."""
    rng = random.Random(f"gouji corpus {seed}")
    body = invent(seed, report="budget" if seed % 3 == 0 else "final_account")
    names: dict[str, str] = {}
    blocks = [block for block in write_prose(body, rng) if block.spans and rng.random() < KEPT]
    paragraphs = [_renamed(block, names, rng, body.year) for block in blocks]
    paragraphs += [_extra(body, rng) for _ in range(EXTRA)]
    for paragraph in paragraphs:
        yield _noisy(paragraph, rng) if rng.random() < NOISY else paragraph


def _extra(body: Body, rng: random.Random) -> Labelled:
    """One text of `prose_ner.toml` with random names and figures."""
    data = synth_data("prose_ner")
    habits = draw_habits(body, rng)
    own = invented_body(rng)
    text, spans, at = "", [], 0
    pattern = rng.choice(data["texts"])
    for token in _SLOT.finditer(pattern):
        text += pattern[at : token.start()]
        at = token.end()
        piece = _piece(token["name"], token["label"] or "", own, body, habits, rng)
        lead = len(piece.text) - len(piece.text.lstrip())
        if piece.label:
            spans.append(Span(len(text) + lead, len(text) + len(piece.text.rstrip()), piece.label))
        text += piece.text
    return Labelled(text + pattern[at:], tuple(spans))


def _piece(name: str, label: str, own: str, body: Body, habits: Habits, rng: random.Random) -> Piece:
    year = rng.randint(2017, 2027)
    named = {
        "org": lambda: Piece(own, "ORG"),
        "unit": lambda: Piece(invented_body(rng), "ORG"),
        "project": lambda: Piece(invented_project(rng, year), "PROJECT"),
        "item": lambda: Piece(rng.choice(_items()), "ITEM"),
        "plain": lambda: Piece(rng.choice(synth_data("prose_ner")["plain"])),
        "year": lambda: Piece(f"{year}{rng.choice(['年', '年度', ' 年', ' 年度'])}", "YEAR"),
    }
    return named[name]() if name in named else random_value(name, label, habits, rng)[0]


@cache
def _items() -> tuple[str, ...]:
    """The names of all official subjects."""
    data = synth_data("subjects")
    return tuple(data["functions"].values()) + tuple(data["economic"].values())


def _renamed(block: Block, names: dict[str, str], rng: random.Random, year: int) -> Labelled:
    """The block with invented names in place of its bodies and projects; one body keeps one name."""
    text, spans, at = "", [], 0
    for span in block.spans:
        word = block.text[span.start : span.end]
        if span.label in ("ORG", "PROJECT"):
            made = invented_body(rng) if span.label == "ORG" else invented_project(rng, year)
            word = names.setdefault(word, made)
        text += block.text[at : span.start]
        spans.append(Span(len(text), len(text) + len(word), span.label))
        text += word
        at = span.end
    return Labelled(text + block.text[at:], tuple(spans))


def invented_body(rng: random.Random) -> str:
    """The name of a public body that does not exist."""
    data = synth_data("names")
    pair = [rng.choice(data["place_chars"]), rng.choice(data["place_rare"])]
    rng.shuffle(pair)
    place = "".join(pair) + rng.choice(data["place_ends"])
    return f"{place}{rng.choice(data['offices'])}{rng.choice(data['branches'])}"


def invented_project(rng: random.Random, year: int) -> str:
    """The name of a project, with or without its year, its document's number and its kind of money."""
    data = synth_data("names")
    head = rng.choice(data["project_heads"]).format(
        year=year, last=year - 1, no=rng.randint(1, 400), place=rng.choice(data["place_chars"])
    )
    cores = rng.sample(data["project_cores"], 2 if rng.random() < 0.1 else 1)
    return f"{head}{rng.choice(['及', '和', '与']).join(cores)}{rng.choice(data['project_tails'])}"


def _noisy(paragraph: Labelled, rng: random.Random) -> Labelled:
    """The paragraph as OCR may read it: characters mistaken or lost, blanks put in; spans moved along."""
    twins = {a: b for pair in synth_data("names")["confusions"] for a, b in (pair, pair[::-1])}
    text, places = "", []
    for char in paragraph.text:
        places.append(len(text))
        draw = rng.random()
        if draw < LOST and not char.isdigit():
            continue
        if draw < LOST + SLIP * 4 and char in twins and not (char.isdigit() and draw > LOST + SLIP):
            char = twins[char]
        text += char
        if rng.random() < BLANK:
            text += " "
    places.append(len(text))
    moved = (replace(s, start=places[s.start], end=places[s.end]) for s in paragraph.spans)
    kept = [_trimmed(text, span) for span in moved]
    return Labelled(text, tuple(span for span in kept if span.start < span.end))


def _trimmed(text: str, span: Span) -> Span:
    """The span without blanks at its ends."""
    word = text[span.start : span.end]
    start = span.start + len(word) - len(word.lstrip())
    return replace(span, start=start, end=max(start, span.end - (len(word) - len(word.rstrip()))))


if __name__ == "__main__":
    import sys

    write_corpus(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100, 7)
