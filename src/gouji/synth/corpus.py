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
SHORT_BODIES, OTHER_BODIES, TWO_PLACES = 0.12, 0.14, 0.15  # shares of names of such shapes
TWO_CORES = 0.1  # share of projects that are two in one
_FIGURES = (
    ("MONEY", r"-?\d[\d,，]*(?:\.\d+)? ?(?:万元|亿元|元)"),
    ("PERCENT", r"-?\d[\d,]*(?:\.\d+)? ?%"),
    ("AREA", r"\d[\d,]*(?:\.\d+)? ?(?:万?平方米|㎡)"),
    ("SCORE", r"\d+(?:\.\d+)?(?= ?分(?![局院公类]))"),
    ("COUNT", r"\d[\d,]*(?= ?(?:个|人次|人|名|辆|批次|批|台|次(?!数)|家|件))"),
    ("YEAR", r"20\d\d ?年度?"),
)
_FIGURE = re.compile("|".join(f"(?P<{label}>(?<![\\d.A-Za-z]){form})" for label, form in _FIGURES))
_THRESHOLD = re.compile(r"(?:（[^）]{0,12}）)?(?:及)?以[上下内]|（含")
_ITEM_END = re.compile(r"(?:支出|费|缴费|补贴|奖金|工资|公积金|运行|事务|离退休|单位医疗|补助|费用)$")
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
    for paragraph in map(complete, paragraphs):
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


def complete(paragraph: Labelled) -> Labelled:
    """The paragraph with the figures and the 科目 labelled that stand in its text outside the spans it has."""
    taken = [(span.start, span.end) for span in paragraph.spans]
    found = []
    for match in [*_item_names().finditer(paragraph.text), *_FIGURE.finditer(paragraph.text)]:
        label = match.lastgroup or "ITEM"
        if any(a < match.end() and match.start() < b for a, b in taken) or _is_threshold(paragraph.text, match, label):
            continue
        taken.append(match.span())
        found.append(Span(*match.span(), label))
    return replace(paragraph, spans=tuple(sorted([*paragraph.spans, *found], key=lambda span: span.start)))


def _is_threshold(text: str, match: re.Match[str], label: str) -> bool:
    """Whether the amount only bounds others ("单价50万元以上")."""
    return label == "MONEY" and bool(_THRESHOLD.match(text, match.end()))


@cache
def _item_names() -> re.Pattern[str]:
    """All names of 科目 that can hardly mean anything else, longest first."""
    named = {name for name in _items() if len(name) > 2 and _ITEM_END.search(name)}
    names = sorted(named | set(synth_data("names")["item_aliases"]), key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(map(re.escape, names))})(?!用)")


def _piece(name: str, label: str, own: str, body: Body, habits: Habits, rng: random.Random) -> Piece:
    year = rng.randint(2017, 2027)
    named = {
        "org": lambda: Piece(own, "ORG"),
        "unit": lambda: Piece(invented_body(rng), "ORG"),
        "project": lambda: Piece(invented_project(rng, year), "PROJECT"),
        "item": lambda: Piece(rng.choice(_items()), "ITEM"),
        "class": lambda: Piece(rng.choice(_classes()), "ITEM"),
        "plain": lambda: Piece(rng.choice(synth_data("prose_ner")["plain"])),
        "verb": lambda: Piece(_verb(rng)),
        "k": lambda: Piece(rng.choice([str(rng.randint(1, 12)), "一二三四五六七八九"[rng.randint(0, 8)]])),
        "year": lambda: Piece(f"{year}{rng.choice(['年', '年度', ' 年', ' 年度'])}", "YEAR"),
    }
    return named[name]() if name in named else _figure(name, label, habits, rng)


def _figure(name: str, label: str, habits: Habits, rng: random.Random) -> Piece:
    """A figure of a label: as the office writes it, or whole, none, large."""
    draw = rng.random()
    if label == "MONEY" and draw < 0.24:
        whole = f"{rng.randint(1, 9_999)}{rng.choice(['万元', '元'])}"
        return Piece(
            rng.choice(["0万元", "0.00万元", "0元", whole, whole, f"{rng.randint(101, 9_999) / 100}亿元"]), label
        )
    if label == "PERCENT" and draw < 0.4:
        return Piece(f"{rng.randint(0, 1_000) / 10:.{rng.choice([0, 1])}f}%", label)
    if label == "SCORE":
        return Piece(str(rng.choice([rng.randint(1, 100), rng.randint(7_000, 10_000) / 100])), label)
    if label == "AREA":
        return Piece(f"{rng.randint(200, 900_000) / 10}平方米", label)
    return random_value(name, label, habits, rng)[0]


def _verb(rng: random.Random) -> str:
    """What a body does, about a topic."""
    data = synth_data("prose_ner")
    return re.sub(r"\{plain\}", lambda _: str(rng.choice(data["plain"])), rng.choice(data["verb"]))


@cache
def _classes() -> tuple[str, ...]:
    """The functional classes without their ending, as they stand before "（类）支出"."""
    functions = synth_data("subjects")["functions"]
    return tuple(name.removesuffix("支出") for code, name in functions.items() if len(code) == 3)


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
    draw = rng.random()
    if draw < SHORT_BODIES:
        return f"{rng.choice(data['short_places'])}{rng.choice(data['offices'])}"
    if draw < SHORT_BODIES + OTHER_BODIES:
        return str(rng.choice(data["other_bodies"])).format(place=_place(rng))
    above = _place(rng) if rng.random() < TWO_PLACES else ""
    return f"{above}{_place(rng)}{rng.choice(data['offices'])}{rng.choice(data['branches'])}"


def _place(rng: random.Random) -> str:
    """The name of a place that does not exist."""
    data = synth_data("names")
    pair = [rng.choice(data["place_chars"]), rng.choice(data["place_rare"])]
    rng.shuffle(pair)
    return "".join(pair) + str(rng.choice(data["place_ends"]))


def invented_project(rng: random.Random, year: int) -> str:
    """The name of a project, with or without its year, its document's number and its kind of money."""
    data = synth_data("names")
    head = rng.choice(data["project_heads"]).format(
        year=year, last=year - 1, next=year + 1, no=rng.randint(1, 400), k=rng.choice("一二三"), place=_place(rng)[:2]
    )
    cores = rng.sample(data["project_cores"], 2 if rng.random() < TWO_CORES else 1)
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
