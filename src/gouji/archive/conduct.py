"""One run over an archive: survey, then open -> read (in parts) -> close for every document that waits."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gouji import store
from gouji.archive.bundles import Bundle
from gouji.archive.locks import sole_run, sweep, sweep_folder
from gouji.archive.manifest import Manifest, Outcome
from gouji.archive.pace import Pace
from gouji.archive.survey import Surveyor
from gouji.archive.work import give_up_page, home_of, refuse_bundle
from gouji.archive.workers import ENDS, Answer, Order, Workers
from gouji.config import Settings
from gouji.errors import CrashError, GoujiError, OutputError, SetupError, UsageError

PATIENCE_S = 1.0

OnDocument = Callable[[Bundle, Outcome, int, tuple[float, float] | None], None]
"""Called when a document is settled: with what became of it, how many still wait, and the seconds left, if known."""


def key_of(settings: Settings) -> str:
    """What reports depend on beside their documents: a document read with another key is read again."""
    return store.report_key("", settings, ())


@contextmanager
def opened(out: Path) -> Iterator[Manifest]:
    """The archive's manifest for one run: the folder is this run's alone, and what a killed one left is swept.

    Raises:
        OutputError: another run is at work there, or the folder cannot be written.
    """
    with sole_run(out), Manifest(out) as manifest:
        sweep(out, manifest.reading_folders())
        try:
            yield manifest
        finally:
            with suppress(OutputError):
                sweep(out, manifest.reading_folders())
                manifest.release()
                manifest.write_table()


def take_in(sources: Iterable[str], manifest: Manifest, settings: Settings, password: str | None = None) -> None:
    """Survey the sources into the manifest; without any, it stays as it is.

    Raises:
        UsageError: there is nothing at a source. InputError: a bucket is silent. OutputError: no room.
    """
    for source in sources:
        surveyor = Surveyor(manifest.out, settings.archive, manifest.known_hash, password)
        manifest.take_in(_steady(source), surveyor.walk(source), surveyor.others)


def _steady(source: str) -> str:
    return source if "://" in source else str(Path(source).absolute())


def worker_count(settings: Settings) -> int:
    """How many pages are in flight: as set, else one for each core as far as memory goes."""
    if settings.archive.workers:
        return settings.archive.workers
    memory_mb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e6
    return max(1, min(_cores(), int(memory_mb // settings.archive.worker_max_mb)))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def shared_out(settings: Settings, workers: int) -> Settings:
    """The settings of one worker: the engine's threads are its share of the cores, unless they are set."""
    threads = settings.engine.threads or max(1, _cores() // workers)
    return settings.model_copy(update={"engine": settings.engine.model_copy(update={"threads": threads})})


def read_waiting(
    manifest: Manifest, settings: Settings, password: str | None = None, on_document: OnDocument | None = None
) -> None:
    """Read all that waits, with worker processes.

    Raises:
        OutputError: the disk is full, or the folder cannot be written; what is read stays.
        SetupError: a model or a package is missing.
        KeyboardInterrupt: as it came; what is read stays.
    """
    number = worker_count(settings)
    with Workers(number, manifest.out, shared_out(settings, number), password) as workers:
        Conductor(manifest, workers, settings, number, on_document).conduct()


@dataclass
class Hand:
    """A document in hand: its job, the pages that are out with workers, and the work that it has cost."""

    bundle: Bundle
    job: str = ""
    out: int = 0
    seconds: float = 0.0
    deaths: Counter[int] = field(default_factory=Counter)


class Crew(Protocol):
    """Who does orders: the worker processes of this machine, or the flow's tasks on any."""

    @property
    def free(self) -> int:
        """How many orders can be taken now."""
        ...

    def give(self, order: Order) -> None:
        """Have the order done."""
        ...

    def answers(self, patience_s: float) -> Iterable[Answer]:
        """What is said within this time, if anything; each order ends with one of `workers.ENDS`."""
        ...


class Conductor:
    """Gives orders to workers and enters what comes of them. Documents in hand come before new ones."""

    def __init__(
        self, manifest: Manifest, crew: Crew, settings: Settings, number: int, on_document: OnDocument | None
    ) -> None:
        self._manifest = manifest
        self._crew = crew
        self._settings = settings
        self._key = key_of(settings)
        self._tell = on_document
        self._pace = Pace(number)
        self._orders: deque[Order] = deque()
        self._hands: dict[str, Hand] = {}
        self._waiting: deque[Bundle] = deque(manifest.waiting())

    def conduct(self) -> None:
        """Go on until nothing waits and nothing is in hand."""
        while self._waiting or self._hands:
            while self._crew.free and (order := self._next()) is not None:
                self._crew.give(order)
            for answer in self._crew.answers(PATIENCE_S):
                self._take(answer)

    def _next(self) -> Order | None:
        if self._orders:
            return self._orders.popleft()
        if not self._waiting:
            return None
        bundle = self._waiting.popleft()
        self._hands[bundle.sha256] = Hand(bundle)
        self._manifest.start(bundle.sha256, home_of(bundle))
        return Order(step="open", bundle=bundle)

    def _take(self, answer: Answer) -> None:
        hand = self._hands.get(answer.order.bundle.sha256)
        if hand is None:  # set aside while another worker was still at a part of it
            return
        if answer.says == "opened":
            hand.job, hand.out = answer.job, 1
        if answer.says not in ENDS:
            return
        hand.seconds += answer.seconds
        if answer.says == "stop":
            raise _stop(answer)
        if answer.says in ("died", "failed"):
            self._try_again(hand, answer)
        elif answer.says == "long":
            hand.job = answer.job
            self._part_out(hand, answer.todo)
        elif answer.says == "part":
            hand.out -= 1
            self._close_when_read(hand)
        elif answer.outcome is not None:
            self._settle(hand, answer.outcome)

    def _part_out(self, hand: Hand, pages: tuple[int, ...]) -> None:
        size = max(1, self._settings.archive.chunk_pages)
        parts = [pages[start : start + size] for start in range(0, len(pages), size)]
        hand.out += len(parts)
        self._orders.extend(Order(step="read", bundle=hand.bundle, job=hand.job, numbers=part) for part in parts)
        self._close_when_read(hand)

    def _close_when_read(self, hand: Hand) -> None:
        if hand.out == 0:
            self._orders.append(Order(step="close", bundle=hand.bundle, job=hand.job))

    def _try_again(self, hand: Hand, answer: Answer) -> None:
        """Once more, up to `archive.tries`; then the page at which the worker ended is given up, or the document."""
        hand.deaths[answer.page] += 1
        order = answer.order
        worn_out = hand.deaths[answer.page] >= self._settings.archive.tries
        if not worn_out:
            self._orders.append(order)
        elif answer.page:
            error = CrashError(f"its reader {answer.error}")
            give_up_page(hand.job, answer.page, error)
            left = order.numbers[order.numbers.index(answer.page) + 1 :]
            hand.out -= 1
            self._part_out(hand, left)
        else:
            self._give_up(hand, answer)

    def _give_up(self, hand: Hand, answer: Answer) -> None:
        what = f"its reader {answer.error}" if answer.says == "died" else answer.error
        error = CrashError(f"{hand.bundle.name}: {what}, {hand.deaths[0]} times; look at the file, then use --retry")
        self._settle(hand, refuse_bundle(hand.bundle, self._manifest.out, self._settings, error))

    def _settle(self, hand: Hand, outcome: Outcome) -> None:
        outcome = outcome.model_copy(update={"seconds": hand.seconds})
        sweep_folder(self._manifest.out / home_of(hand.bundle))  # a worker that was killed leaves its draft
        self._manifest.settle(outcome, self._key)
        del self._hands[hand.bundle.sha256]
        self._orders = deque(order for order in self._orders if order.bundle.sha256 != outcome.sha256)
        self._pace.add(hand.seconds)
        if self._tell is not None:
            left = len(self._waiting) + len(self._hands)
            self._tell(hand.bundle, outcome, left, self._pace.left_s(left) if left else None)


def _stop(answer: Answer) -> GoujiError:
    kinds: dict[int, type[GoujiError]] = {kind.exit_code: kind for kind in (OutputError, SetupError, UsageError)}
    return kinds.get(answer.exit_code, GoujiError)(answer.error)
