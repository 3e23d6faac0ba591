"""What persons corrected in a reading, carried over to a newer reading of the same file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gouji.corrections.again import Again
from gouji.corrections.apply import read_value
from gouji.corrections.log import LOST, is_lost, standing
from gouji.corrections.structure import CellKey
from gouji.errors import UsageError
from gouji.records import Correction, Pointer, Report
from gouji.zh import parse_number, squeeze

_FIRST = ("split", "join")  # others may speak of the tables that these make
_TABLELESS = ("title", "organization", "year", "document")  # without a table they are said of the document


def carry(log: Sequence[Correction], before: Report, now: Report) -> tuple[Correction, ...]:
    """The log of `before` as a log of `now`: the same corrections, their targets where those places are now.

    What was decided on a place holds where the same is read there. Where what the person put in is read now, the
    correction becomes a confirmation. Where neither is, the place is not found, or the file is another one, it is lost:
    it stays in the log and has no effect.
    """
    if before.source.sha256 != now.source.sha256:
        return tuple(map(_lost, log))
    moves = _Moves(log, before, now)
    found: dict[str, Correction] = {}
    for first in (True, False):
        for stack in standing(log).values():
            if (stack[0].kind in _FIRST) == first and not is_lost(stack[0]):
                found |= {each.id: each for each in moves.carried(stack, list(found.values()))}
    return tuple(found.get(each.id) or moves.kept(each) for each in log)


class _Moves:
    def __init__(self, log: Sequence[Correction], before: Report, now: Report) -> None:
        self._again = Again(before, now)
        self._now = now
        self._names = dict(self._again.tables)
        for correction in log:
            at = correction.target
            place = self._again.row(at.table, at.row) if correction.kind == "split" and at.table and at.row else None
            if place is not None:
                self._names[f"{at.table}.{at.row}"] = f"{place[0]}.{place[1]}"

    def carried(self, stack: Sequence[Correction], before: Sequence[Correction]) -> Iterator[Correction]:
        """The corrections of one place; `before`: those of tables split and joined that are carried already."""
        target = self._target(stack[0])
        said = [self._new(each) for each in stack]
        try:
            read = read_value(self._now, before, stack[0].kind, target) if target is not None else None
        except UsageError:
            read = None
        values = [stack[0].old, *said]
        known = next((i for i, value in enumerate(values) if read is not None and _same(value, read)), None)
        if target is None or read is None or known is None or None in said:
            yield from map(_lost, stack)
            return
        for i, each in enumerate(stack):
            yield each.model_copy(update={"target": target, **_texts(each, said[i], read, known - i)})

    def kept(self, correction: Correction) -> Correction:
        """A correction that does not hold: one that was taken back, or takes back."""
        target = self._target(correction) if correction.kind != "undo" and not is_lost(correction) else None
        if target is not None:
            return correction.model_copy(update={"target": target})
        return _lost(correction)

    def _new(self, correction: Correction) -> str | None:
        """What the correction puts in; where that is a table, as it is called now."""
        if correction.kind not in _FIRST or not correction.new:
            return correction.new
        return self._names.get(correction.new)

    def _target(self, correction: Correction) -> Pointer | None:
        at = correction.target
        if correction.kind == "fact":
            index = self._again.fact(at.fact) if at.fact is not None else None
            return None if index is None else Pointer(fact=index)
        if at.table is None:
            return at if correction.kind in _TABLELESS else None
        if correction.kind == "cell" and at.row is not None and at.col is not None:
            return self._cell(at, (at.table, at.row, at.col))
        if correction.kind == "split" and at.row is not None:
            place = self._again.row(at.table, at.row)
            return None if place is None else Pointer(table=place[0], row=place[1])
        name = self._names.get(at.table)
        return None if name is None else Pointer(table=name)

    def _cell(self, at: Pointer, old: CellKey) -> Pointer | None:
        key = self._again.cell(old)
        if key is None or key == old:
            return None if key is None else at
        cell = self._again.now(key)
        return Pointer(table=key[0], row=key[1], col=key[2], page=cell.page, box=cell.box)


def _texts(correction: Correction, new: str | None, read: str, ahead: int) -> dict[str, Any]:
    """Old and new of a correction; `ahead`: how many corrections of its place, from it on, the reading has made up for.

    Those become confirmations of what is read; the first that is left is of what is read.
    """
    if ahead > 0 or (ahead == 0 and _same(correction.old, new or "") and correction.kind in ("cell", "fact")):
        return {"old": read, "new": read}
    return {"old": read, "new": new} if ahead == 0 else {"new": new}


def _same(said: str | None, read: str) -> bool:
    """Whether both are the same text, or the same number otherwise written."""
    if said is None or squeeze(said) == squeeze(read):
        return said is not None
    number = parse_number(said)
    return number is not None and number == parse_number(read)


def _lost(correction: Correction) -> Correction:
    if correction.kind == "undo" or is_lost(correction):
        return correction
    return correction.model_copy(update={"target": correction.target.model_copy(update={"table": LOST})})
