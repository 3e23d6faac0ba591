"""Which identities vouch for a number: those that hold, and that a slip of one digit in it would break."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from gouji.checks.book import CellKey, Figure
from gouji.checks.sums import Evaluation

_HUNDRED = 100
_FEWEST_ZEROS = 3  # a sum of nothing but zeros says something when it has its whole and two parts


def confirmations(
    evaluations: Iterable[Evaluation], suspected: Collection[CellKey] = ()
) -> dict[CellKey, tuple[str, ...]]:
    """The rules that confirm each cell; cells that nothing confirms, and suspects, are not in it.

    Only what holds exactly confirms: within rounding the last digit may still be wrong.
    """
    found: dict[CellKey, list[str]] = defaultdict(list)
    for each in evaluations:
        for figure in _confirmed(each):
            if figure.key is not None and figure.key not in suspected:
                found[figure.key].append(each.check.rule)
    return {key: tuple(dict.fromkeys(rules)) for key, rules in found.items()}


def _confirmed(each: Evaluation) -> Iterator[Figure]:
    if each.check.status != "pass":
        return
    if each.share:
        yield from _of_share(*each.share)
    elif each.relation == "=" and each.left and each.right and _says_something(each):
        yield from each.figures


def _says_something(each: Evaluation) -> bool:
    """Whether two readings agree here: of numbers that are not 0, or of a whole row or column of zeros."""
    filled = {_place(figure) for figure in each.figures if figure.amount}
    return len(filled) >= 2 or (not filled and len({_place(figure) for figure in each.figures}) >= _FEWEST_ZEROS)


def _place(figure: Figure) -> object:
    """The cell or the fact that a figure was read from; a figure that a rule itself sets has none."""
    place = figure.pointer
    return place.table, place.row, place.col, place.fact, place.box


def _of_share(rate: Figure, part: Figure, whole: Figure) -> Iterator[Figure]:
    """The rate; part and whole only where one unit of their last digit moves the rate by more than one of its own."""
    if not rate.amount or not whole.amount:
        return
    yield rate
    moved = part.step * _HUNDRED / abs(whole.amount)
    if moved > rate.step:
        yield part
    if moved * abs(part.amount / whole.amount) > rate.step:
        yield whole
