"""The recogniser on real prose labelled by hand: `python benchmarks/entities.py [RUN_FOLDER ...]`.

The labels are offsets in the paragraphs of the bench's documents (`tests/facts/bench_labels.json`); the text is read
from the bench itself (GOUJI_BENCH, or `../shared/bench` beside the checkout). A run folder holds a report read from a
scan of one of them, `<document>.<level>/report.json`: its entities are compared along the alignment of the two texts.
Prints how long spaCy takes to import and the model to load, then precision, recall and F1 of exact spans by label.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path

from benchmarks.wordings import loading
from gouji.config import load_settings
from gouji.facts.ner import Recogniser, load_recogniser

ROOT = Path(__file__).parent.parent
LABELS = ROOT / "tests" / "facts" / "bench_labels.json"
Span = tuple[int, int, str]  # start and end among the document's characters that are no white space, label


def bench_folder() -> Path | None:
    """Where the bench's documents are; None where it is not."""
    folder = Path(os.environ.get("GOUJI_BENCH", ROOT.parent / "shared" / "bench")) / "scans"
    return folder if folder.is_dir() else None


def joined(paragraphs: Iterable[tuple[str, Iterable[tuple[int, int, str]]]]) -> tuple[str, set[Span]]:
    """The paragraphs' text without white space, and their spans in it."""
    text, spans = "", set()
    for paragraph, marked in paragraphs:
        places, plain = [], ""
        for char in paragraph:
            places.append(len(text) + len(plain))
            plain += "" if char.isspace() else char
        text += plain
        places.append(len(text))
        spans |= {(places[start], places[end], label) for start, end, label in marked}
    return text, spans


def labelled(folder: Path, document: str) -> tuple[str, list[str], set[Span]]:
    """A document's text and paragraphs as its truth has them, and its labels."""
    paragraphs = json.loads((folder / f"{document}.truth.json").read_text("utf-8"))["paragraphs"]
    marked = json.loads(LABELS.read_text("utf-8"))[document]
    text, spans = joined((text, marked.get(str(i), ())) for i, text in enumerate(paragraphs))
    return text, paragraphs, spans


def found(paragraphs: Iterable[str], nlp: Recogniser) -> tuple[str, set[Span]]:
    """The same of what the recogniser finds."""
    return joined((text, [(s.start, s.end, s.label) for s in nlp.entities(text).spans]) for text in paragraphs)


def moved(spans: set[Span], ours: str, theirs: str) -> set[Span]:
    """Spans in `ours` at their places in `theirs`, along the alignment of the two texts."""
    places = [0] * (len(ours) + 1)
    for _, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        for place in range(a, b):
            places[place] = min(d, c + place - a)
        places[b] = d
    return {(places[start], places[end - 1] + 1, label) for start, end, label in spans}


def tally(truth: set[Span], got: set[Span]) -> Counter[tuple[str, str]]:
    """Counts of right, missed and wrong spans by label."""
    counts: Counter[tuple[str, str]] = Counter()
    for name, spans in (("right", truth & got), ("missed", truth - got), ("wrong", got - truth)):
        counts.update((name, label) for _, _, label in spans)
    return counts


def scores(counts: Counter[tuple[str, str]], label: str | None = None) -> tuple[float, float, float]:
    """Precision, recall and F1 of one label, or of all."""
    sums = {n: sum(v for (name, of), v in counts.items() if name == n and label in (None, of)) for n in NAMES}
    precision = sums["right"] / max(1, sums["right"] + sums["wrong"])
    recall = sums["right"] / max(1, sums["right"] + sums["missed"])
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


NAMES = ("right", "missed", "wrong")


def on_truth(folder: Path, nlp: Recogniser, document: str) -> Counter[tuple[str, str]]:
    """The recogniser on a document's own text."""
    _, paragraphs, truth = labelled(folder, document)
    return tally(truth, found(paragraphs, nlp)[1])


def on_run(folder: Path, nlp: Recogniser, run: Path) -> Counter[tuple[str, str]]:
    """The recogniser on what OCR made of a document."""
    text, _, truth = labelled(folder, run.name.split(".")[0])
    narrative = json.loads((run / "report.json").read_text("utf-8"))["narrative"]
    read, got = found((paragraph["text"] for paragraph in narrative), nlp)
    covered = moved({(0, len(text), "")}, text, read)
    start, end, _ = covered.pop()
    headings = {(a, b, label) for a, b, label in got if start <= a and b <= end} & _inside(text, read, got)
    return tally(moved(truth, text, read), headings)


def _inside(text: str, read: str, got: set[Span]) -> set[Span]:
    """The spans of the reading in stretches that the truth's paragraphs hold (they hold no headings)."""
    held = [False] * (len(read) + 1)
    for kind, _, _, c, d in SequenceMatcher(None, text, read, autojunk=False).get_opcodes():
        for place in range(c, d):
            held[place] = kind != "insert"
    return {span for span in got if any(held[span[0] : span[1]])}


def show(name: str, counts: Counter[tuple[str, str]]) -> None:
    """Print one document's rows."""
    for label in (None, *sorted({of for _, of in counts})):
        precision, recall, f1 = scores(counts, label)
        print(f"{name:28s} {label or 'all':8s} precision {precision:.4f}  recall {recall:.4f}  F1 {f1:.4f}")


def main(arguments: list[str]) -> None:
    """Score the documents' own text, or the named runs."""
    folder, nlp = bench_folder(), load_recogniser(load_settings().facts)
    if folder is None or nlp is None:
        sys.exit("no bench beside the checkout (set GOUJI_BENCH), or no recogniser (run make ner)")
    print(loading(nlp))
    together: Counter[tuple[str, str]] = Counter()
    runs = [Path(argument) for argument in arguments]
    for name in [run.name for run in runs] or json.loads(LABELS.read_text("utf-8")):
        run = next((run for run in runs if run.name == name), None)
        counts = on_run(folder, nlp, run) if run else on_truth(folder, nlp, name)
        show(name, counts)
        together += counts
    show("together", together)


if __name__ == "__main__":
    main(sys.argv[1:])
