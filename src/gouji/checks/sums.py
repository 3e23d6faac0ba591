"""Do two sides agree? Exactly, within rounding, or not; and what kind of slip the residual looks like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Literal

from gouji.checks.book import CellKey, Figure
from gouji.records import Check
from gouji.zh import edits, squeeze

Status = Literal["pass", "rounding", "fail"]
Kind = Literal["digit", "shift", "sign", "unit", "other"]
Relation = Literal["=", "<="]

# Rules whose failure is a matter to look into, not a contradiction: wording, and sums that need not be complete.
NOTES = ("X12", "X13", "X14", "N11", "N12", "N13", "N14", "P3", "P4")

# Zeros of a form printed to the cent of 万元 are zeros; those of a form in whole 万元 may be amounts rounded away.
_COARSE_STEP = Decimal(1000)
_FEWEST_ZEROS = 3  # a sum of nothing but zeros says something when it has its whole and two parts
_MOST_PLACES = 4  # decimals of any printed figure
_HUNDRED = Decimal(100)
_SHIFTS = tuple(Decimal(10) ** power for power in (1, -1, 2, -2))
_UNIT_ROOM = Decimal("0.6")
_UNITS = tuple(Decimal(10) ** power for power in (4, -4, 8, -8))


@dataclass(frozen=True)
class Evaluation:
    """A check with what it was made of: sums of `left` and `right` figures that should agree; or rate, part, whole."""

    check: Check
    left: tuple[Figure, ...] = ()
    right: tuple[Figure, ...] = ()
    relation: Relation = "="
    share: tuple[Figure, ...] = ()

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """All figures that take part."""
        return self.left + self.right + self.share

    @cached_property
    def keys(self) -> tuple[CellKey, ...]:
        """The cells that take part, each once."""
        return tuple(dict.fromkeys(figure.key for figure in self.figures if figure.key is not None))

    @cached_property
    def confirmed(self) -> tuple[CellKey, ...]:
        """The cells that it vouches for: those in which a slip of one digit would break it. Only what holds exactly."""
        return tuple(dict.fromkeys(figure.key for figure in _confirmed(self) if figure.key is not None))


def total(figures: Iterable[Figure]) -> Decimal:
    """Their sum in 元; 0 of none."""
    return sum((figure.amount for figure in figures), Decimal(0))


def tolerance(figures: Sequence[Figure]) -> Decimal:
    """How far rounding can carry the two sides apart: half a printed step for each figure that can be rounded."""
    return sum((figure.step / 2 for figure in figures if figure.amount or figure.step >= _COARSE_STEP), Decimal(0))


def judge(left: Sequence[Figure], right: Sequence[Figure], relation: Relation = "=") -> Status:
    """Whether the sides agree; for "<=" whether the left is no more than the right."""
    difference = total(left) - total(right)
    if difference == 0 or (relation == "<=" and difference < 0):
        return "pass"
    return "rounding" if abs(difference) <= tolerance([*left, *right]) else "fail"


def compare(
    rule: str, says: str, left: Sequence[Figure], right: Sequence[Figure], relation: Relation = "="
) -> Evaluation:
    """The evaluation of one identity: `left` is what is printed, `right` what it should be."""
    status = judge(left, right, relation)
    actual, expected = total(left), total(right)
    check = Check(
        rule=rule, status=status, message=says, expected=expected, actual=actual, difference=actual - expected,
        kind=classify(left, right) if status == "fail" else None,
        operands=tuple(figure.pointer for figure in (*left, *right)),
    )  # fmt: skip
    return Evaluation(check, tuple(left), tuple(right), relation)


def skip(rule: str, says: str, reason: str) -> Evaluation:
    """An identity whose operands are not there."""
    return Evaluation(Check(rule=rule, status="skipped", message=says, reason=reason))


def classify(left: Sequence[Figure], right: Sequence[Figure]) -> Kind:
    """What slip of one figure would explain the residual: a sign, a unit, a decimal shift, a digit; else other."""
    slack = tolerance([*left, *right])
    needs = [(figure, needed) for figure, needed in wanted(left, right) if figure.amount]
    for figure, needed in needs:
        if abs(needed + figure.amount) <= slack < abs(figure.amount):
            return "sign"
    for kind, factors in (("unit", _UNITS), ("shift", _SHIFTS)):
        for figure, needed in needs:
            if any(_close(figure, factor, needed, slack) for factor in factors):
                return kind  # type: ignore[return-value]
    return "digit" if any(one_slip(figure, needed) for figure, needed in needs) else "other"


def _close(figure: Figure, factor: Decimal, needed: Decimal, slack: Decimal) -> bool:
    """Whether the figure times the factor is what is needed; its own rounding is magnified with it.

    Where rounding leaves so much room that many a figure would do, it must be what is needed to the last digit.
    """
    moved = figure.amount * factor
    room = slack + figure.step / 2 * factor
    return moved == needed or (abs(moved - needed) <= room and abs(moved) > 4 * room)


def share_check(rule: str, says: str, rate: Figure, part: Figure, whole: Figure) -> Evaluation | None:
    """Whether `rate` per cent is part ÷ whole, rounded or cut off. None when the whole is 0."""
    if not whole.amount:
        return None
    expected = part.amount / whole.amount * _HUNDRED
    slack = (part.step / 2 + abs(part.amount / whole.amount) * whole.step / 2) / abs(whole.amount) * _HUNDRED
    difference = abs(rate.amount) - abs(expected)
    shown = expected.quantize(rate.step)
    status: Status = "pass" if abs(shown) == abs(rate.amount) else "fail"
    if status == "fail" and abs(difference) < rate.step + slack:
        status = "rounding"
    check = Check(
        rule=rule, status=status, message=says, expected=shown, actual=rate.amount, difference=rate.amount - shown,
        kind=_share_kind(rate, expected) if status == "fail" else None,
        operands=(rate.pointer, part.pointer, whole.pointer),
    )  # fmt: skip
    return Evaluation(check, share=(rate, part, whole))


def _share_kind(rate: Figure, expected: Decimal) -> Kind:
    """Units first, with room, as a change in the wrong unit falsifies the year before as well."""
    said, meant = abs(rate.amount), abs(expected)
    if said and meant and any(_UNIT_ROOM <= said / meant.scaleb(power) <= 1 / _UNIT_ROOM for power in (4, -4)):
        return "unit"
    if said and any(abs(meant.scaleb(power) - said) <= rate.step for power in (1, -1, 2, -2)):
        return "shift"
    return "digit" if one_slip(replace(rate, text=rate.text.lstrip("-")), meant.quantize(rate.step)) else "other"


def wanted(left: Sequence[Figure], right: Sequence[Figure]) -> list[tuple[Figure, Decimal]]:
    """For each figure the amount that would make the sides agree, all others as they are."""
    difference = total(left) - total(right)
    return [(figure, figure.amount - difference) for figure in left] + [
        (figure, figure.amount + difference) for figure in right
    ]


def printed(figure: Figure, amount: Decimal) -> str:
    """How the figure's cell would print the amount: with the decimals it has or needs, grouped if it is grouped."""
    value = (amount / figure.factor).normalize()
    needs = -int(value.as_tuple().exponent)
    value = value.quantize(Decimal(1).scaleb(-max(needs, len(squeeze(figure.text).rstrip("%％").partition(".")[2]), 0)))
    return f"{value:,}" if "," in figure.text else str(value)


def one_slip(figure: Figure, needed: Decimal) -> bool:
    """Whether the needed amount differs from the printed one by one digit, or by two neighbours changing places."""
    text = squeeze(figure.text).replace(",", "").replace("，", "").rstrip("%％")
    value = needed / figure.factor
    places = max(len(text.partition(".")[2]), -int(value.normalize().as_tuple().exponent), 0)
    if places > _MOST_PLACES:
        return False
    other = str(value.quantize(Decimal(1).scaleb(-places)))
    if len(other) == len(text):
        changed = [i for i in range(len(text)) if text[i] != other[i]]
        swapped = len(changed) == 2 and changed[1] == changed[0] + 1
        swapped = swapped and text[changed[0]] == other[changed[1]] and text[changed[1]] == other[changed[0]]
        return len(changed) == 1 or swapped
    return edits(text, other, 1) == 1


# --- what it vouches for ------------------------------------------------------------------------------------------


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
