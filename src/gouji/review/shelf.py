"""The reports in a folder of run folders, as they stand with their corrections. Loaded when asked for, kept a while."""

from __future__ import annotations

import gc
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gouji import pipeline, store
from gouji.config import Settings
from gouji.corrections import Corrected
from gouji.errors import InputError
from gouji.recall import Recall
from gouji.records import Correction, Report

OWN = ".review"  # the folder in which the review page keeps uploads
DEEPEST = 4  # levels below the root at which run folders are looked for
KEPT = 12  # reports in memory
SEEN_FOR_S = 2.0  # how long the list of folders holds

Signature = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Standing:
    """One report: as it was read, and as it stands now with `log`. `ms`: what the last checks took."""

    id: str
    folder: Path
    read: Report
    report: Report
    given: Corrected
    log: tuple[Correction, ...]
    ms: float


class Shelf:
    """The reports below a folder, by an id that says nothing of paths; safe to use from several threads."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root = root.resolve()
        self.settings = settings
        self._lock = threading.RLock()
        self._folders: dict[str, Path] = {}
        self._seen = 0.0
        self._kept: OrderedDict[str, tuple[Signature, Standing]] = OrderedDict()
        self._making: dict[str, tuple[threading.Lock, Recall]] = {}

    def folders(self, fresh: bool = False) -> dict[str, Path]:
        """The run folders with a report, by id, in the order of their names."""
        with self._lock:
            if fresh or time.monotonic() - self._seen > SEEN_FOR_S:
                found = sorted(set(_run_folders(self.root, DEEPEST)))
                self._folders = {self.id_of(folder): folder for folder in found}
                self._seen = time.monotonic()
            return dict(self._folders)

    def id_of(self, folder: Path) -> str:
        """The id of a run folder below the root."""
        return hashlib.sha256(folder.relative_to(self.root).as_posix().encode()).hexdigest()[:12]

    def folder(self, report_id: str) -> Path:
        """The run folder of an id.

        Raises:
            InputError: there is none.
        """
        found = self.folders().get(report_id) or self.folders(fresh=True).get(report_id)
        if found is None:
            raise InputError("there is no such report in the folder; go back to the desk")
        return found

    def open(self, report_id: str) -> Standing:
        """The report as it stands; made afresh only when its files changed.

        Raises:
            InputError: there is no such report, or it is damaged.
        """
        folder = self.folder(report_id)
        with self._lock:
            making, recall = self._making.setdefault(report_id, (threading.Lock(), Recall()))
        with making:
            return self._opened(report_id, folder, recall)

    def _opened(self, report_id: str, folder: Path, recall: Recall) -> Standing:
        signature = signature_of(folder)
        with self._lock:
            kept = self._kept.get(report_id)
            if kept is not None and kept[0] == signature:
                self._kept.move_to_end(report_id)
                return kept[1]
        same = kept is not None and kept[0][0] == signature[0]
        with _undisturbed():
            read = kept[1].read if kept is not None and same else store.load_report(folder)
            made = self._make(report_id, folder, read, recall)
        with self._lock:
            self._kept[report_id] = (signature, made)
            self._kept.move_to_end(report_id)
            while len(self._kept) > KEPT:
                forgotten, _ = self._kept.popitem(last=False)
                self._making.pop(forgotten, None)
        return made

    def _make(self, report_id: str, folder: Path, read: Report, recall: Recall) -> Standing:
        log = store.load_corrections(folder)
        start = time.perf_counter()
        report, given = pipeline.correct(read, log, self.settings, recall)
        ms = (time.perf_counter() - start) * 1000
        return Standing(id=report_id, folder=folder, read=read, report=report, given=given, log=log, ms=ms)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without the collector of cyclic garbage: records form no cycles, and it would walk them all again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _run_folders(folder: Path, depth: int) -> Iterator[Path]:
    if (folder / store.REPORT).is_file():
        yield folder
    if depth:
        try:
            below = [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
        except OSError:
            return
        for path in below:
            if not path.name.startswith("."):
                yield from _run_folders(path, depth - 1)


def signature_of(folder: Path) -> Signature:
    """Changes whenever the report or its corrections do."""
    return tuple(_stamp(folder / name) for name in (store.REPORT, store.CORRECTIONS))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size
