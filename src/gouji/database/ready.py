"""A report as rows that a database's driver takes as they are: all that loading needs, made before it begins.

They are light enough to be handed from one process to another.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gouji.database.types import to_sqlite
from gouji.records import Report, Source
from gouji.rows import KINDS, report_to_rows
from gouji.undisturbed import undisturbed

Row = tuple[Any, ...]

FAST = 1  # of gzip: a third larger than its best, in a tenth of the time

# How a value of a type is turned for a driver; all others go as they are. COPY takes figures as they are written.
_TURNS: dict[str, dict[str, Callable[[Any], Any]]] = {
    "sqlite": {"decimal": to_sqlite},
    "postgresql": {"decimal": str},
}


@dataclass(frozen=True)
class Ready:
    """A report for databases of one dialect. `told` are columns of its version, `rows` those of every kind.

    `packed` is the report whole, as `unpack` takes it, None where only its rows are kept. `path` is where the file that
    was read lies, None where that is not known.
    """

    source: Source
    digest: str
    pages_read: int
    told: dict[str, Any]
    rows: dict[str, list[Row]]
    packed: bytes | None = None
    path: str | None = None


def make_ready(report: Report, dialect: str, path: str | None = None, keep: bool = True) -> Ready:
    """The report for databases of the dialect, "sqlite" or "postgresql"; with `keep` whole beside its rows."""
    rows = report_to_rows(report)
    facing = zip((column.name for column in KINDS["document"]), rows.pop("document")[0], strict=True)
    told = {name: value for name, value in facing if name not in ("sha256", "file", "media_type", "url", "n_pages")}
    read = sum(page.status == "read" for page in report.pages)
    turned = {kind: _turned(kind, found, _TURNS[dialect]) for kind, found in rows.items()}
    content = _content(report)
    packed = gzip.compress(content, FAST, mtime=0) if keep else None
    return Ready(report.source, hashlib.sha256(content).hexdigest(), read, told, turned, packed, path)


def _content(report: Report) -> bytes:
    """All of the report but the names under which its file was found: what tells two readings apart."""
    return report.model_dump_json(exclude={"source": {"file", "url"}}).encode()


@undisturbed()
def unpack(packed: bytes, file: str, url: str | None) -> Report:
    """The report that `Ready.packed` holds, with the names under which its file was found.

    Raises:
        ValueError: it is damaged, or of another schema.
    """
    try:
        found = json.loads(gzip.decompress(packed))
        return Report.model_validate({**found, "source": {**found["source"], "file": file, "url": url}})
    except (EOFError, KeyError, OSError, TypeError, zlib.error) as error:
        raise ValueError("it cannot be unpacked") from error


def _turned(kind: str, rows: list[Row], turns: dict[str, Callable[[Any], Any]]) -> list[Row]:
    turned = [(n, turns[column.type]) for n, column in enumerate(KINDS[kind]) if column.type in turns]
    return [_turn(row, turned) for row in rows] if turned else rows


def _turn(row: Row, turns: Sequence[tuple[int, Callable[[Any], Any]]]) -> Row:
    values = list(row)
    for n, turn in turns:
        if values[n] is not None:
            values[n] = turn(values[n])
    return tuple(values)
