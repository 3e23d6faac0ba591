"""Worker processes of this machine: each does one order at a time and may die without harm to the others.

`concurrent.futures` breaks its whole pool when one process dies and cannot say at which page; here the one order is
known, and the page. A worker ends with its parent, however that ends.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal

from gouji.archive.bundles import Bundle
from gouji.archive.manifest import Outcome
from gouji.config import Settings
from gouji.crew import end_with
from gouji.errors import GoujiError, OutputError, SetupError, UsageError
from gouji.records import Record

# Modules that workers import first: tests put readers there that break down.
PRELOADED: tuple[str, ...] = ()


class Order(Record):
    """What a worker is to do: open a document (and read and close it, when it is short), read these pages, or close."""

    step: Literal["open", "read", "close"]
    bundle: Bundle
    job: str = ""
    numbers: tuple[int, ...] = ()


class Answer(Record):
    """What a worker says, on the way and at the end.

    "opened": these pages are left to read. "page": this one is read.
    "long": the document has to be parted out. "part": the pages of the order are read.
    "outcome": the document is settled. "failed": `error` says why this order came to nothing. "stop": nothing more can
    be done, `error` and `exit_code` say why. "died": the worker ended, at page `page` if it had come to one.
    `seconds`: spent on the order, with the answers that end it; the start of the process does not count.
    """

    order: Order
    says: Literal["opened", "page", "long", "part", "outcome", "failed", "stop", "died"]
    page: int = 0
    job: str = ""
    todo: tuple[int, ...] = ()
    outcome: Outcome | None = None
    error: str = ""
    exit_code: int = 1
    seconds: float = 0.0


ENDS = ("long", "part", "outcome", "failed", "stop", "died")


@dataclass
class Worker:
    """One process. `order`: what it is at, with the pages that are still to come; `since`: when it last said a word."""

    process: BaseProcess
    pipe: Connection
    order: Order | None = None
    began: float = 0.0
    since: float = 0.0
    ahead: list[int] = field(default_factory=list)
    pages: int = 0


class Workers:
    """As many processes as there are pages in flight; a context manager that leaves none behind."""

    def __init__(self, number: int, out: Path, settings: Settings, password: str | None) -> None:
        self._given = (str(out), settings.model_dump_json(), password, os.getpid())
        self._settings = settings.archive
        self._spawn = multiprocessing.get_context("spawn")
        self._workers: list[Worker] = []
        self._number = number

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            self._end(worker)
        self._workers.clear()

    @property
    def free(self) -> int:
        """How many orders can be taken now."""
        return self._number - sum(worker.order is not None for worker in self._workers)

    def give(self, order: Order) -> None:
        """Give the order to a free worker; one is started when there is none."""
        worker = next((worker for worker in self._workers if worker.order is None), None) or self._start()
        worker.order, worker.ahead = order, list(order.numbers)
        worker.began = worker.since = time.monotonic()
        worker.pipe.send(order.model_dump_json())

    def _start(self) -> Worker:
        ours, theirs = self._spawn.Pipe()
        process = self._spawn.Process(target=serve, args=(theirs, *self._given, PRELOADED), daemon=True)
        process.start()
        theirs.close()
        self._workers.append(Worker(process, ours))
        return self._workers[-1]

    def answers(self, patience_s: float) -> Iterator[Answer]:
        """What the workers say within this time, if anything."""
        waiting: dict[Any, Worker] = {worker.pipe: worker for worker in self._workers if worker.order is not None}
        ready = wait(list(waiting), timeout=patience_s) if waiting else []
        for pipe in ready:
            yield self._hear(waiting[pipe])
        for worker in list(self._workers):
            if worker.order is not None and self._is_stuck(worker):
                yield self._bury(worker, f"took longer than archive.page_timeout_s = {self._settings.page_timeout_s:g}")

    def _hear(self, worker: Worker) -> Answer:
        try:
            answer = Answer.model_validate_json(worker.pipe.recv())
        except (EOFError, OSError):
            worker.process.join(timeout=5)
            return self._bury(worker, _ending(worker.process.exitcode))
        worker.since = time.monotonic()
        if answer.says == "opened":  # should it end now, the job is known and the page that it had come to
            worker.order = Order(step="read", bundle=answer.order.bundle, job=answer.job, numbers=answer.todo)
            worker.ahead = list(answer.todo)
        if answer.says == "page":
            worker.pages += 1
            worker.ahead = [number for number in worker.ahead if number != answer.page]
        if answer.says in ENDS:
            worker.order = None
            if (
                worker.pages >= self._settings.worker_max_pages
                or _grown_mb(worker.process) > self._settings.worker_max_mb
            ):
                self._dismiss(worker)
        return answer

    def _is_stuck(self, worker: Worker) -> bool:
        limit = self._settings.page_timeout_s + (self._settings.office_timeout_s if not worker.ahead else 0)
        return time.monotonic() - worker.since > limit

    def _bury(self, worker: Worker, why: str) -> Answer:
        assert worker.order is not None
        order, seconds = worker.order, time.monotonic() - worker.began
        page = worker.ahead[0] if worker.ahead else 0
        self._dismiss(worker)
        return Answer(order=order, says="died", page=page, error=why, seconds=seconds)

    def _dismiss(self, worker: Worker) -> None:
        self._workers.remove(worker)
        self._end(worker)

    def _end(self, worker: Worker) -> None:
        """Nothing is lost: what a worker writes appears whole or not at all."""
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        return f"was ended by {name}" + (", as the system does when memory is short" if name == "SIGKILL" else "")
    return f"ended with code {code}"


def _grown_mb(process: BaseProcess) -> float:
    """Memory that the process holds, in MB; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


# --- in the worker ---------------------------------------------------------------------------------------------


def serve(
    pipe: Connection, out: str, settings_json: str, password: str | None, parent: int, preloaded: Sequence[str]
) -> None:
    """Do orders until the pipe closes. Runs in the worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with(parent)
    settings = Settings.model_validate_json(settings_json)
    _share_cores(settings)
    for name in preloaded:
        importlib.import_module(name)
    from gouji.archive.locks import at_work

    with at_work(Path(out)):
        while True:
            try:
                order = Order.model_validate_json(pipe.recv())
            except EOFError:
                return
            for answer in obey(order, Path(out), settings, password):
                pipe.send(answer.model_dump_json())


def _share_cores(settings: Settings) -> None:
    import cv2

    cv2.setNumThreads(max(1, settings.engine.threads))


def obey(order: Order, out: Path, settings: Settings, password: str | None) -> Iterator[Answer]:
    """Do one order; what goes wrong is an answer."""
    began = time.monotonic()
    for answer in _answers(order, out, settings, password):
        yield answer.model_copy(update={"seconds": time.monotonic() - began})


def _answers(order: Order, out: Path, settings: Settings, password: str | None) -> Iterator[Answer]:
    try:
        yield from _steps(order, out, settings, password)
    except (OutputError, SetupError, UsageError) as error:
        yield Answer(order=order, says="stop", error=str(error), exit_code=error.exit_code)
    except GoujiError as error:
        yield Answer(order=order, says="failed", error=str(error), exit_code=error.exit_code)
    except Exception as error:
        yield Answer(order=order, says="failed", error=f"{type(error).__name__}: {error}")


def _steps(order: Order, out: Path, settings: Settings, password: str | None) -> Iterator[Answer]:
    from gouji.archive import work

    if order.step == "open":
        opening = work.open_bundle(order.bundle, out, settings, password)
        if opening.outcome is not None:
            yield Answer(order=order, says="outcome", outcome=opening.outcome)
            return
        if len(opening.todo) > settings.archive.chunk_pages:
            yield Answer(order=order, says="long", job=opening.job, todo=opening.todo)
            return
        yield Answer(order=order, says="opened", job=opening.job, todo=opening.todo)
        order = Order(step="read", bundle=order.bundle, job=opening.job, numbers=opening.todo)
        yield from _read(order, settings, password)
        order = order.model_copy(update={"step": "close"})
    if order.step == "close":
        yield Answer(order=order, says="outcome", outcome=work.close_bundle(order.bundle, order.job, out, settings))
    else:
        yield from _read(order, settings, password)
        yield Answer(order=order, says="part")


def _read(order: Order, settings: Settings, password: str | None) -> Iterator[Answer]:
    from gouji.archive import work

    for page in work.read_part(order.job, order.numbers, settings, password):
        yield Answer(order=order, says="page", page=page)
