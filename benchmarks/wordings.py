"""The facts of invented sentences: `python benchmarks/wordings.py [FILE ...] [--verbose LEVEL]`.

Prints precision, recall and F1 over all sentences of the files (default: `wordings*.toml` and `bodies.toml` of the
tests), with the recogniser and without it, as `printed` and with the slips that OCR makes on `office` scans and `poor`
ones; before, how long spaCy takes to import and the model to load, and how many characters a second are read.
`--verbose` names what is wrong.
"""

from __future__ import annotations

import random
import sys
import time
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from gouji.config import load_settings
from gouji.facts import Narrative, Passage, extract_facts
from gouji.facts.narrative import Printed
from gouji.facts.ner import Recogniser, load_recogniser
from gouji.records import Document, Fact, Line, Paragraph
from gouji.synth.subjects import synth_data

FOLDER = Path(__file__).parent.parent / "tests" / "facts"
SLIPS = {"printed": 0.0, "office": 0.002, "poor": 0.012}  # share of characters that OCR takes for others
SURE = (0.88, 0.95, 0.98, 0.99, 0.995, 0.999, 0.999)  # those of the others
DOUBT = 0.6  # the confidence of a misread character
ORGANISATION = "云砚县水务局"
SEED = 20260


def slipped(text: str, share: float, rng: random.Random) -> tuple[str, tuple[float, ...]]:
    """The text with a share of its characters taken for others, lost or set apart, and each character's confidence."""
    twins = {a: b for pair in synth_data("names")["confusions"] for a, b in (pair, pair[::-1])}
    chars, confidences = [], []
    for char in text:
        draw = rng.random()
        digit = char.isdigit() or char == "."
        if draw < share and not digit:
            chars.append(twins.get(char, "口"))
            confidences.append(DOUBT)
            continue
        if draw < 1.25 * share and char in "、“”":
            continue
        chars.append(char)
        confidences.append(rng.choice(SURE))
        if draw > 1 - 1.5 * share:
            chars.append(" ")
            confidences.append(0.99)
    return "".join(chars), tuple(confidences)


def one_paragraph(text: str, section: str, confidences: tuple[float, ...] = ()) -> Narrative:
    """A narrative of one paragraph on one line."""
    box = (100, 200, 100 + 30 * len(text), 240)
    paragraph = Paragraph(kind="paragraph", text=text, section=(section,), pages=(4,), boxes=(box,))
    line = Printed(4, Line(text=text, box=box, confidence=1.0, chars=confidences))
    return Narrative((Passage(paragraph, (line,), tuple((0, i) for i in range(len(text)))),))


def expected(case: dict[str, Any], name: str) -> list[tuple[str, Decimal, str | None]]:
    """The facts (or those that are `optional`) of a case as key, value, subject."""
    raw = case.get(name, {})
    pairs = [(key, value, None) for key, value in raw.items()] if isinstance(raw, dict) else raw
    return [(key, Decimal(str(value)), subject or None) for key, value, subject in pairs]


def same(stated: tuple[str, Decimal, str | None], fact: Fact) -> bool:
    """Whether a fact is the stated one; a subject may be longer or shorter, or misread in a character or two."""
    key, value, subject = stated
    if (key, value) != (fact.key, fact.value):
        return False
    if subject is None or fact.subject is None:
        return True
    held = subject in fact.subject or fact.subject in subject
    return held or sum(c in fact.subject for c in subject) >= 0.8 * len(subject)


def score(cases: list[dict[str, Any]], level: str, nlp: Recogniser | None, verbose: bool) -> tuple[int, int, int]:
    """Right, missing and wrong facts over all cases."""
    settings = load_settings(overrides=[f"facts.ner={'true' if nlp else 'false'}"]).facts
    rng, sums = random.Random(SEED), [0, 0, 0]
    for case in cases:
        text, confidences = slipped(case["text"], SLIPS[level], rng)
        document = Document(
            organization=case.get("organization", ORGANISATION),
            fiscal_year=2023,
            kind=case.get("kind", "final_account"),
        )
        found = list(extract_facts(one_paragraph(text, case["section"], confidences), document, settings, nlp))
        missing = []
        for stated in expected(case, "facts"):
            hit = next((fact for fact in found if same(stated, fact)), None)
            found = [fact for fact in found if fact is not hit]
            missing += [] if hit else [stated]
        free = expected(case, "optional") + expected(case, "facts")
        extra = [fact for fact in found if not any(same(stated, fact) for stated in free)]
        counts = len(expected(case, "facts")) - len(missing), len(missing), len(extra)
        sums = [a + b for a, b in zip(sums, counts, strict=True)]
        if verbose and (missing or extra):
            print(f"{case['section']} | {text}")
            for key, value, subject in missing:
                print("   missing", key, value, subject or "")
            for fact in extra:
                print("   extra  ", fact.key, fact.value, fact.subject or "", fact.method)
    return sums[0], sums[1], sums[2]


def row(name: str, sums: tuple[int, int, int]) -> str:
    """One line of the table."""
    right, missing, wrong = sums
    precision, recall = right / max(1, right + wrong), right / max(1, right + missing)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return f"{name:28s} {right + missing:5d} facts  precision {precision:.4f}  recall {recall:.4f}  F1 {f1:.4f}"


def loading(nlp: Recogniser) -> str:
    """Seconds until spaCy is imported, and then until the model has given its first answer."""
    start = time.perf_counter()
    import spacy.util  # noqa: F401

    imported = time.perf_counter()
    nlp.entities(ORGANISATION)
    answered = time.perf_counter()
    return f"spaCy imported in {imported - start:.2f} s, model loaded in {answered - imported:.2f} s"


def speed(cases: list[dict[str, Any]], nlp: Recogniser | None) -> str:
    """Seconds to load, and characters a second over all sentences."""
    settings = load_settings().facts
    told = loading(nlp) if nlp else "no recogniser"
    texts = [one_paragraph(case["text"], case["section"]) for case in cases]
    document = Document(organization=ORGANISATION, fiscal_year=2023, kind="final_account")
    start = time.process_time()
    for text in texts:
        extract_facts(text, document, settings, nlp)
    seconds = time.process_time() - start
    count = sum(len(case["text"]) for case in cases)
    return f"{told}; {count} characters, {count / seconds:,.0f} a second"


def main(arguments: list[str]) -> None:
    """Score the named files, or all of the tests'."""
    told = arguments.index("--verbose") if "--verbose" in arguments else len(arguments)
    verbose = "".join(arguments[told + 1 :])
    files = [Path(a) for a in arguments[:told]] or [*sorted(FOLDER.glob("wordings*.toml")), FOLDER / "bodies.toml"]
    nlp = load_recogniser(load_settings().facts)
    print(speed(tomllib.loads(files[0].read_text("utf-8"))["case"], nlp))
    for file in files:
        cases = tomllib.loads(file.read_text("utf-8"))["case"]
        print(f"{file.name}: {len(cases)} sentences")
        for level in SLIPS:
            print(row(f"  {level}, with the recogniser", score(cases, level, nlp, level == verbose)))
            print(row(f"  {level}, rules alone", score(cases, level, None, False)))


if __name__ == "__main__":
    main(sys.argv[1:])
