"""Each wording of `wordings*.toml` gives its facts, all of them and no other, with evidence found verbatim."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gouji.config import load_settings
from gouji.facts import Narrative, Passage, extract_facts
from gouji.facts.narrative import Printed
from gouji.facts.ner import Recogniser, load_recogniser
from gouji.records import Document, Fact, Line, Paragraph

FILES = sorted(Path(__file__).parent.glob("wordings*.toml"))
CASES = [case for file in FILES for case in tomllib.loads(file.read_text("utf-8"))["case"]]
IDS = [f"{i:03d}-{case['text'][:16]}" for i, case in enumerate(CASES)]


def narrative_of(text: str, section: str) -> Narrative:
    """A narrative of one paragraph on one line."""
    box = (100, 200, 100 + 30 * len(text), 240)
    paragraph = Paragraph(kind="paragraph", text=text, section=(section,), pages=(4,), boxes=(box,))
    line = Printed(4, Line(text=text, box=box, confidence=1.0))
    return Narrative((Passage(paragraph, (line,), tuple((0, i) for i in range(len(text)))),))


def facts_of(case: dict[str, Any], nlp: Recogniser | None) -> tuple[Fact, ...]:
    """The facts of one case's paragraph in its body's report for 2023; without a recogniser by the rules alone."""
    settings = load_settings(overrides=[f"facts.ner={'true' if nlp else 'false'}"]).facts
    document = Document(organization=case.get("organization"), fiscal_year=2023, kind=case.get("kind", "final_account"))
    return extract_facts(narrative_of(case["text"], case["section"]), document, settings, nlp)


def stated(case: dict[str, Any], name: str) -> set[tuple[str, Decimal, str | None]]:
    """The facts of a case (`facts`, or those that may be left out, `optional`) as key, value, subject."""
    raw = case.get(name, {})
    subject = case.get("subjects", [None])[0]
    triples = raw if isinstance(raw, list) else [(key, value, subject) for key, value in raw.items()]
    return {(key, Decimal(str(value)), whose or None) for key, value, whose in triples}


def assert_states(case: dict[str, Any], facts: tuple[Fact, ...]) -> None:
    """All facts of the case and, but for its optional ones, no other; each with its words."""
    found = {(fact.key, fact.value, fact.subject) for fact in facts}
    assert found - stated(case, "optional") == stated(case, "facts")
    assert len(facts) == len(found)
    assert all(fact.evidence and fact.evidence in case["text"] for fact in facts)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_wording_states_its_facts_and_no_other(case: dict[str, Any]) -> None:
    """Every fact of the case is found with its value and subject, and nothing else is."""
    assert_states(case, facts_of(case, None))


def test_recogniser_takes_nothing_away() -> None:
    """With the recogniser every case states the same: it bounds names, it does not lose figures of the body."""
    nlp = load_recogniser(load_settings().facts)
    for case in CASES:
        if case.get("organization"):
            assert_states(case, facts_of(case, nlp))


def test_recogniser_keeps_out_figures_of_other_bodies() -> None:
    """Of the figures of other bodies, at most half as many are taken for the own as by the rules alone."""
    cases = tomllib.loads((Path(__file__).parent / "bodies.toml").read_text("utf-8"))["case"]
    nlp = load_recogniser(load_settings().facts)
    wrong = {}
    for name, recogniser in (("rules", None), ("both", nlp)):
        found = [facts_of({"organization": "云砚县水务局", **case}, recogniser) for case in cases]
        extra = [
            {(f.key, f.value) for f in facts} - {(key, value) for key, value, _ in stated(case, "facts")}
            for facts, case in zip(found, cases, strict=True)
        ]
        wrong[name] = sum(map(len, extra))
    assert wrong["both"] <= wrong["rules"] / 2
