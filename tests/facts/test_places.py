"""The same fact said twice is one fact with two places; each clause has its year; doubt is that of its figure."""

from __future__ import annotations

from gouji.config import load_settings
from gouji.facts import Narrative, Passage, extract_facts
from gouji.facts.narrative import Printed
from gouji.records import Document, Fact, Line, Paragraph

SECTION = ("七、“三公”经费支出决算情况说明",)


def passage(text: str, page: int, confidences: tuple[float, ...] = ()) -> Passage:
    """A paragraph of one line on a page."""
    box = (100, 200, 100 + 40 * len(text), 240)
    paragraph = Paragraph(kind="paragraph", text=text, section=SECTION, pages=(page,), boxes=(box,))
    line = Printed(page, Line(text=text, box=box, confidence=0.9, chars=confidences))
    return Passage(paragraph, (line,), tuple((0, i) for i in range(len(text))))


def facts_of(*passages: Passage) -> tuple[Fact, ...]:
    """The facts of a final account for 2023, by the rules alone."""
    settings = load_settings(overrides=["facts.ner=false"]).facts
    return extract_facts(Narrative(passages), Document(fiscal_year=2023, kind="final_account"), settings)


def test_fact_said_twice_has_two_places() -> None:
    """One value on two pages is one fact; its own place is the first, and it is believed as the better reading."""
    first, second = "公务接待费支出1.20万元。", "其中：公务接待费1.20万元，占20%。"
    (fact,) = facts_of(passage(first, 4, (0.5,) * len(first)), passage(second, 6, (0.99,) * len(second)))
    assert [(place.page, place.evidence) for place in fact.places] == [(4, first[:-1]), (6, "公务接待费1.20万元")]
    assert (fact.page, fact.evidence, fact.box) == (4, first[:-1], fact.places[0].box)
    assert fact.confidence > 0.9


def test_values_that_differ_stay_two_facts() -> None:
    """Two amounts of one key contradict each other: both are kept, for a check to tell."""
    facts = facts_of(passage("公务接待费支出1.20万元。", 4), passage("公务接待费支出1.30万元。", 5))
    assert [str(fact.value) for fact in facts] == ["12000.00", "13000.00"]


def test_other_year_gives_way() -> None:
    """Last year's amount beside this year's is no fact of this report."""
    (fact,) = facts_of(passage("2022年公务接待费支出1.50万元，2023年公务接待费支出1.20万元。", 4))
    assert (str(fact.value), fact.year) == ("12000.00", 2023)


def test_doubtful_figure_makes_a_doubtful_fact() -> None:
    """A fact is believed no more than the worst of its figure's characters."""
    text = "公务接待费支出1.20万元。"
    (fact,) = facts_of(passage(text, 4, (*(0.99,) * 9, 0.4, *(0.99,) * (len(text) - 10))))
    assert fact.confidence < 0.4
