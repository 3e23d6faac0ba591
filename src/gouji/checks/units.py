"""Two tables that state one sum in two units: the unit in a head is wrong, and no number is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from gouji.checks.book import Figure
from gouji.checks.sums import Evaluation
from gouji.records import Finding, Table
from gouji.zh import UNITS

_TIMES = {4: "一万倍", 8: "一亿倍"}


def is_of_two_units(each: Evaluation) -> bool:
    """Whether single figures of two tables differ by ten thousand times, and so by the unit in a head."""
    single = len(each.left) == len(each.right) == 1 and all(figure.key for figure in each.figures)
    return single and each.check.kind == "unit" and len({figure.pointer.table for figure in each.figures}) > 1


def unit_findings(every: Sequence[Table], failed: Iterable[Evaluation]) -> list[Finding]:
    """One finding for all tables of one title that differ from those of another in the same way."""
    tables = {table.id: table for table in every}
    groups: dict[tuple[str, str, int], list[tuple[Figure, Figure]]] = defaultdict(list)
    for each in failed:
        small, large = sorted((each.left[0], each.right[0]), key=lambda figure: abs(figure.amount))
        power = (large.amount / small.amount).adjusted() if small.amount else 0
        titles = [_title(tables[figure.pointer.table or ""]) for figure in (large, small)]
        groups[titles[0], titles[1], min(_TIMES, key=lambda known: abs(known - power))].append((large, small))
    return [_finding(*key, pairs) for key, pairs in groups.items()]


def _title(table: Table) -> str:
    return f"《{table.title or table.number or table.id}》"


def _finding(large: str, small: str, power: int, pairs: list[tuple[Figure, Figure]]) -> Finding:
    pages = sorted({figure.pointer.page for figure, _ in pairs if figure.pointer.page})
    one, other = pairs[0]
    message = (
        f"{large}（第{'、'.join(map(str, pages))}页）有{len(pairs)}处金额为{small}相应金额的{_TIMES[power]}，"
        f"疑计量单位标注有误：如“{one.label}”前者为{one.text}{_unit(one)}，后者为{other.text}{_unit(other)}"
    )
    pointers = tuple(figure.pointer for pair in pairs for figure in pair)
    return Finding(code="check.unit", severity="warning", message=message, pointers=pointers)


def _unit(figure: Figure) -> str:
    return next((name for name, size in UNITS.items() if size == figure.factor), "")
