"""The pages of one scanned file read by several processes at once, each with an engine and its share of the cores.

On few cores this pays twice: models use one core better than two, and what is not a model uses one only.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache, partial
from pathlib import Path
from typing import Self

from gouji import run, store
from gouji.config import Settings
from gouji.errors import GoujiError, PageError
from gouji.pages.raster import Opened
from gouji.pipeline import get_ready, open_report
from gouji.records import PageReading

_PR_SET_PDEATHSIG = 1
LEAST_SHARED = 5  # fewer pages than this are read sooner than processes are started


class Crew:
    """The processes, started with the first file that has enough scanned pages and kept for the files after it."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._settings: Settings | None = None
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.dismiss()

    def read_pages(
        self, job: run.Job, numbers: Sequence[int], settings: Settings, password: str | None = None
    ) -> Iterator[PageReading]:
        """Read these pages as `run.read_pages` does, in their order; from the first scan on the work is shared.

        Digital pages need no engine and are faster read than handed out.

        Raises:
            InputError: the file is gone. OutputError: the folder cannot be written. SetupError: a model is missing.
        """
        left = tuple(numbers)
        if not (self._is_work_to_share(left, settings) and _is_scan(job, left[0], settings, password)):
            alone = run.read_pages(job, left, settings, password)
            for reading in alone:
                left = left[1:]
                yield reading
                if reading.page.origin == "scan" and self._is_work_to_share(left, settings):
                    break
            alone.close()
        if left:
            run.forget_readers()
            yield from self._shared(job, left, settings, password)

    def dismiss(self) -> None:
        """End the processes; those at work finish their page."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = None

    def _is_work_to_share(self, numbers: Sequence[int], settings: Settings) -> bool:
        least = LEAST_SHARED if self._pool is None else 1
        return len(numbers) >= least and crew_size(settings) > 1

    def _shared(
        self, job: run.Job, numbers: Sequence[int], settings: Settings, password: str | None
    ) -> Iterator[PageReading]:
        """The readings in the order of `numbers`; when a process is killed, this one reads what is left."""
        pool, done = self._called(settings, len(numbers)), 0
        loading = threading.Thread(target=_get_ready, args=(settings,), daemon=True)
        try:
            for number in pool.map(partial(_read, job.model_dump_json(), password), numbers):
                done += 1
                if done == max(1, len(numbers) - self._size):
                    loading.start()  # the last pages are being read, and soon a core has nothing to do
                reading = store.load_reading(Path(job.folder), number)
                if reading is not None:
                    yield reading
        except BrokenProcessPool:
            self.dismiss()
            yield from run.read_pages(job, numbers[done:], settings, password)
        except BaseException:
            self.dismiss()
            raise
        finally:
            if loading.ident is not None:
                loading.join()

    def _called(self, settings: Settings, pages: int) -> ProcessPoolExecutor:
        """The processes, at most one for each page; called anew with other settings, and when they are too few."""
        size = min(crew_size(settings), pages)
        if self._pool is None or settings != self._settings or size > self._size:
            self.dismiss()
            share = settings.engine.model_copy(update={"threads": settings.engine.threads or _cores_each(size)})
            given = (settings.model_copy(update={"engine": share}).model_dump_json(), os.getpid())
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(size, mp_context=context, initializer=_join_crew, initargs=given)
            self._settings, self._size = settings, size
        return self._pool


def _get_ready(settings: Settings) -> None:
    with contextlib.suppress(GoujiError):  # told when the report is put together
        get_ready(settings)


def _is_scan(job: run.Job, number: int, settings: Settings, password: str | None) -> bool:
    """Whether the page is a scan, told without an engine: the crew's own need not wait for the first page."""
    with open_report(Path(job.path), settings, password) as opened:
        try:
            return opened.raster(number).origin == "scan"
        except PageError:
            return False


def crew_size(settings: Settings) -> int:
    """How many processes read: as set, or one for each core that this process may use."""
    return settings.crew.workers or len(os.sched_getaffinity(0))


def _cores_each(size: int) -> int:
    return max(1, len(os.sched_getaffinity(0)) // size)


_settings: Settings
"""In a process of the crew: the settings."""


def _join_crew(settings: str, parent: int) -> None:
    import cv2

    global _settings
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent decides
    end_with(parent)
    _settings = Settings.model_validate_json(settings)
    cv2.setNumThreads(_settings.engine.threads)


@lru_cache(maxsize=1)
def _member(job: str, password: str | None) -> tuple[run.Job, Opened]:
    """The job and its file, which stays open until a page of another is asked for."""
    own = run.Job.model_validate_json(job)
    return own, open_report(Path(own.path), _settings, password)


def end_with(parent: int, by: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to end this process with its parent, however that ends; other systems than Linux can't."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, by)
        if os.getppid() != parent:
            os._exit(0)


def _read(job: str, password: str | None, number: int) -> int:
    """Read one page into the run folder; gives its number."""
    own, opened = _member(job, password)
    for _ in run.read_opened(own, opened, (number,), _settings):
        pass
    return number
