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
from pathlib import Path

from gouji import run, store
from gouji.config import Settings
from gouji.errors import GoujiError, PageError
from gouji.pages.raster import Opened
from gouji.pipeline import get_ready, open_report
from gouji.records import PageReading

_PR_SET_PDEATHSIG = 1
LEAST_SHARED = 5  # fewer pages than this are read sooner than processes are started


def read_pages(
    job: run.Job, numbers: Sequence[int], settings: Settings, password: str | None = None
) -> Iterator[PageReading]:
    """Read these pages as `run.read_pages` does, in their order; from the first scan on the work is shared.

    Digital pages need no engine and are faster read than handed out.

    Raises:
        InputError: the file is gone. OutputError: the folder cannot be written. SetupError: a model is missing.
    """
    left = tuple(numbers)
    if not (_is_work_to_share(left, settings) and _is_scan(job, left[0], settings, password)):
        alone = run.read_pages(job, left, settings, password)
        for reading in alone:
            left = left[1:]
            yield reading
            if reading.page.origin == "scan" and _is_work_to_share(left, settings):
                break
        alone.close()
    if left:
        run.forget_readers()
        yield from _shared(job, left, settings, password)


def _is_work_to_share(numbers: Sequence[int], settings: Settings) -> bool:
    return len(numbers) >= LEAST_SHARED and crew_size(settings) > 1


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


def _shared(job: run.Job, numbers: Sequence[int], settings: Settings, password: str | None) -> Iterator[PageReading]:
    """The readings in the order of `numbers`; when a process is killed, this one reads what is left."""
    size = min(crew_size(settings), len(numbers))
    share = settings.engine.model_copy(update={"threads": settings.engine.threads or _cores_each(size)})
    shared = settings.model_copy(update={"engine": share})
    given = (job.model_dump_json(), shared.model_dump_json(), password, os.getpid())
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(size, mp_context=context, initializer=_join_crew, initargs=given)
    done, loading = 0, threading.Thread(target=_get_ready, args=(settings,), daemon=True)
    try:
        for number in pool.map(_read, numbers):
            done += 1
            if done == max(1, len(numbers) - size):
                loading.start()  # the last pages are being read, and soon a core has nothing to do
            reading = store.load_reading(Path(job.folder), number)
            if reading is not None:
                yield reading
    except BrokenProcessPool:
        yield from run.read_pages(job, numbers[done:], settings, password)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        if loading.ident is not None:
            loading.join()


def _get_ready(settings: Settings) -> None:
    with contextlib.suppress(GoujiError):  # told when the report is put together
        get_ready(settings)


def _cores_each(size: int) -> int:
    return max(1, len(os.sched_getaffinity(0)) // size)


_member: tuple[run.Job, Opened, Settings]
"""In a process of the crew: the job, its file and the settings."""


def _join_crew(job: str, settings: str, password: str | None, parent: int) -> None:
    import cv2

    global _member
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent decides
    end_with(parent)
    own, shared = run.Job.model_validate_json(job), Settings.model_validate_json(settings)
    _member = own, open_report(Path(own.path), shared, password), shared
    cv2.setNumThreads(shared.engine.threads)


def end_with(parent: int, by: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to end this process with its parent, however that ends; other systems than Linux can't."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, by)
        if os.getppid() != parent:
            os._exit(0)


def _read(number: int) -> int:
    """Read one page into the run folder; gives its number."""
    job, opened, settings = _member
    for _ in run.read_opened(job, opened, (number,), settings):
        pass
    return number
