"""One file walked down the corridor with the store at hand: what is done is not done again.

`begin` says which pages are to be read, `read_pages` reads some of them into the run folder, `finish` assembles the
report from the folder. The command line (`read_report`) and the flow call the same three.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from gouji import pipeline, store
from gouji.config import Settings
from gouji.errors import GoujiError, InputError, UsageError
from gouji.pages.draw import draw_page
from gouji.pages.raster import Opened
from gouji.pages.rasterise import file_sha256, media_type
from gouji.reading import Readers, page_image
from gouji.records import Document, Finding, MadeBy, Page, PageReading, Pointer, Record, Report, Source
from gouji.version import __version__

OnPage = Callable[[PageReading, bool], None]
"""Called after each page with its reading and whether it was already there."""

ReadPages = Callable[["Job", tuple[int, ...], Settings, str | None], Iterator[PageReading]]
"""How the pages of a job are read: `read_pages`, or several processes (`crew`)."""

UNREAD = "page.unread"
# What the findings of a file as a whole say; the codes are those of `errors` and of `Opened.warnings`.
MESSAGES = {
    "input.unsupported": "文件不是 PDF、TIFF、JPEG 或 PNG，无法读取。",
    "input.broken": "文件已损坏或不完整，无法打开，请重新获取。",
    "input.locked": "文件已加密，缺少密码或密码错误，无法打开。",
    "input.empty": "文件中没有任何页面。",
    "input.too_large": "文件超出设置的大小或页数限制，未读取。",
    "input.unsafe": "压缩包含有越界路径，或解压后超出设置的限制，未解压。",
    "input.unconverted": "办公文档未能转换为 PDF，请自行打印为 PDF 后重试。",
    "input.no_tool": "缺少读取该类文件所需的程序（办公文档需要 LibreOffice，RAR 需要 unrar），请安装后重试。",
    "input.crashed": "读取该文件时进程多次意外终止或超时，未能读取。",
    "input.truncated": "文件末尾不完整，可能缺少内容，请与原件核对。",
}


class Job(Record):
    """One file to be read. `pages`: all that the report covers; `todo`: those without a reading yet; both from 1.

    `done`: the report in `folder` is already the one asked for.
    """

    path: str
    folder: str
    source: Source
    pages: tuple[int, ...]
    todo: tuple[int, ...]
    key: str
    warnings: tuple[str, ...] = ()
    done: bool = False


class Outcome(Record):
    """What became of one file. `skipped`: the report was there already; `error`: the file could not be opened."""

    path: str
    folder: str
    report: Report
    skipped: bool = False
    error: str | None = None
    exit_code: int = 0


def read_report(
    path: Path,
    out: Path,
    settings: Settings,
    *,
    pages: Iterable[int] | None = None,
    password: str | None = None,
    force: bool = False,
    draw: bool = False,
    on_page: OnPage | None = None,
    read: ReadPages | None = None,
) -> Outcome:
    """Read the file into its run folder below `out`. A file that cannot be opened gives a report that says so.

    `read` is how its pages are read, if not by this process alone.

    Raises:
        InputError: there is no such file, or it cannot be read at all.
        UsageError: pages are asked for that the file does not have.
        OutputError: the folder cannot be written; pages read so far stay.
        SetupError: a model or a package is missing.
    """
    try:
        job = begin(path, out, settings, pages=pages, password=password, force=force)
    except InputError as error:
        return refuse(path, out, settings, error)
    if not job.done:
        tell_saved(job, on_page)
        for reading in (read or read_pages)(job, job.todo, settings, password):
            if on_page is not None:
                on_page(reading, False)
    report = finish(job, settings)
    if draw:
        collections.deque(draw_pages(job, report, settings, password), maxlen=0)
    return Outcome(path=job.path, folder=job.folder, report=report, skipped=job.done, exit_code=exit_code_of(report))


def begin(
    path: Path,
    out: Path,
    settings: Settings,
    *,
    pages: Iterable[int] | None = None,
    password: str | None = None,
    force: bool = False,
) -> Job:
    """Open the file, take its folder below `out`, and see which pages are still to be read.

    Raises:
        InputError: the file cannot be opened.
        UsageError: pages are asked for that the file does not have.
        OutputError: the folder cannot be written.
    """
    settings = pipeline.settled(settings)
    with pipeline.open_report(path, settings, password) as opened:
        source, warnings = opened.source, opened.warnings
    numbers = _chosen(source, pages)
    folder = store.claim_folder(out, path, source.sha256)
    key = store.report_key(source.sha256, settings, numbers)
    done = not force and store.finished_report(folder, key) is not None
    if not done:
        readings = store.readings_key(source.sha256, settings)
        store.begin(folder, store.Entry(path=str(path.resolve()), sha256=source.sha256, readings=readings))
    todo = () if done else tuple(n for n in numbers if force or store.saved_reading(folder, n) is None)
    return Job(
        path=str(path),
        folder=str(folder),
        source=source,
        pages=numbers,
        todo=todo,
        key=key,
        warnings=warnings,
        done=done,
    )


def _chosen(source: Source, pages: Iterable[int] | None) -> tuple[int, ...]:
    if pages is None:
        return tuple(range(1, source.pages + 1))
    numbers = tuple(sorted(set(pages)))
    if not numbers or not 1 <= numbers[0] <= numbers[-1] <= source.pages:
        raise UsageError(f"{source.file}: it has pages 1 to {source.pages}; ask for those with --pages")
    return numbers


def tell_saved(job: Job, on_page: OnPage | None) -> None:
    """Report the pages whose readings an earlier run left."""
    if on_page is None:
        return
    for number in sorted(set(job.pages) - set(job.todo)):
        reading = store.saved_reading(Path(job.folder), number)
        if reading is not None:
            on_page(reading, True)


def read_pages(
    job: Job, numbers: Iterable[int], settings: Settings, password: str | None = None, *, strict: bool = False
) -> Generator[PageReading, None, None]:
    """Read these pages, each into the folder before the next is begun.

    A page on which the engine breaks down counts as unread, unless `strict`: then the error goes through, for callers
    that try again and call `give_up` in the end.

    Raises:
        InputError: the file is gone. OutputError: the folder cannot be written. SetupError: a model is missing.
    """
    numbers = tuple(numbers)
    if numbers:
        with pipeline.open_report(Path(job.path), settings, password) as opened:
            yield from read_opened(job, opened, numbers, settings, strict=strict)


def read_opened(
    job: Job, opened: Opened, numbers: Iterable[int], settings: Settings, *, strict: bool = False
) -> Iterator[PageReading]:
    """`read_pages` of a file that is open already.

    Raises:
        OutputError: the folder cannot be written. SetupError: a model is missing.
    """
    readers = _readers(settings)
    for number in numbers:
        try:
            reading = pipeline.read_page(opened, number, readers, settings)
        except GoujiError:
            raise
        except Exception as error:
            if strict:
                raise
            yield give_up(job, number, error)
            continue
        store.save_reading(Path(job.folder), reading)
        yield reading


@lru_cache(maxsize=1)
def _readers(settings: Settings) -> Readers:
    """Engines take seconds to load, so the last ones stay for the next file or task."""
    return pipeline.open_readers(settings)


def forget_readers() -> None:
    """Let go of the engines that stayed: other processes go on and need the memory."""
    _readers.cache_clear()


def give_up(job: Job, number: int, error: BaseException) -> PageReading:
    """Record that the page could not be read, and why.

    Raises:
        OutputError: the folder cannot be written.
    """
    why = f"page {number}: {type(error).__name__}: {error}"
    page = Page(page=number, width=0, height=0, dpi=0, origin="scan", status="unread", error=why)
    reading = PageReading(page=page)
    store.save_reading(Path(job.folder), reading)
    return reading


def finish(job: Job, settings: Settings) -> Report:
    """Assemble the report from the readings in the folder and write it; a report already done is just given.

    Raises:
        OutputError: the folder cannot be written.
    """
    folder = Path(job.folder)
    if job.done:
        report = store.finished_report(folder, job.key)
        if report is not None:
            return report
    settings = pipeline.settled(settings)
    readings = [reading for n in job.pages if (reading := store.load_reading(folder, n)) is not None]
    report = _assemble(job.source, readings, settings, job.warnings)
    store.save_report(folder, report, job.key)
    return report


def draw_pages(job: Job, report: Report, settings: Settings, password: str | None = None) -> Iterator[Path]:
    """Write a picture of each page that was read, with what was found drawn over it; gives their paths.

    Raises:
        InputError: the file is gone. OutputError: the folder cannot be written.
    """
    import cv2

    with pipeline.open_report(Path(job.path), settings, password) as opened:
        for page in report.pages:
            if page.status == "read":
                picture = draw_page(page_image(opened.raster(page.page), page), report, page.page)
                path = store.picture_path(Path(job.folder), page.page)
                store.write_bytes(path, cv2.imencode(".png", picture)[1].tobytes())
                yield path


def read_file(
    path: Path, settings: Settings, *, pages: Iterable[int] | None = None, password: str | None = None
) -> Report:
    """The file's report, with nothing written.

    Raises:
        InputError: the file cannot be opened.
        UsageError: pages are asked for that the file does not have.
        SetupError: a model or a package is missing.
    """
    settings = pipeline.settled(settings)
    with pipeline.open_report(path, settings, password) as opened:
        numbers = _chosen(opened.source, pages)
        readers = _readers(settings)
        readings = [pipeline.read_page(opened, number, readers, settings) for number in numbers]
        return _assemble(opened.source, readings, settings, opened.warnings)


def _assemble(source: Source, readings: list[PageReading], settings: Settings, warnings: Iterable[str]) -> Report:
    """The corridor's report with findings on the file as a whole before all others, and those on blank pages after."""
    report = pipeline.assemble(source, readings, settings)
    first = [Finding(code=code, severity="warning", message=MESSAGES[code]) for code in warnings]
    told = {pointer.page for finding in report.findings if finding.code == UNREAD for pointer in finding.pointers}
    first += [_unread(r.page.page) for r in readings if r.page.status == "unread" and r.page.page not in told]
    last = [_blank(r.page.page) for r in readings if r.page.status == "read" and not r.lines and not r.grids]
    return report.model_copy(update={"findings": (*first, *report.findings, *last)})


def _unread(page: int) -> Finding:
    message = f"第 {page} 页无法读取，请重新扫描或重新获取该页。"
    return Finding(code=UNREAD, severity="error", message=message, pointers=(Pointer(page=page),))


def _blank(page: int) -> Finding:
    message = f"第 {page} 页没有任何文字，请确认是否为空白页。"
    return Finding(code="page.blank", severity="info", message=message, pointers=(Pointer(page=page),))


def corrected_report(folder: Path, settings: Settings) -> Report:
    """The report of a run folder with what persons corrected in it; `report.json` stays as read.

    Raises:
        InputError: there is no report in the folder, or its corrections are damaged.
    """
    report, _ = pipeline.correct(store.load_report(folder), store.load_corrections(folder), settings)
    return report


def exit_code_of(report: Report) -> int:
    """5 when a page of it could not be read, else 0."""
    return 5 if any(page.status == "unread" for page in report.pages) else 0


def refuse(path: Path, out: Path, settings: Settings, error: InputError) -> Outcome:
    """The report of a file that cannot be opened: no pages, one finding. Written unless the folder holds a better one.

    Raises:
        InputError: the given error, when there is no file to speak of.
        OutputError: the folder cannot be written.
    """
    if error.code not in MESSAGES:
        raise error
    sha256 = file_sha256(path)
    report = refused_report(path, sha256, settings, error)
    folder = store.claim_folder(out, path, sha256)
    old = store.read_entry(folder)
    if old is None or old.sha256 != sha256:  # else an earlier run had the password, or other limits
        store.begin(folder, store.Entry(path=str(path.resolve()), sha256=sha256, readings="refused"))
    if old is None or old.sha256 != sha256 or not (folder / store.REPORT).is_file():
        store.replace_report(folder, report)
    return Outcome(path=str(path), folder=str(folder), report=report, error=str(error), exit_code=type(error).exit_code)


def refused_report(path: Path, sha256: str, settings: Settings, error: InputError) -> Report:
    """A report without pages whose one finding is why."""
    settings = pipeline.settled(settings)
    try:
        kind = media_type(path)
    except InputError:
        kind = "application/octet-stream"
    return Report(
        source=Source(file=path.name, sha256=sha256, media_type=kind, pages=0),
        made_by=MadeBy(
            gouji=__version__,
            engine=settings.engine.name,
            models=(),
            detector=settings.detector.name,
            ner=None,
            settings=settings.digest(),
        ),
        document=Document(),
        pages=(),
        findings=(Finding(code=error.code, severity="error", message=MESSAGES[error.code]),),
    )
