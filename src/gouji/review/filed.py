"""The reports in a database as the source of a review page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from gouji.database import readings
from gouji.database.connect import open_database
from gouji.database.migrate import require_schema
from gouji.errors import InputError, SetupError, UsageError
from gouji.records import Correction, Report
from gouji.review.source import Remake, Signature, at_hand, no_such_report


class DatabaseSource:
    """The readings that views show, one of each document. A signature is the reading and how many corrections it has.

    Raises:
        UsageError: the address makes no sense, its driver is missing, or there is nothing of gouji's in it.
        OutputError: it cannot be reached. SetupError: a newer gouji made its schema.
    """

    def __init__(self, address: str) -> None:
        try:
            self._engine = open_database(address)
        except SetupError as error:
            raise UsageError(str(error)) from error
        self._readings: dict[str, readings.Reading] = {}
        try:
            require_schema(self._engine)
        except BaseException:
            self.close()
            raise

    def names(self) -> dict[str, str]:
        """The documents, by the names of their files."""
        self._readings = {_id_of(found): found for found in readings.current_readings(self._engine)}
        return {report_id: found.file for report_id, found in self._readings.items()}

    def _reading(self, report_id: str) -> readings.Reading:
        try:
            return self._readings[report_id]
        except KeyError:
            raise no_such_report() from None

    def signatures(self, report_ids: Iterable[str]) -> dict[str, Signature]:
        """See `Source`; asked of many, the database answers once."""
        asked = list(report_ids)
        if len(asked) != 1:
            self.names()
            found = map(self._reading, asked)
            return {each: _signature(one.version, one.corrections) for each, one in zip(asked, found, strict=True)}
        version = self._reading(asked[0]).version
        return {asked[0]: _signature(version, readings.corrections_made(self._engine, version))}

    def load(self, report_id: str) -> Report:
        """See `Source`."""
        return readings.read_report(self._engine, self._reading(report_id).version)

    def log(self, report_id: str) -> tuple[Correction, ...]:
        """See `Source`."""
        return readings.read_log(self._engine, self._reading(report_id).version)

    def add(self, report_id: str, seen: Signature, draft: Correction, as_read: str, remake: Remake) -> Correction:
        """See `Source`; the rows of the corrected report are made anew in the same transaction."""
        return readings.add_correction(self._engine, seen[0][0], draft, as_read, remake)

    def original(self, report_id: str, file: str) -> Path:
        """Where it lay when it was loaded."""
        path = self._reading(report_id).path
        if path is None:
            raise InputError(f"{file}: the database does not say where the file that was read is")
        return at_hand(Path(path))

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


def _signature(version: int, corrections: int) -> Signature:
    return (version, 0), (corrections, 0)


def _id_of(reading: readings.Reading) -> str:
    return hashlib.sha256(reading.sha256.encode()).hexdigest()[:12]
