"""Each figure of a paragraph with what its sentence says of it: the words before it, its form, its scope, its year."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from gouji.facts.figures import Figure, find_figures
from gouji.facts.wording import load_grammar, load_scopes
from gouji.zh import squeeze

Form = Literal["level", "change", "share", "completion", "void"]

MAX_LEAD = 160
MAX_SHORT = 24  # a sentence without a figure and no longer than this names what the next one is about
_YEAR = re.compile(r"(20\d\d)年")
_COMPARED = re.compile(r"(?:比|较|与|同|和|由|从|于)$")
_CARRIED = re.compile(
    r"度?(?:年初|年末)?(?:的)?(?:财政拨款)?(?:结转|结余)"
)  # "其中2022年结转5万元" is this year's money
_NUMBERED = re.compile(r"\d{1,2}[.．、]|[（(][\d一二三四五六七八九十]{1,2}[）)]")
_OTHER_BUDGETS = ("fund", "state_capital", "social_insurance")
_STOPS = "，。；：！？"
_BOTH_WAYS = re.compile(r"(?:增|减|升|降|多|少)[^，。；]{0,3}(?:（(?:增|减|下降|上升|降|升)[^）]*）|/|或)")


@dataclass(frozen=True)
class Sighting:
    """A figure in its sentence. `lead` runs from the figure before (or the sentence's start) to this one.

    `sentence` is where the sentence starts; `sign` is -1 for a fall; `amount` is the signed value of a change.
    """

    figure: Figure
    index: int
    lead: str
    lead_start: int
    sentence: int
    form: Form
    sign: int
    scope: str | None
    year: int | None
    compared: bool
    headings: str

    @property
    def clause_start(self) -> int:
        """Where the clause of the figure starts."""
        return self.lead_start + clause_offset(self.lead, len(self.lead))

    @property
    def signed(self) -> Decimal:
        """The figure's value, negative for a fall."""
        return self.figure.value * self.sign


def clause_offset(text: str, position: int) -> int:
    """Where the clause around `position` starts: behind the last comma, stop or colon before it."""
    return max((text.rfind(stop, 0, position) for stop in _STOPS), default=-1) + 1


def sentences(text: str, figures: Sequence[Figure]) -> Iterator[tuple[int, int, list[Figure]]]:
    """Start, end and figures of each sentence (up to 。 ！ or ？)."""
    start = 0
    for found in re.finditer(r"[。！？]|$", text):
        inside = [figure for figure in figures if start <= figure.start < found.end()]
        yield start, found.end(), inside
        start = found.end()
        if start >= len(text):
            break


def heading_scope(section: Sequence[str]) -> str | None:
    """The scope of the innermost heading that has one; "silent" in a section that states no facts."""
    scopes = load_scopes()
    for heading in reversed(section):
        if squeeze(heading).endswith("表"):  # a table's caption: what follows is not the table's subject
            return None
        found = next((scope for scope in scopes if scope.heading.search(squeeze(heading))), None)
        if found is not None:
            return "silent" if found.silent else found.id
    return None


def opening_scope(text: str, current: str | None) -> str | None:
    """The scope that a sentence's opening words name, else the current one."""
    scopes = load_scopes()
    found = next((scope for scope in scopes if scope.opening and scope.opening.search(text)), None)
    if found is None or text.startswith("其中"):
        return current
    known = current is not None and not any(scope.weak for scope in scopes if scope.id == current)
    return current if found.weak and known else found.id


def find_sightings(text: str, outer: str | None, headings: str = "") -> list[Sighting]:
    """All figures of a paragraph's work text with their context; `outer` is the scope of its section's `headings`."""
    found: list[Sighting] = []
    scope, compared, heading, reasons = outer, False, -1, False
    for start, end, figures in sentences(text, find_figures(text)):
        opening = text[start : figures[0].start if figures else end]
        reasons = _lists_reasons(text, start, end, reasons)
        if scope in _OTHER_BUDGETS and _NUMBERED.match(opening):
            scope = outer  # "2.政府性基金收入0元。3.事业收入5元": the next of a list is under the heading again
        if figures or end - start <= MAX_SHORT:  # a long sentence without figures is no title of the next
            scope = opening_scope(opening, scope)
        compared = compared and not figures  # a comparison may stand in a sentence of its own
        at = start if heading < 0 else heading
        for figure in figures:
            lead = text[at : figure.start][-MAX_LEAD:]
            compared = compared or bool(load_grammar().comparator.search(lead))
            form, sign = _form(text[start : figure.start], lead, figure, reasons)
            year = _year(text[start : figure.start])
            compared = compared or _after_other_year(text[start : figure.start])
            begin = figure.start - len(lead)
            found.append(Sighting(figure, len(found), lead, begin, start, form, sign, scope, year, compared, headings))
            at = figure.end
        heading = start if not figures and end - start <= MAX_SHORT else -1
        if not figures:
            compared = bool(load_grammar().comparator.search(text[start:end]))
    return found


def _year(before: str) -> int | None:
    """The last year that the sentence names up to here without comparing with it."""
    years = _years(before)
    return years[-1] if years else None


def _years(before: str) -> list[int]:
    return [
        int(found[1])
        for found in _YEAR.finditer(before)
        if not _COMPARED.search(before[: found.start()]) and not _CARRIED.match(before, found.end())
    ]


def _after_other_year(before: str) -> bool:
    """Whether the sentence gave last year's figure first ("2022年…10万元，2023年…12万元，增加2万元")."""
    years = _years(before)
    return len(years) >= 2 and years[-1] == years[0] + 1


def _lists_reasons(text: str, start: int, end: int, before: bool) -> bool:
    """Whether "一是…二是…" in this sentence lists reasons or deeds, not figures; further ones go on as the first began.

    What stands before the first says so, in its own sentence or the one before it.
    """
    ordinal = load_grammar().ordinal
    found = ordinal.search(text, start, end)
    if found is None or not found.group().startswith("一"):
        return before
    begin = start if found.start() > start else text.rfind("。", 0, max(start - 1, 0)) + 1
    return bool(load_grammar().told.search(text, begin, found.start()))


def _form(sentence: str, lead: str, figure: Figure, reasons: bool) -> tuple[Form, int]:
    """What kind of statement the figure makes, and the sign of a change (0: the text leaves it open)."""
    grammar = load_grammar()
    if _explains(sentence, figure, reasons):
        return "void", 1
    clause = lead[clause_offset(lead, len(lead)) :] or lead
    change = grammar.change.search(clause)
    if change:
        if _BOTH_WAYS.search(clause):
            return ("change", 1) if figure.value <= 0 else ("void", 1)  # a printed minus says which
        falls = bool(re.fullmatch(grammar.fall.pattern, change["way"]))
        return (
            ("void", 1) if falls and figure.value < 0 else ("change", -1 if falls else 1)
        )  # "减少-3万元" says nothing
    if figure.kind == "percent" and grammar.completion.search(clause):
        return "completion", 1
    if grammar.share.search(clause):
        return "share", 1
    if grammar.prior.search(lead):
        return "void", 1
    return "level", 1


def _explains(sentence: str, figure: Figure, reasons: bool) -> bool:
    """Whether the figure stands in a reason, when it is money in a purpose, or among the kinds of what was bought."""
    grammar = load_grammar()
    part = sentence[max(sentence.rfind("；"), sentence.rfind("。")) + 1 :]
    listed = grammar.ordinal.match(part) if reasons else None
    reason = max((found.end() for found in grammar.reason.finditer(part)), default=listed.end() if listed else -1)
    if reason >= 0 and not grammar.reason_end.search(part[reason:]):
        return True
    if figure.kind in ("vehicle", "set") and grammar.moved.search(part):
        return True
    return figure.kind in ("money", "turn") and bool(grammar.purpose.search(part))
