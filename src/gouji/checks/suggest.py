"""Who is wrong? One other reading of one cell that makes all of its identities hold is suggested, never applied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from gouji.checks.book import Book, CellKey, Figure
from gouji.checks.sums import NOTES, Evaluation, Status, judge, one_slip, printed, share_check, wanted
from gouji.records import Suggestion
from gouji.zh import parse_number, squeeze

_SHIFTS = tuple(Decimal(10) ** power for power in (1, -1, 2, -2))
# A report in which nothing adds up is not put right cell by cell.
_MOST_FAILED = 200
# More cells than this that would do equally well are no suggestion, and beyond the second number not even suspects.
MOST_SUGGESTED = 3
_MOST_RIVALS = 8
# A report with so many exact sums (of three figures or more) for each odd one does not print rounded figures.
_SUM_OF, _MOST_ODD, _EXACT_FOR_EACH = 3, 4, 12


@dataclass(frozen=True)
class Candidate:
    """Another reading of a cell: the amount that a failed identity asks for, and how well it does elsewhere.

    `fixed`: the identities put right. `exact`: how many then hold exactly. `held`: how many hold as it is.
    """

    figure: Figure
    amount: Decimal
    fixed: tuple[Evaluation, ...]
    exact: int
    held: int
    read: bool

    @cached_property
    def merit(self) -> tuple[int, bool, float, bool, int, bool]:
        """Compared from the left: identities put right, read so by the engine as well, the cell's doubt, the rest."""
        text = squeeze(self.figure.text)
        odd = len(text) > 1 and text[0] == "0" and text[1].isdigit()
        doubt = round(1 - self.figure.confidence, 2)
        return len(self.fixed), self.read, doubt, odd, -self.held, bool(self.figure.amount)


def by_cell(evaluations: Iterable[Evaluation]) -> dict[CellKey, list[Evaluation]]:
    """The identities that each cell takes part in, whatever came of them."""
    found: dict[CellKey, list[Evaluation]] = defaultdict(list)
    for each in evaluations:
        for key in each.keys:
            found[key].append(each)
    return found


def suggest(book: Book, evaluations: Sequence[Evaluation]) -> list[tuple[Candidate, ...]]:
    """The best founded first; several where cells would do equally well. Each has failed identities of its own."""
    cells = by_cell(evaluations)
    failed = [each for each in evaluations if each.check.status == "fail" and each.figures] or odd_residuals(
        evaluations
    )
    candidates = _candidates(book, failed[:_MOST_FAILED], cells)
    found: list[tuple[Candidate, ...]] = []
    while candidates:
        ranked = sorted(candidates, key=lambda candidate: candidate.merit, reverse=True)
        best = ranked[0]
        equals = [best] + [c for c in ranked[1:] if c.merit == best.merit and _share_a_check(c, best)]
        if len({candidate.figure.key for candidate in equals}) <= _MOST_RIVALS:
            found.append(tuple(equals))
        closed = {id(each) for each in best.fixed}
        candidates = [c for c in ranked[1:] if not any(id(each) in closed for each in c.fixed)]
    return found


def odd_residuals(evaluations: Sequence[Evaluation]) -> list[Evaluation]:
    """Rounding residuals of a report whose every other sum is exact: rounding one by one leaves its traces all over."""
    sums = [each for each in evaluations if each.relation == "=" and each.right and len(_filled(each)) >= _SUM_OF]
    odd = [each for each in sums if each.check.status == "rounding"]
    exact = sum(each.check.status == "pass" for each in sums)
    return odd if 0 < len(odd) <= _MOST_ODD and exact >= _EXACT_FOR_EACH * len(odd) else []


def _filled(each: Evaluation) -> list[Figure]:
    return [figure for figure in each.figures if figure.amount]


def suggestion_of(candidate: Candidate) -> Suggestion:
    """The candidate as it stands in the report."""
    figure = candidate.figure
    rules = tuple(dict.fromkeys(each.check.rule for each in candidate.fixed))
    text = printed(figure, candidate.amount)
    return Suggestion(cell=figure.pointer, text=text, value=candidate.amount / figure.factor, rules=rules)


def _share_a_check(a: Candidate, b: Candidate) -> bool:
    return bool({id(each) for each in a.fixed} & {id(each) for each in b.fixed})


def _candidates(book: Book, failed: Sequence[Evaluation], cells: dict[CellKey, list[Evaluation]]) -> list[Candidate]:
    tried: set[tuple[CellKey, Decimal]] = set()
    found: list[Candidate] = []
    for each in failed:
        for figure, needed in _asked_for(each):
            key = figure.key
            if key is None or (key, needed) in tried:
                continue
            tried.add((key, needed))
            read = needed in _other_readings(book, figure)
            if read or _likely_slip(figure, needed):
                candidate = _try(figure, needed, cells[key], read)
                found.extend([candidate] if candidate is not None else [])
    return found


def _asked_for(each: Evaluation) -> Iterator[tuple[Figure, Decimal]]:
    """What each figure would have to be; of a share, and of a limit, what one other digit could make it."""
    if each.relation == "=" and not each.share:
        yield from wanted(each.left, each.right)
        return
    for figure in each.figures:
        yield from ((figure, amount) for amount in _variants(figure))


def _variants(figure: Figure) -> list[Decimal]:
    text = squeeze(figure.text).replace(",", "").rstrip("%％")
    texts = (text[:i] + digit + text[i + 1 :] for i in range(len(text)) if text[i].isdigit() for digit in "0123456789")
    values = (parse_number(other) for other in texts if other != text)
    return [value * figure.factor for value in values if value is not None]


def _other_readings(book: Book, figure: Figure) -> list[Decimal]:
    cell = book.cells.get(figure.key) if figure.key else None
    values = [parse_number(text) for text in cell.alternatives] if cell is not None else []
    return [value * figure.factor for value in values if value is not None]


def _likely_slip(figure: Figure, needed: Decimal) -> bool:
    shifted = bool(figure.amount) and any(figure.amount * shift == needed for shift in _SHIFTS)
    return shifted or one_slip(figure, needed) or (bool(figure.amount) and needed == -figure.amount)


def _try(figure: Figure, amount: Decimal, checks: Sequence[Evaluation], read: bool) -> Candidate | None:
    """The candidate, if with this amount every identity of the cell holds.

    Of the engine's own other readings it is enough that they put some right and none wrong: publishers err too.
    """
    fixed, exact, held = [], 0, 0
    for each in checks:
        status = _status(each, figure, amount)
        if status == "fail" and not (each.check.status == "fail" and (read or each.check.rule in NOTES)):
            return None
        exact += status == "pass"
        held += each.check.status == "pass"
        if (each.check.status == "fail" and status != "fail") or (each.check.status == "rounding" and status == "pass"):
            fixed.append(each)
    return Candidate(figure, amount, tuple(fixed), exact, held, read) if fixed else None


def _status(each: Evaluation, figure: Figure, amount: Decimal) -> Status:
    if not each.share:
        return judge(_put(each.left, figure, amount), _put(each.right, figure, amount), each.relation)
    again = share_check("", "", *_put(each.share, figure, amount))
    return "fail" if again is None or again.check.status == "skipped" else again.check.status


def _put(figures: Sequence[Figure], changed: Figure, amount: Decimal) -> list[Figure]:
    return [replace(figure, amount=amount) if figure.key == changed.key else figure for figure in figures]
