"""An archive read by a Prefect flow: one task for each document, or for each part of a long one, on any task runner.

    python -m flows.archive SOURCE... --out DIR [--set archive.runner=dask]

The run is that of `gouji archive` (`gouji.archive.conduct`): the same manifest, the same order of work, the same bytes.
Only the crew is another: tasks on the runner that `archive.runner` names. Tasks take and give paths; all machines must
see DIR and the sources under the same names. The flow alone writes the manifest.
"""

from __future__ import annotations

import argparse
import os
import queue
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flows.ground import prepare

prepare()

from prefect import flow, get_run_logger, task  # noqa: E402
from prefect.artifacts import create_table_artifact  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.futures import PrefectFuture  # noqa: E402
from prefect.logging.handlers import APILogHandler  # noqa: E402
from prefect.settings import PREFECT_API_URL, temporary_settings  # noqa: E402
from prefect.task_runners import ThreadPoolTaskRunner  # noqa: E402

from gouji import store  # noqa: E402
from gouji.archive.bundles import Bundle  # noqa: E402
from gouji.archive.conduct import (  # noqa: E402
    Conductor,
    key_of,
    opened,
    shared_out,
    take_in,
    worker_count,
)
from gouji.archive.locks import at_work  # noqa: E402
from gouji.archive.manifest import Manifest, Outcome, open_existing  # noqa: E402
from gouji.archive.pace import told  # noqa: E402
from gouji.archive.work import home_of  # noqa: E402
from gouji.archive.workers import Answer, Order, obey  # noqa: E402
from gouji.cli.read import Tally  # noqa: E402
from gouji.config import Settings, load_settings  # noqa: E402
from gouji.errors import GoujiError, OutputError, SetupError, UsageError  # noqa: E402

MOST_ROWS = 500
GONE = ("LocalRayletDiedError",)  # no single worker is lost but the runner; what else a runner raises tells of one task


@task(name="archive", task_run_name="{step} {name}", cache_policy=NO_CACHE, persist_result=False)
def do_order(order_path: str, out: str, config: str | None, overrides: list[str], step: str, name: str) -> str:
    """Do the order at this path; gives the path of the answer. What is wrong with the document is in the answer."""
    settings = load_settings(Path(config) if config else None, overrides)
    order = Order.model_validate_json(Path(order_path).read_bytes())
    with at_work(Path(out)):
        *_, answer = obey(order, Path(out), settings, _password())
    place = order_path.replace(".order.json", ".answer.json")
    store.write_text(Path(place), answer.model_dump_json())
    return place


class Tasks:
    """The flow's crew: an order is a task, at most so many at a time; see `gouji.archive.conduct.Crew`."""

    def __init__(self, number: int, out: Path, config: str | None, overrides: list[str]) -> None:
        self._number = number
        self._given = (str(out), config, overrides)
        self._done: queue.Queue[tuple[Order, Path, PrefectFuture[str]]] = queue.Queue()
        self._out = out
        self._busy = 0

    @property
    def free(self) -> int:
        """How many orders can be taken now."""
        return self._number - self._busy

    def give(self, order: Order) -> None:
        """Submit the order as a task.

        Raises:
            SetupError: the runner takes no more.
        """
        place = self._out / home_of(order.bundle) / f"{uuid.uuid4().hex}.order.json"
        place.parent.mkdir(parents=True, exist_ok=True)
        store.write_text(place, order.model_dump_json())
        self._busy += 1
        try:
            future = do_order.submit(str(place), *self._given, order.step, order.bundle.name)
        except Exception as error:  # each runner has its own
            raise SetupError(_gone(error)) from error
        future.add_done_callback(lambda ended: self._done.put((order, place, ended)))

    def answers(self, patience_s: float) -> Iterator[Answer]:
        """The answer of a task that has ended within this time, if one has."""
        try:
            order, place, future = self._done.get(timeout=patience_s)
        except queue.Empty:
            return
        self._busy -= 1
        answer = _answer(order, future)
        place.unlink(missing_ok=True)
        Path(str(place).replace(".order.json", ".answer.json")).unlink(missing_ok=True)
        yield answer


def _answer(order: Order, future: PrefectFuture[str]) -> Answer:
    """What the task says; a task that was lost with its workers is as a worker that died."""
    try:
        result: Any = future.result(raise_on_failure=False)
        if not isinstance(result, BaseException):
            return Answer.model_validate_json(Path(result).read_bytes())
    except Exception as error:  # each runner has its own for a lost worker
        result = error
    if type(result).__name__ in GONE:
        return Answer(order=order, says="stop", error=_gone(result), exit_code=SetupError.exit_code)
    if isinstance(result, OutputError | SetupError | UsageError):
        return Answer(order=order, says="stop", error=str(result), exit_code=result.exit_code)
    return Answer(order=order, says="died", error=f"was lost ({type(result).__name__}: {result})")


def _gone(error: BaseException) -> str:
    why = f"{type(error).__name__}: {error}".splitlines()[0]
    return f"the task runner is gone ({why}); what is read is kept: start the runner again and run the same command"


@flow(name="read an archive", persist_result=False)
def read_archive(
    sources: list[str],
    out: str,
    config: str | None = None,
    overrides: list[str] | None = None,
    retry: bool = False,
) -> str:
    """All documents of the sources (none: those of the last run) to their reports; gives the manifest's path as CSV."""
    settings = load_settings(Path(config) if config else None, overrides or [])
    on_runner = read_on_runner.with_options(task_runner=runner_of(settings))
    return str(on_runner(sources, out, config, overrides or [], retry))


@flow(name="read an archive's documents", persist_result=False)
def read_on_runner(sources: list[str], out: str, config: str | None, overrides: list[str], retry: bool) -> str:
    """The same, on the task runner that this flow has."""
    settings = load_settings(Path(config) if config else None, overrides)
    number = workers_of(settings)
    threads = shared_out(settings, number).engine.threads
    with opened(Path(out)) as manifest:
        take_in(sources or manifest.sources(), manifest, settings, _password())
        manifest.prepare(key_of(settings), retry=retry)
        crew = Tasks(number, Path(out), config, [*overrides, f"engine.threads={threads}"])
        Conductor(manifest, crew, settings, number, _tell).conduct()
        table = manifest.write_table()
        _publish(manifest)
    return str(table)


def _tell(bundle: Bundle, outcome: Outcome, left: int, seconds: tuple[float, float] | None) -> None:
    what = outcome.reason if outcome.status == "aside" else f"{outcome.pages} pages, {outcome.unread} unread"
    get_run_logger().info("%s: %s; %d to go %s", bundle.name, what, left, told(seconds))


def _publish(manifest: Manifest) -> None:
    """The manifest's odd rows first, as many as a page can show."""
    rows = sorted(manifest.rows(), key=lambda row: (row.status == "read", row.place))
    table = [row.model_dump(include={"status", "name", "pages", "reason", "place"}) for row in rows[:MOST_ROWS]]
    create_table_artifact(key="manifest", table=table, description=f"{manifest.counts()}")


def workers_of(settings: Settings) -> int:
    """How many tasks at a time: the PDF library cannot be entered twice by the threads of one process."""
    return 1 if settings.archive.runner == "threads" else worker_count(settings)


def runner_of(settings: Settings) -> Any:
    """The task runner that the settings name.

    Raises:
        SetupError: its package is missing.
    """
    number, address = workers_of(settings), settings.archive.dask_address
    name = settings.archive.runner
    try:
        if name == "processes":
            from prefect.task_runners import ProcessPoolTaskRunner

            return ProcessPoolTaskRunner(max_workers=number)
        if name == "dask":
            from prefect_dask.task_runners import DaskTaskRunner

            cluster = {"n_workers": number, "threads_per_worker": 1, "dashboard_address": None}
            return DaskTaskRunner(address=address) if address else DaskTaskRunner(cluster_kwargs=cluster)
        if name == "ray":
            from prefect_ray import RayTaskRunner

            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would tell its makers of each run
            local = {"num_cpus": number, "include_dashboard": False}
            return RayTaskRunner(init_kwargs={} if os.environ.get("RAY_ADDRESS") else local)
    except ImportError as error:
        raise SetupError(f"archive.runner = {name}: a package is missing; pip install 'gouji[{name}]'") from error
    return ThreadPoolTaskRunner(max_workers=number)


@contextmanager
def one_server() -> Iterator[None]:
    """A Prefect server for the run and all its workers, where none is set: else each worker would start its own."""
    if PREFECT_API_URL.value():
        yield
        return
    from prefect.server.api.server import SubprocessASGIServer

    server = SubprocessASGIServer()
    server.start(timeout=int(os.environ["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"]))
    try:
        with temporary_settings({PREFECT_API_URL: server.api_url}):
            yield
    finally:
        APILogHandler().flush()  # at the process's end Prefect would look for the server for a minute
        server.stop()


def _password() -> str | None:
    return os.environ.get("GOUJI_PASSWORD") or None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the flow on the runner of the settings and print where the manifest is; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m flows.archive", description="Read an archive by a Prefect flow.")
    parser.add_argument("sources", nargs="*", help="folders, files, archives, lists, s3://bucket/folder")
    parser.add_argument("--out", required=True, help="the archive's folder, seen by all workers under this name")
    parser.add_argument("--config", help="a TOML file of settings")
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="NAME=VALUE")
    parser.add_argument("--retry", action="store_true", help="try again what was set aside or has unread pages")
    given = parser.parse_args(arguments)
    out = Path(given.out).absolute()
    try:
        runner_of(load_settings(Path(given.config) if given.config else None, given.overrides))
        with one_server():
            print(read_archive(given.sources, str(out), given.config, given.overrides, given.retry))
    except GoujiError as error:
        print(f"gouji: {error}", file=sys.stderr)
        return error.exit_code
    with open_existing(out) as manifest:
        return Tally([row.exit_code for row in manifest.rows()]).exit_code()


if __name__ == "__main__":
    sys.exit(main())
