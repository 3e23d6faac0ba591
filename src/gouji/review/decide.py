"""A person's decision, taken in and laid beside the report."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gouji.corrections import examine, parse_value, read_value, standing
from gouji.errors import ConflictError, UsageError
from gouji.forms import load_definitions
from gouji.records import Correction, Pointer
from gouji.review.doubts import Docket
from gouji.review.shelf import Shelf
from gouji.zh import UNITS

Kind = Literal["cell", "fact", "form", "title", "unit", "organization", "year", "document", "join", "split"]


class Decision(BaseModel):
    """What the page sends. Places are those of the report as it stands; `old` is what the person saw there."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    table: str | None = Field(default=None, max_length=60)
    row: int | None = Field(default=None, ge=0)
    col: int | None = Field(default=None, ge=0)
    fact: int | None = Field(default=None, ge=0)
    old: str = Field(default="", max_length=4000)
    new: str = Field(default="", max_length=4000)
    why: str = Field(default="", max_length=400)


def decide(shelf: Shelf, docket: Docket, decision: Decision, who: str) -> Correction:
    """Keep the decision as a correction.

    Raises:
        ConflictError: another person decided on this place first.
        UsageError: there is no such place, or it cannot be what was typed.
        OutputError: it cannot be written.
    """
    stands = docket.standing
    draft = _draft(docket, decision, who)
    examine(stands.read, stands.log, draft)
    as_read = read_value(stands.read, stands.log, draft.kind, draft.target)
    return shelf.add(stands, draft, as_read)


def _draft(docket: Docket, decision: Decision, who: str) -> Correction:
    if decision.kind == "form" and decision.new not in ("", *(form.id for form in load_definitions())):
        raise UsageError(f"“{decision.new}” is no form that gouji knows")
    new = _fact_value(docket, decision) if decision.kind == "fact" and decision.new else decision.new.strip()
    old = decision.old
    target = _target(docket, decision)
    if decision.kind == "split":
        new, old = f"{target.table}.{target.row}", ""
    return Correction(who=who, why=decision.why.strip(), kind=decision.kind, target=target, old=old, new=new)


def _fact_value(docket: Docket, decision: Decision) -> str:
    value = parse_value(decision.new)
    if value is None:
        raise UsageError(f"“{decision.new}” is no number; give the fact's value in its unit")
    known = decision.fact is not None and decision.fact < len(docket.report.facts)
    money = known and decision.fact is not None and docket.report.facts[decision.fact].unit in UNITS
    plain = not any(decision.new.strip().endswith(unit) for unit in UNITS)
    if not money and not plain:
        raise UsageError("this fact is no amount of money; give its value without a unit")
    return str(value)


def _target(docket: Docket, decision: Decision) -> Pointer:
    """The place as read."""
    given = docket.standing.given
    if decision.kind == "cell":
        found = docket.find((decision.table or "", _known(decision.row), _known(decision.col)))
        if found is None:
            raise UsageError("there is no such cell any more; load the page again")
        table, row, col = given.as_read(found[0].id, found[1].row, found[1].col)
        return Pointer(table=table, row=row, col=col, page=found[1].page, box=found[1].box)
    if decision.kind == "fact":
        if decision.fact is None or decision.fact >= len(given.facts_read):
            raise UsageError("there is no such fact any more; load the page again")
        return Pointer(fact=given.facts_read[decision.fact])
    if decision.kind == "split":
        cols = [cell.col for cell in _cells(docket, decision.table) if cell.row == decision.row]
        table, row, _ = given.as_read(decision.table or "", _known(decision.row), min(cols, default=0))
        return Pointer(table=table, row=row)
    return Pointer(table=decision.table)


def _cells(docket: Docket, name: str | None) -> Any:
    return next((table.cells for table in docket.report.tables if table.id == name), ())


def _known(number: int | None) -> int:
    if number is None:
        raise UsageError("the place of the cell is missing; load the page again")
    return number


def undo(shelf: Shelf, docket: Docket, who: str, correction_id: str = "") -> Correction:
    """Take back a correction; without an id the last one of this person that still holds.

    Raises:
        ConflictError: it was taken back before, or another one stands on it.
        UsageError: there is nothing to take back.
    """
    stands = docket.standing
    if not correction_id:
        holding = {stack[-1].id for stack in standing(stands.log).values()}
        own = [each for each in stands.log if each.who == who and each.id in holding]
        if not own:
            raise UsageError("there is no correction of yours to take back")
        correction_id = own[-1].id
    draft = Correction(who=who, kind="undo", undoes=correction_id)
    return shelf.add(stands, draft)


__all__ = ["ConflictError", "Decision", "decide", "undo"]
