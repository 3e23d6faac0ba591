"""Who is wrong? One other reading of one cell that makes all of its identities hold is suggested, never applied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from gouji.checks.book import Book, CellKey, Figure
from gouji.checks.sums import Evaluation, judge, one_slip, printed, wanted
from gouji.records import Suggestion
from gouji.zh import parse_number

_SHIFTS = tuple(Decimal(10) ** power for power in (1, -1, 2, -2))
# A form of hundreds of cells in which nothing adds up is not put right cell by cell.
_MOST = 200


@dataclass(frozen=True)
class Candidate:
    """Another reading of a cell: the amount that a failed identity asks for, and how well it does elsewhere."""

    figure: Figure
    amount: Decimal
    fixed: tuple[Evaluation, ...]
    exact: int
    read: bool

    @property
    def merit(self) -> tuple[int, bool, int, float]:
        """Compared from the left: identities put right, read so by the engine as well, exactly so, and doubt of the cell."""
        return len(self.fixed), self.read, self.exact, round(1 - self.figure.confidence, 2)


def by_cell(evaluations: Iterable[Evaluation]) -> dict[CellKey, list[Evaluation]]:
    """The sums that each cell takes part in, whatever came of them."""
    found: dict[CellKey, list[Evaluation]] = defaultdict(list)
    for each in evaluations:
        for key in {figure.key for figure in each.figures}:
            if key is not None:
                found[key].append(each)
    return found


def suggest(book: Book, evaluations: Sequence[Evaluation]) -> list[tuple[Suggestion, Candidate]]:
    """At most one suggestion for each cell, the best founded first; every one rests on failed identities of its own."""
    cells = by_cell(evaluations)
    failed = [each for each in evaluations if each.check.status == "fail" and each.relation == "=" and each.right]
    candidates = _candidates(book, failed[:_MOST], cells)
    found: list[tuple[Suggestion, Candidate]] = []
    open_checks = {id(each) for each in failed}
    while candidates:
        ranked = sorted(candidates, key=lambda candidate: candidate.merit, reverse=True)
        best = ranked[0]
        rivals = [c for c in ranked[1:] if c.merit == best.merit and _share_a_check(c, best)]
        if not rivals:
            found.append((_suggestion(best), best))
        closed = {id(each) for each in best.fixed}
        open_checks -= closed
        candidates = [c for c in ranked[1:] if not any(id(each) in closed for each in c.fixed)]
    return found


def _share_a_check(a: Candidate, b: Candidate) -> bool:
    return bool({id(each) for each in a.fixed} & {id(each) for each in b.fixed})


def _candidates(book: Book, failed: Sequence[Evaluation], cells: dict[CellKey, list[Evaluation]]) -> list[Candidate]:
    found: dict[tuple[CellKey, Decimal], Candidate] = {}
    for each in failed:
        for figure, needed in wanted(each.left, each.right):
            key = figure.key
            if key is None or (key, needed) in found:
                continue
            read = needed in _other_readings(book, figure)
            if read or _likely_slip(figure, needed):
                candidate = _try(figure, needed, cells[key], read)
                if candidate is not None:
                    found[key, needed] = candidate
    return list(found.values())


def _other_readings(book: Book, figure: Figure) -> list[Decimal]:
    cell = book.cells.get(figure.key) if figure.key else None
    values = [parse_number(text) for text in cell.alternatives] if cell is not None else []
    return [value * figure.factor for value in values if value is not None]


def _likely_slip(figure: Figure, needed: Decimal) -> bool:
    shifted = bool(figure.amount) and any(figure.amount * shift == needed for shift in _SHIFTS)
    return shifted or one_slip(figure, needed) or (bool(figure.amount) and needed == -figure.amount)


def _try(figure: Figure, amount: Decimal, checks: Sequence[Evaluation], read: bool) -> Candidate | None:
    """The candidate, if with this amount every identity of the cell holds."""
    fixed, exact = [], 0
    for each in checks:
        status = judge(_put(each.left, figure, amount), _put(each.right, figure, amount), each.relation)
        if status == "fail":
            return None
        exact += status == "pass"
        if each.check.status == "fail":
            fixed.append(each)
    return Candidate(figure, amount, tuple(fixed), exact, read)


def _put(figures: Sequence[Figure], changed: Figure, amount: Decimal) -> list[Figure]:
    return [replace(figure, amount=amount) if figure.key == changed.key else figure for figure in figures]


def _suggestion(candidate: Candidate) -> Suggestion:
    figure = candidate.figure
    text = printed(figure, candidate.amount)
    rules = tuple(dict.fromkeys(each.check.rule for each in candidate.fixed))
    return Suggestion(cell=figure.pointer, text=text, value=candidate.amount / figure.factor, rules=rules)
