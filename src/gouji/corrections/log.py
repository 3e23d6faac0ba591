"""The log of corrections: which of them hold, and whether another one may follow."""

from __future__ import annotations

from collections.abc import Iterable

from gouji.errors import ConflictError
from gouji.records import Correction

Target = tuple[str, str | None, int | None, int | None, int | None]

LOST = ""  # the table of a target that was not found when the file was read again; no table is called so


def is_lost(correction: Correction) -> bool:
    """Whether its place was not found when the file was read again; it has no effect."""
    return correction.target.table == LOST


def target_of(correction: Correction) -> Target:
    """What two corrections have in common when one takes the place of the other."""
    at = correction.target
    return correction.kind, at.table, at.row, at.col, at.fact


def standing(log: Iterable[Correction]) -> dict[Target, tuple[Correction, ...]]:
    """For each target its corrections that were not taken back, the one that holds last."""
    stacks: dict[Target, list[Correction]] = {}
    targets: dict[str, Target] = {}
    for correction in log:
        if correction.kind == "undo":
            stack = stacks.get(targets.get(correction.undoes or "", ("", None, None, None, None)), [])
            stack[:] = [each for each in stack if each.id != correction.undoes]
        else:
            targets[correction.id] = target_of(correction)
            stacks.setdefault(targets[correction.id], []).append(correction)
    return {target: tuple(stack) for target, stack in stacks.items() if stack}


def admit(log: Iterable[Correction], draft: Correction, as_read: str = "") -> None:
    """Let the draft pass only when it was made of what stands now; `as_read` is what the report says at its target.

    Raises:
        ConflictError: another correction came first, or the one to be taken back does not hold any more.
    """
    stacks = standing(log)
    if draft.kind == "undo":
        holds = next((stack for stack in stacks.values() if any(each.id == draft.undoes for each in stack)), ())
        if not holds:
            raise ConflictError("this correction was taken back before; load the page again", "")
        if holds[-1].id != draft.undoes:
            raise ConflictError(f"{holds[-1].who} corrected this place after it; take that back first", holds[-1].new)
        return
    stack = stacks.get(target_of(draft), ())
    now = stack[-1].new if stack else as_read
    if now != draft.old:
        who = stack[-1].who if stack else "the report"
        raise ConflictError(f"{who} says “{now}” here, not “{draft.old}”; load the page again and decide", now)
