"""One report read by a Prefect flow: a task for every few pages.

    python -m flows.report FILE... --out DIR

Tasks take and give paths. What is done is known to the run folder (`gouji.store`), so Prefect caches nothing, a second
run skips what is done, and the command line goes on where a flow stopped. The report's bytes are those of `gouji read`.
Passwords come from the environment (GOUJI_PASSWORD): parameters are kept in Prefect's database.
"""

from __future__ import annotations

import argparse
import collections
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from flows.ground import prepare

prepare()

from prefect import flow, get_run_logger, task  # noqa: E402
from prefect.artifacts import create_markdown_artifact, create_table_artifact  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.futures import PrefectFuture  # noqa: E402
from prefect.task_runners import ThreadPoolTaskRunner  # noqa: E402

from flows.summary import page_line, page_rows, summary_markdown  # noqa: E402
from gouji import pipeline, run, store  # noqa: E402
from gouji.config import Settings, load_settings  # noqa: E402
from gouji.errors import GoujiError, InputError, UsageError  # noqa: E402
from gouji.records import Report  # noqa: E402

JOB = "job.json"
CHUNK_PAGES = 16  # a task costs Prefect as much as reading a tenth of a page


class UnreadPagesError(Exception):
    """Pages that could not be read, each with its error."""

    def __init__(self, errors: dict[int, Exception]) -> None:
        super().__init__(errors)
        self.errors = errors

    def __str__(self) -> str:
        return "; ".join(f"page {number}: {type(error).__name__}: {error}" for number, error in self.errors.items())


@task(name="open", cache_policy=NO_CACHE, persist_result=False)
def open_file(path: str, out: str, config: str | None, overrides: list[str], pages: list[int] | None) -> str:
    """See what is to be done; gives the path of the job, or of the report of a file that cannot be opened."""
    settings = _settings(config, overrides)
    try:
        job = run.begin(Path(path), Path(out), settings, pages=pages, password=_password())
    except InputError as error:
        get_run_logger().error(str(error))
        return str(Path(run.refuse(Path(path), Path(out), settings, error).folder) / store.REPORT)
    place = Path(job.folder) / JOB
    store.write_text(place, job.model_dump_json())
    return str(place)


@task(
    name="read",
    task_run_name="read {numbers}",
    retries=2,
    retry_delay_seconds=1,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def read_chunk(job_path: str, numbers: list[int], config: str | None, overrides: list[str]) -> list[str]:
    """Read those of these pages that an earlier try has not read; gives the paths of all their readings.

    Raises:
        UnreadPagesError: some could not be read; all others have been.
    """
    job, settings = _job(job_path), _settings(config, overrides)
    folder, errors = Path(job.folder), dict[int, Exception]()
    with pipeline.open_report(Path(job.path), settings, _password()) as opened:
        for number in (n for n in numbers if store.saved_reading(folder, n) is None):
            try:
                collections.deque(run.read_opened(job, opened, (number,), settings, strict=True), maxlen=0)
            except GoujiError:
                raise
            except Exception as error:
                errors[number] = error
    if errors:
        raise UnreadPagesError(errors)
    return [str(store.reading_path(folder, number)) for number in numbers]


@task(name="assemble", cache_policy=NO_CACHE, persist_result=False)
def assemble(job_path: str, config: str | None, overrides: list[str]) -> str:
    """Tables, facts and checks from the readings; gives the path of the report."""
    job = _job(job_path)
    run.finish(job, _settings(config, overrides))
    return str(Path(job.folder) / store.REPORT)


ONE_WORKER: Any = ThreadPoolTaskRunner(max_workers=1)  # Any: Prefect's own types do not fit each other


@flow(name="read a report", task_runner=ONE_WORKER, persist_result=False)
def read_report(
    path: str,
    out: str,
    config: str | None = None,
    overrides: list[str] | None = None,
    pages: list[int] | None = None,
    chunk_pages: int = CHUNK_PAGES,
) -> str:
    """One file to its report; gives the report's path. A page that cannot be read does not end the run.

    One worker: the OCR engine uses all cores by itself, and the PDF library cannot be entered twice.
    """
    given = (config, overrides or [])
    job_path = open_file(path, out, *given, pages)
    if not job_path.endswith(JOB):
        return job_path
    job = _job(job_path)
    futures = [(chunk, read_chunk.submit(job_path, chunk, *given)) for chunk in _chunks(job.todo, chunk_pages)]
    for chunk, future in futures:
        _settle(job, chunk, future)
    report_path = assemble(job_path, *given)
    _publish(report_path)
    return report_path


def _settle(job: run.Job, chunk: list[int], future: PrefectFuture[list[str]]) -> None:
    """Wait for the chunk and tell of its pages; of one that failed for good, those without a reading become unread."""
    future.wait()
    folder = Path(job.folder)
    if not future.state.is_completed():
        error = future.state.result(raise_on_failure=False)
        own = error.errors if isinstance(error, UnreadPagesError) else {}
        whole = error if isinstance(error, BaseException) else RuntimeError(str(error))
        for number in chunk:
            if store.saved_reading(folder, number) is None:
                run.give_up(job, number, own.get(number, whole))
    for number in chunk:
        reading = store.load_reading(folder, number)
        if reading is not None:
            get_run_logger().info(page_line(reading, job.source.pages))


def _chunks(numbers: Sequence[int], size: int) -> Iterator[list[int]]:
    return (list(numbers[start : start + size]) for start in range(0, len(numbers), max(1, size)))


def _publish(report_path: str) -> None:
    report = load(report_path)
    create_table_artifact(key="pages", table=page_rows(report), description=f"{report.source.file}: what was read")
    create_markdown_artifact(key="report", markdown=summary_markdown(report, report_path))


def load(report_path: str) -> Report:
    """The report at this path."""
    return Report.model_validate_json(Path(report_path).read_bytes())


def _job(path: str) -> run.Job:
    return run.Job.model_validate_json(Path(path).read_bytes())


def _settings(config: str | None, overrides: list[str]) -> Settings:
    return load_settings(Path(config) if config else None, overrides)


def _password() -> str | None:
    return os.environ.get("GOUJI_PASSWORD") or None


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the flow for each file and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m flows.report", description="Read reports by a Prefect flow.")
    parser.add_argument("files", nargs="+", help="PDF, TIFF, JPEG or PNG")
    parser.add_argument("--out", required=True, help="the folder in which each file gets a folder of its own")
    parser.add_argument("--config", help="a TOML file of settings")
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="NAME=VALUE")
    parser.add_argument("--chunk-pages", type=int, default=CHUNK_PAGES, help="pages to a task")
    given = parser.parse_args(arguments)
    try:
        _settings(given.config, given.overrides)
    except UsageError as error:
        parser.error(str(error))
    for file in given.files:
        path = read_report(file, given.out, given.config, given.overrides, chunk_pages=given.chunk_pages)
        print(summary_markdown(load(path), path))


if __name__ == "__main__":
    main()
