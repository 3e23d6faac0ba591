"""What persons corrected in an older reading of a document, carried over to the reading that holds now."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Engine, select

from gouji.corrections import carry
from gouji.database.connect import told
from gouji.database.models import CorrectionRow, VersionRow
from gouji.database.readings import READING, put_log, read_log, read_report
from gouji.errors import InputError
from gouji.records import Correction, Report

Remake = Callable[[Report, Sequence[Correction]], Report]


def carry_over(engine: Engine, document: int, remake: Remake) -> int:
    """Let the corrections of the document's older readings hold in its current one; gives how many came to it.

    Those that the current reading has already do not come again. Those of which the place is not found come too, to be
    told as without effect; see `gouji.corrections.carry`. An older reading keeps its own. `remake` gives a report as it
    stands with a log.

    Raises:
        OutputError: it cannot be written; all is as it was.
    """
    current, older = _readings(engine, document)
    if older is None:
        return 0
    own, log = read_log(engine, current), read_log(engine, older)
    known = set(map(_decision, own))
    if known.issuperset(map(_decision, log)):
        return 0
    try:
        now = read_report(engine, current)
        carried = carry(log, read_report(engine, older), now)
    except InputError:  # an older gouji loaded it, without its report: its corrections stay with it
        return 0
    fresh = _numbered([each for each in carried if _decision(each) not in known], own)
    whole = (*own, *fresh)
    return len(fresh) if put_log(engine, current, own, whole, remake(now, whole)) else 0


def _readings(engine: Engine, document: int) -> tuple[int, int | None]:
    """The current reading, and the last one before it in which anything was corrected."""
    of_document = select(READING, VersionRow.number).where(VersionRow.document == document)
    corrected = select(VersionRow.id).join(CorrectionRow, CorrectionRow.version == VersionRow.id)
    with told(engine), engine.connect() as connection:
        current, number = connection.execute(of_document.where(VersionRow.current)).one()
        before = corrected.where(VersionRow.document == document, VersionRow.number < number, VersionRow.id != current)
        older = connection.execute(before.order_by(VersionRow.number.desc()).limit(1)).scalar()
    return int(current), older


def _decision(correction: Correction) -> tuple[object, ...]:
    """What a correction is known by in all readings."""
    return correction.who, correction.when, correction.kind


def _numbered(carried: Sequence[Correction], own: Sequence[Correction]) -> list[Correction]:
    """The corrections with ids that follow on those of the reading's own."""
    names = {each.id: f"c{number}" for number, each in enumerate(carried, len(own) + 1)}
    return [
        each.model_copy(update={"id": names[each.id], "undoes": names.get(each.undoes or "", each.undoes)})
        for each in carried
    ]
