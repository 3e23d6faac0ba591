"""The reports of a source as they stand with their corrections. Loaded when asked for, kept a while."""

from __future__ import annotations

import gc
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from gouji import pipeline
from gouji.config import Settings
from gouji.corrections import Corrected
from gouji.recall import Recall
from gouji.records import Correction, Report
from gouji.review.source import Signature, Source, no_such_report
from gouji.undisturbed import undisturbed

KEPT = 12  # reports in memory
SEEN_FOR_S = 2.0  # how long the list of reports holds


@dataclass(frozen=True)
class Standing:
    """One report: as it was read, and as it stands now with `log`. `ms`: what the last checks took.

    `name` is what its source calls it, `signature` what it was made of.
    """

    id: str
    name: str
    signature: Signature
    read: Report
    report: Report
    given: Corrected
    log: tuple[Correction, ...]
    ms: float


class Shelf:
    """The reports of a source, by its ids; safe to use from several threads."""

    def __init__(self, source: Source, settings: Settings) -> None:
        self.source = source
        self.settings = settings
        self._lock = threading.RLock()
        self._names: dict[str, str] = {}
        self._seen = 0.0
        self._kept: OrderedDict[str, Standing] = OrderedDict()
        self._making: dict[str, tuple[threading.Lock, Recall]] = {}

    def names(self, fresh: bool = False) -> dict[str, str]:
        """The reports that there are, by id, with a name for people, in the order of their names."""
        with self._lock:
            if fresh or time.monotonic() - self._seen > SEEN_FOR_S:
                self._names = self.source.names()
                self._seen = time.monotonic()
            return dict(self._names)

    def _name(self, report_id: str) -> str:
        name = self.names().get(report_id) or self.names(fresh=True).get(report_id)
        if name is None:
            raise no_such_report()
        return name

    def open(self, report_id: str) -> Standing:
        """The report as it stands; made afresh only when its files changed.

        Raises:
            InputError: there is no such report, or it is damaged.
        """
        name = self._name(report_id)
        signature = self.source.signatures([report_id])[report_id]
        kept = self._known(report_id)
        if kept is not None and kept.signature == signature:
            return kept
        making, recall = self._in_hand(report_id)
        with making:
            return self._opened(report_id, name, recall)

    def prepare(self, report_id: str) -> None:
        """Make what the checks of a decision recall, so that the first one is answered as fast as the next.

        Others may look at the report meanwhile; a decision waits.

        Raises:
            InputError: there is no such report, or it is damaged.
        """
        stands = self.open(report_id)
        making, recall = self._in_hand(report_id)
        with making, undisturbed():
            if recall.empty:
                pipeline.remember(stands.read, self.settings, recall)
                gc.freeze()

    def add(self, stands: Standing, draft: Correction, as_read: str = "") -> Correction:
        """Add a correction of a report to its log; `as_read` is what the report says at the draft's target.

        Raises:
            ConflictError: another correction of the same place came first.
            OutputError: it cannot be written.
        """
        making, recall = self._in_hand(stands.id)

        def remake(log: tuple[Correction, ...]) -> Report:
            return pipeline.correct(stands.read, log, self.settings, recall)[0]

        with making:
            return self.source.add(stands.id, stands.signature, draft, as_read, remake)

    def _in_hand(self, report_id: str) -> tuple[threading.Lock, Recall]:
        """What lets one thread at a time make a report, and what it remembers of the last time."""
        with self._lock:
            return self._making.setdefault(report_id, (threading.Lock(), Recall()))

    def _opened(self, report_id: str, name: str, recall: Recall) -> Standing:
        signature = self.source.signatures([report_id])[report_id]
        kept = self._known(report_id)
        if kept is not None and kept.signature == signature:
            return kept
        same = kept is not None and kept.signature[0] == signature[0]
        if not same:
            recall.turn()  # what it remembers is of another reading
        with undisturbed():
            read = kept.read if kept is not None and same else self.source.load(report_id)
            log = self.source.log(report_id)
            start = time.perf_counter()
            report, given = pipeline.correct(read, log, self.settings, recall)
            ms = (time.perf_counter() - start) * 1000
            gc.freeze()  # the records stay for long and form no cycles: no later collection is to walk them
        made = Standing(report_id, name, signature, read, report, given, log, ms)
        with self._lock:
            self._kept[report_id] = made
            self._kept.move_to_end(report_id)
            while len(self._kept) > KEPT:
                forgotten, _ = self._kept.popitem(last=False)
                self._making.pop(forgotten, None)
        return made

    def _known(self, report_id: str) -> Standing | None:
        """The report as it was made last; None when that was not yet, or long ago."""
        with self._lock:
            kept = self._kept.get(report_id)
            if kept is not None:
                self._kept.move_to_end(report_id)
            return kept
